import { describe, expect, it } from "vitest";
import { applied, type Decided } from "../src/desk/applied";
import type { Desk } from "../src/desk/store";

function desk(): Desk {
  return {
    feed: { replica: { n: 5 } },
    incidents: new Map([["E-1", { state: "predicted", updated_ms: 10, device: "FUS-1" }]]),
    reports: new Map([["R-1", { receipt: "R-1", incident: "E-1" }]]),
    unmatched: new Map([["R-2", {}]]),
    safety: new Map([["R-1", { state: "escalated" }]]),
    sightings: new Map([["a-1", {}]]),
    mode: { mode: "watch", reason: "calm" },
  } as unknown as Desk;
}
const set = (map: keyof Desk, key: string, value: object) => (each: Desk) =>
  void (each[map] as Map<string, object>).set(key, value);
const drop = (map: keyof Desk, key: string) => (each: Desk) => void (each[map] as Map<string, object>).delete(key);
const incident = (state: string, updated_ms = 11) => set("incidents", "E-1", { state, updated_ms });

const SEEN = JSON.stringify({ receipt: "R-1", incident: "E-1" });
const CASES: [string, Partial<Decided> & { target: string }, (each: Desk) => void][] = [
  ["incidents/E-1/confirm", { target: "E-1" }, incident("confirmed")],
  ["incidents/E-1/restore", { target: "E-1", seen: 10 }, incident("restored")],
  ["incidents/E-1/restore", { target: "E-1", seen: 10 }, incident("partly_restored")],
  ["incidents/E-1/cancel", { target: "E-1" }, drop("incidents", "E-1")],
  ["incidents/E-9/merge", { target: "E-9", body: { incidents: ["E-1"] } }, drop("incidents", "E-1")],
  ["incidents/E-1/split", { target: "E-1", body: { receipts: ["R-1"] } }, set("reports", "R-1", { incident: "E-2" })],
  ["incidents/E-1/seen-closed", { target: "E-1", action: "a-2" }, set("sightings", "a-2", {})],
  ["incidents/E-1/service-only", { target: "E-1", action: "a-2" }, set("sightings", "a-2", {})],
  ["retractions", { target: "sighting/a-1", body: { sighting: "a-1" } }, drop("sightings", "a-1")],
  ["reports/R-2/place", { target: "R-2" }, drop("unmatched", "R-2")],
  ["reports/R-1/place", { target: "R-1", seen: SEEN }, set("reports", "R-1", { receipt: "R-1", incident: "E-2" })],
  ["reports/R-2/withdraw", { target: "R-2" }, drop("unmatched", "R-2")],
  ["reports/R-1/acknowledge", { target: "R-1" }, set("safety", "R-1", { state: "acknowledged" })],
  [
    "mode",
    { target: "mode", body: { mode: "storm", reason: "wind" } },
    (each) => void (each.mode = { mode: "storm", reason: "wind" } as Desk["mode"]),
  ],
];

describe("what shows that an action was applied", () => {
  it.each(CASES)("%s", (path, rest, change) => {
    const decided = { path, body: {}, ...rest };
    const before = desk();
    expect(applied(before, decided)).toBe(false);
    change(before);
    expect(applied(before, decided)).toBe(true);
    (before.feed.replica as { n: number }).n = -1;
    expect(applied(before, decided)).toBe(false); // nothing is known yet
  });

  it("of a sighting is not that somebody has confirmed the incident meanwhile", () => {
    const one = desk();
    incident("confirmed")(one);
    const sent = { path: "incidents/E-1/seen-closed", body: { device: "FUS-1" }, target: "E-1", action: "a-2" };
    expect(applied(one, sent)).toBe(false);
  });

  it("of a restoration is not that another part was restored before", () => {
    const one = desk();
    incident("partly_restored", 10)(one);
    expect(applied(one, { path: "incidents/E-1/restore", body: {}, target: "E-1", seen: 10 })).toBe(false);
  });
});
