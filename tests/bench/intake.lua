-- Reports for wrk. Every one has a key of its own and comes, through a proxy, from one of 65,536 sources.
local seed, batch, token = os.getenv("BENCH_SEED"), tonumber(os.getenv("BENCH_BATCH")), os.getenv("BENCH_TOKEN")
local report = '{"symptom":"lights_out","address":"%d Palmetto Ave Apt %d","phone":"850-555-%04d","latitude":27.%06d,'
  .. '"longitude":-82.%06d,"note":"It went dark after a loud bang down the street about ten minutes ago."}'
local reports, sources, sent = {}, {}, 0
for i = 1, 512 do reports[i] = string.format(report, i * 37, i, i * 17, i * 1789, i * 1607) end
for i = 0, 65535 do sources[i] = string.format("10.9.%d.%d", math.floor(i / 256), i % 256) end
local bodies = {}
for i = 1, 64 do
  local body = {}
  for j = 1, batch do body[j] = reports[(i * batch + j) % 512 + 1] end
  bodies[i] = '{"reports":[' .. table.concat(body, ",") .. "]}"
end
local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token }

function request()
  sent = sent + 1
  headers["X-Forwarded-For"] = sources[sent * 40503 % 65536]
  if batch > 0 then
    return wrk.format("POST", "/api/v1/reports/batch", headers, bodies[sent % 64 + 1])
  end
  headers["Idempotency-Key"] = seed .. "-" .. sent
  return wrk.format("POST", "/api/v1/reports", headers, reports[sent % 512 + 1])
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
