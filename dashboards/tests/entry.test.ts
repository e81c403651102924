import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Premise, SafetyItem } from "../src/contract";
import { Alarm } from "../src/desk/alarm";
import { type Draft, EMPTY, forget, isEmpty, keyed, load, reportOf, save } from "../src/desk/entry-draft";

const HOME: Premise = { premise: "P-7", address: "12 Elm St", lon: -84.2, lat: 30.4 };
const draft = (fields: Partial<Draft>): Draft => ({ ...EMPTY, symptom: "lights_out", ...fields });

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
}

describe("a caller's report", () => {
  beforeEach(() => vi.stubGlobal("sessionStorage", storage()));
  afterEach(() => vi.unstubAllGlobals());

  it("leaves out what was not given", () => {
    expect(reportOf(draft({ address: " by the mill ", note: " " }))).toEqual({
      symptom: "lights_out",
      address: "by the mill",
    });
  });

  it("names a chosen premise by the service that is wrong there", () => {
    const chosen = { premise: HOME, address: "12 elm" };
    expect(reportOf(draft(chosen))).toMatchObject({ service_point: "E-P-7", address: "12 Elm St", latitude: 30.4 });
    expect(reportOf(draft({ ...chosen, symptom: "gas_odour" }))).toMatchObject({ service_point: "G-P-7" });
    expect(reportOf(draft({ ...chosen, symptom: "water" }))).toMatchObject({ service_point: "W-P-7" });
    expect(reportOf(draft({ ...chosen, symptom: "entrapment" }))).toMatchObject({ service_point: "E-P-7" });
  });

  it("is sent again under the same key until its words change", () => {
    let made = 0;
    const newKey = () => `key ${++made}`;
    const first = keyed(draft({ address: "12 Elm" }), newKey);
    expect(keyed(first, newKey)).toBe(first);
    expect(keyed({ ...first, note: "a bang" }, newKey).key).toBe("key 2");
  });

  it("survives the page in this tab, until it is forgotten", () => {
    const typed = draft({ address: "12 Elm", premise: HOME, medical: true });
    save(typed);
    expect(load()).toEqual(typed);
    forget();
    expect(load()).toEqual(EMPTY);
    sessionStorage.setItem("stormops-entry", "{not ours");
    expect(load()).toEqual(EMPTY);
  });

  it("is empty when nothing was typed", () => {
    expect(isEmpty(EMPTY)).toBe(true);
    expect(isEmpty({ ...EMPTY, note: "  " })).toBe(true);
    expect(isEmpty({ ...EMPTY, medical: true })).toBe(false);
  });
});

describe("the alarm", () => {
  const item = (receipt: string, level = 0) => ({ receipt, level }) as SafetyItem;
  beforeEach(() => vi.stubGlobal("localStorage", storage()));
  afterEach(() => vi.unstubAllGlobals());

  it("is off until it is turned on, and stays as it was chosen", () => {
    const alarm = new Alarm();
    expect(alarm.on).toBe(false);
    alarm.toggle();
    expect(new Alarm().on).toBe(true);
  });

  it("sounds for what comes and what gets later, not for what was there or was taken on", () => {
    const alarm = new Alarm();
    expect(alarm.look([item("a")])).toBe("");
    expect(alarm.look([item("a")])).toBe("");
    expect(alarm.look([item("a"), item("b")])).toBe("new");
    expect(alarm.look([item("a", 1), item("b")])).toBe("late");
    expect(alarm.look([item("a", 1)])).toBe("");
  });
});
