import { describe, expect, it } from "vitest";
import type { Incident } from "../src/contract";
import { Work } from "../src/desk/work";

const STATES = ["predicted", "confirmed", "partly_restored", "restored", "cancelled"] as const;

describe("where the work is", () => {
  it("is the same after changes as when it is looked for anew", () => {
    let seed = 3;
    const chance = (below: number) => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16) % below;
    const any = (id: string): Incident =>
      ({
        id,
        state: STATES[chance(5)],
        feeder: ["", "F1", "F2", "F3"][chance(4)],
        since_ms: chance(9),
        customers_out: chance(6),
        customers_out_max: 9,
      }) as Incident;
    const incidents = new Map<string, Incident>();
    const work = new Work([]);
    for (let round = 0; round < 500; round++) {
      const id = `E-${chance(20)}`;
      const before = incidents.get(id);
      const after = chance(4) ? any(id) : undefined;
      if (after === undefined) incidents.delete(id);
      else incidents.set(id, after);
      work.change(before, after);
      const anew = new Work(incidents.values());
      expect(work.longestOut(4)).toEqual(anew.longestOut(4));
      expect(work.largestPredicted(4)).toEqual(anew.largestPredicted(4));
      expect(work.worstFeeders(4)).toEqual(anew.worstFeeders(4));
    }
    const open = [...incidents.values()].filter(({ state }) => state !== "restored" && state !== "cancelled");
    expect(work.longestOut(1)[0]?.since_ms).toBe(Math.min(...open.map(({ since_ms }) => since_ms)));
    const f1 = open.filter(({ feeder }) => feeder === "F1").reduce((sum, each) => sum + each.customers_out, 0);
    expect(new Map(work.worstFeeders(9)).get("F1") ?? 0).toBe(f1);
  });
});
