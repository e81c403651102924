import { describe, expect, it, vi } from "vitest";
import type { Incident, SafetyItem, Unmatched } from "../src/contract";
import { agenda, AGENDA_MAX, CONFIRM_WITHIN_MS, PLACE_WITHIN_MS } from "../src/desk/agenda";
import { type Command, findCommands } from "../src/desk/commands";
import { HAND_OVER_MS, SHIFT_MS, shiftAt } from "../src/desk/shift-clock";

vi.mock("../src/theme", () => ({ theme: () => "dark" }));

const MINUTE = 60_000;
const NOW = 100 * 3_600_000;

const incident = (id: string, out: number, ageMs: number, state = "predicted"): Incident =>
  ({ id, state, place: `Street ${id}`, customers_out: out, since_ms: NOW - ageMs }) as Incident;
const unmatched = (receipt: string, ageMs: number): Unmatched =>
  ({ receipt, said: `house ${receipt}`, received_ms: NOW - ageMs }) as Unmatched;
const danger = (receipt: string, dueMs: number): SafetyItem => ({ receipt, due_ms: dueMs }) as SafetyItem;
const plan = (known: Partial<Parameters<typeof agenda>[0]>) =>
  agenda({ safety: [], unmatched: [], incidents: [], saying: () => "wire down", ...known });

describe("the agenda", () => {
  it("puts lives before everything, however much else there is and however late", () => {
    const many = Array.from({ length: 50 }, (_, i) => incident(`E-${i}`, 1000 + i, 5 * 3_600_000));
    const tasks = plan({ safety: [danger("s1", NOW + 4 * MINUTE)], incidents: many });
    expect(tasks[0]).toMatchObject({ kind: "safety", id: "s1" });
    expect(tasks.length).toBe(AGENDA_MAX);
  });

  it("goes by what is due, and among what is due together by people", () => {
    const age = CONFIRM_WITHIN_MS - 10 * MINUTE; // due in ten minutes
    const tasks = plan({
      incidents: [incident("small", 3, age), incident("large", 300, age), incident("late", 2, age + 30 * MINUTE)],
      unmatched: [unmatched("r1", PLACE_WITHIN_MS - 40 * MINUTE)],
    });
    expect(tasks.map((task) => task.id)).toEqual(["late", "large", "small", "r1"]);
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
