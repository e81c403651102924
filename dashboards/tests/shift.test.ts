import { describe, expect, it, vi } from "vitest";
import type { Incident, SafetyItem, Unmatched } from "../src/contract";
import { agenda, AGENDA_MAX, CONFIRM_WITHIN_MS, PLACE_WITHIN_MS, STEP_MS } from "../src/desk/agenda";
import { type Command, findCommands } from "../src/desk/commands";
import { HAND_OVER_MS, SHIFT_MS, shiftAt } from "../src/desk/shift-clock";

vi.mock("../src/theme", () => ({ theme: () => "dark" }));

const MINUTE = 60_000;
const NOW = 100 * 3_600_000;

const incident = (id: string, out: number, ageMs: number, state = "predicted"): Incident =>
  ({ id, state, place: `Street ${id}`, customers_out: out, since_ms: NOW - ageMs, safety: 0, medical: 0 }) as Incident;
const unmatched = (receipt: string, ageMs: number): Unmatched =>
  ({ receipt, said: `house ${receipt}`, received_ms: NOW - ageMs, safety: false }) as Unmatched;
const danger = (receipt: string, dueMs: number): SafetyItem => ({ receipt, due_ms: dueMs }) as SafetyItem;
const plan = (known: Partial<Parameters<typeof agenda>[0]>, nowMs = NOW) =>
  agenda({ safety: [], unmatched: [], incidents: [], saying: () => "wire down", ...known }, nowMs);
const HOUR = 60 * MINUTE;

describe("the agenda", () => {
  it("puts lives before everything, however much else there is and however late", () => {
    const many = Array.from({ length: 50 }, (_, i) => incident(`E-${i}`, 1000 + i, 5 * 3_600_000));
    const tasks = plan({ safety: [danger("s1", NOW + 4 * MINUTE)], incidents: many });
    expect(tasks[0]).toMatchObject({ kind: "safety", id: "s1" });
    expect(tasks.length).toBe(AGENDA_MAX);
  });

  it("goes by how many wait and for how long, measured by what is allowed", () => {
    const age = CONFIRM_WITHIN_MS - 10 * MINUTE; // due in ten minutes
    const tasks = plan({
      incidents: [incident("small", 3, age), incident("large", 300, age), incident("late", 2, age + 2 * HOUR)],
      unmatched: [unmatched("r1", MINUTE), unmatched("r2", PLACE_WITHIN_MS + 2 * HOUR)],
    });
    expect(tasks.map((task) => task.id)).toEqual(["large", "r2", "late", "small", "r1"]);
  });

  it("puts a thousand customers an hour late before a report without a place two hours late", () => {
    const tasks = plan({
      incidents: [incident("E-1", 1_000, CONFIRM_WITHIN_MS + HOUR)],
      unmatched: [unmatched("r1", PLACE_WITHIN_MS + 2 * HOUR)],
    });
    expect(tasks.map(({ id, why, people, waited }) => [id, why, people, waited])).toEqual([
      ["E-1", "people", 1_000, 3],
      ["r1", "people", 1, 9],
    ]);
  });

  it("puts what has a danger or a medical need inside before what has none, however large", () => {
    const need = { ...incident("E-2", 2, MINUTE), safety: 0, medical: 1 } as Incident;
    const told = { ...unmatched("r1", MINUTE), safety: true };
    const tasks = plan({ incidents: [incident("E-1", 9_000, 5 * HOUR), need], unmatched: [told] });
    expect(tasks.map(({ id, why }) => [id, why])).toEqual([
      ["E-2", "need"],
      ["r1", "need"],
      ["E-1", "people"],
    ]);
  });

  it("finds the most pressing among all, not among the largest", () => {
    const fresh = Array.from({ length: 50 }, (_, i) => incident(`E-${i}`, 100 + i, MINUTE));
    expect(plan({ incidents: [...fresh, incident("old", 60, 9 * HOUR)] })[0]?.id).toBe("old");
  });

  it("does not move from second to second, nor for a few customers more or less", () => {
    let seed = 7;
    const chance = (below: number) => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16) % below;
    const incidents = Array.from({ length: 30 }, (_, i) =>
      incident(`E-${i}`, 100 + chance(20) * 100, chance(300) * MINUTE),
    );
    const at = Math.ceil(NOW / STEP_MS) * STEP_MS;
    const order = (nowMs: number, known: Incident[]) => plan({ incidents: known }, nowMs).map((task) => task.id);
    const before = order(at, incidents);
    for (let second = 0; second < STEP_MS / 1000; second += 7) {
      expect(order(at + second * 1000, incidents)).toEqual(before);
    }
    const [top] = plan({ incidents }, at);
    const steady = incidents.map((each) =>
      each.id === top?.id ? { ...each, customers_out: each.customers_out + 1 } : each,
    );
    expect(order(at, steady)).toEqual(before);
    // An order is one: each before whatever comes after it, whoever is looked at first.
    expect(order(at, [...incidents].reverse())).toEqual(before);
  });

  it("leaves out what is confirmed or over", () => {
    expect(plan({ incidents: [incident("a", 9, 0, "confirmed"), incident("b", 9, 0, "restored")] })).toEqual([]);
  });
});

describe("a shift", () => {
  it("has twelve hours, a time to hand over, and an end", () => {
    const at = (leftMs: number) => shiftAt(NOW, NOW + SHIFT_MS - leftMs).state;
    expect([at(SHIFT_MS), at(HAND_OVER_MS + 1), at(HAND_OVER_MS), at(0), at(-1)]).toEqual([
      "on",
      "on",
      "hand_over",
      "hand_over",
      "over",
    ]);
  });
});

describe("commands", () => {
  const named = (...labels: string[]): Command[] => labels.map((label) => ({ id: label, label, run: () => undefined }));
  const all = named("Confirm incident", "Cancel incident", "Light or dark", "Enter a caller's report");
  const found = (text: string) => findCommands(all, text).map((command) => command.label);

  it("are found by words in any order, by beginnings first, and by initials", () => {
    expect(found("")).toEqual(all.map((command) => command.label));
    expect(found("incident can")).toEqual(["Cancel incident"]);
    expect(found("c")).toEqual(["Confirm incident", "Cancel incident", "Enter a caller's report"]);
    expect(found("lod")).toEqual(["Light or dark"]);
    expect(found("zz")).toEqual([]);
  });
});
