/** Invariant 3 over a long recording, which tests/system/test_browser_client.py makes and names in LONG_TRANSCRIPT. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import type { ServerMessage } from "../src/contract";
import { Replica } from "../src/feed";

const place = process.env.LONG_TRANSCRIPT;

it.skipIf(place === undefined)("replays the recording to what the feed holds", { timeout: 300_000 }, async () => {
  const replica = new Replica();
  const kinds: Record<string, number> = {};
  let expected: Record<string, unknown> | undefined;
  for await (const line of createInterface({ input: createReadStream(place!) })) {
    const said = JSON.parse(line) as ServerMessage | { expected: Record<string, unknown> };
    if ("expected" in said) {
      expected = said.expected;
    } else {
      replica.apply(said);
      kinds[said.type] = (kinds[said.type] ?? 0) + 1;
    }
  }
  expect(kinds.changes).toBeGreaterThanOrEqual(Number(process.env.LONG_CHANGES));
  expect(kinds.snapshot).toBeGreaterThan(1);
  expect(kinds.heartbeat).toBeGreaterThanOrEqual(1);
  expect(Object.fromEntries(replica.view)).toEqual(expected);
});
