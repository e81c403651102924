import { beforeAll, describe, expect, it } from "vitest";
import type { Incident, Switch, SwitchEffect } from "../src/contract";
import { applied } from "../src/desk/applied";
import type { Desk } from "../src/desk/store";
import { effectSaid, lastFirst, operate, switchable } from "../src/desk/switching";
import { addMessages } from "../src/i18n";
import { desk as messages } from "../src/messages/desk";

const NOTHING: SwitchEffect = { open: true, moved: 0, dark: 0, fed: 0, feeders: [], parallel: false };
const of = (device: string, more: Partial<Switch> = {}): Switch =>
  ({ device, kind: "switch", open: true, normally_open: false, since_ms: 5, customers: 0, ...more }) as Switch;

describe("switching", () => {
  beforeAll(() => addMessages("en", messages));

  it("says whom it concerns before it is done", () => {
    expect(effectSaid(NOTHING)).toEqual(["Nobody is moved, and nobody is left without service."]);
    expect(effectSaid({ ...NOTHING, dark: 240 })).toEqual(["240 customers are left without service."]);
    const both = effectSaid({ ...NOTHING, open: false, fed: 1, moved: 1200, feeders: ["B-1", "B-2"] });
    expect(both).toEqual([
      "1 customer has service again, fed by B-1, B-2.",
      "1,200 customers move to another feeder: B-1, B-2.",
    ]);
    expect(effectSaid({ ...NOTHING, open: false, parallel: true })[0]).toContain("closes a ring");
  });

  it("is applied when the view shows the device so, or no longer as not normal", () => {
    const switches = new Map<string, Switch>();
    const desk = { switches, incidents: new Map(), feed: { replica: { n: 1 } } } as unknown as Desk;
    const opened = operate(of("SW-1"), true, "line 12");
    expect(opened).toMatchObject({ path: "switches", body: { device: "SW-1", open: true, reason: "line 12" } });
    expect(applied(desk, opened)).toBe(false);
    switches.set("SW-1", of("SW-1"));
    expect(applied(desk, opened)).toBe(true);
    const back = operate(of("SW-1"), false, "back");
    expect(applied(desk, back)).toBe(false);
    switches.clear();
    expect(applied(desk, back)).toBe(true);
    const tie = operate(of("TIE-1", { normally_open: true }), false, "transfer");
    expect(applied(desk, tie)).toBe(false);
    switches.set("TIE-1", of("TIE-1", { open: false, normally_open: true }));
    expect(applied(desk, tie)).toBe(true);
  });

  it("lists the last operated first", () => {
    const all = [of("B", { since_ms: 5 }), of("C", { since_ms: 9 }), of("A", { since_ms: 5 })];
    expect(lastFirst(all).map((each) => each.device)).toEqual(["C", "A", "B"]);
  });

  it("knows which devices people operate", () => {
    const at = (device: string | null, device_kind: string | null) => ({ device, device_kind }) as Incident;
    expect(switchable(at("F-1", "fuse"))).toBe(true);
    expect(switchable(at("T-1", "transformer"))).toBe(false);
    expect(switchable(at(null, null))).toBe(false);
    expect(switchable(undefined)).toBe(false);
  });
});
