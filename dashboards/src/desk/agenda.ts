/** What to do next, from what the desk already knows, and why in this order. Pure. */
import type { Incident, SafetyItem, Unmatched } from "../contract";
import { placeOf } from "../sentence";
import { first } from "./select";

/** A report without a place should have one by then; a predicted incident should be confirmed or cancelled by then. */
export const PLACE_WITHIN_MS = 15 * 60_000;
export const CONFIRM_WITHIN_MS = 30 * 60_000;
export const AGENDA_MAX = 12;
/** The order is looked at anew so often, and when the work itself changes: it does not move under a person's hand. */
export const STEP_MS = 5 * 60_000;

/**
 * Why a task stands where it does, the strongest first: a danger or a medical need that nobody has taken on; a danger
 * or a medical need inside; how many people wait, and for how long measured by what is allowed.
 */
const WHY = ["life", "need", "people"] as const;
export type Why = (typeof WHY)[number];

export interface Task {
  kind: "safety" | "unmatched" | "predicted";
  id: string;
  what: string;
  dueMs: number;
  /** Customers who wait; of a report without a place at least its own. */
  people: number;
  why: Why;
  /** How much of the allowed time it has waited, at the last step: 1 = it is due. */
  waited: number;
}

export interface Known {
  safety: readonly SafetyItem[];
  unmatched: Iterable<Unmatched>;
  incidents: Iterable<Incident>;
  /** What a safety report is about, in words. */
  saying: (item: SafetyItem) => string;
}

/** What has just come counts as if it had waited a tenth of its time: else a thousand customers would be none. */
const WAITED_LEAST = 0.1;

/** How much waits: people times how long. By doublings, so that a few customers more or less move nothing. */
const doublings = ({ people, waited }: Task): number => Math.floor(Math.log2(people * Math.max(WAITED_LEAST, waited)));

/** Lives first; then who waits the most (people times time), and of about as much what was due first. */
export function compareTasks(a: Task, b: Task): number {
  return (
    WHY.indexOf(a.why) - WHY.indexOf(b.why) ||
    doublings(b) - doublings(a) ||
    a.dueMs - b.dueMs ||
    (a.id < b.id ? -1 : 1)
  );
}

/** The next tasks, as they stand at platform time `nowMs`. Safety reports come in the order of their clocks. */
export function agenda(known: Known, nowMs: number): Task[] {
  const stepMs = Math.floor(nowMs / STEP_MS) * STEP_MS;
  const waited = (sinceMs: number, withinMs: number) => Math.max(0, stepMs - sinceMs) / withinMs;
  const lives = known.safety.slice(0, AGENDA_MAX).map((item): Task => {
    const about = { id: item.receipt, what: known.saying(item), dueMs: item.due_ms };
    return { kind: "safety", ...about, people: 1, why: "life", waited: 1 };
  });
  function* rest(): Iterable<Task> {
    for (const item of known.unmatched) {
      yield {
        kind: "unmatched",
        id: item.receipt,
        what: item.said,
        dueMs: item.received_ms + PLACE_WITHIN_MS,
        people: 1,
        why: item.safety ? "need" : "people",
        waited: waited(item.received_ms, PLACE_WITHIN_MS),
      };
    }
    for (const incident of known.incidents) {
      if (incident.state !== "predicted") continue;
      yield {
        kind: "predicted",
        id: incident.id,
        what: placeOf(incident) || incident.device || incident.id,
        dueMs: incident.since_ms + CONFIRM_WITHIN_MS,
        people: Math.max(1, incident.customers_out),
        why: incident.safety > 0 || incident.medical > 0 ? "need" : "people",
        waited: waited(incident.since_ms, CONFIRM_WITHIN_MS),
      };
    }
  }
  return [...lives, ...first(rest(), AGENDA_MAX, compareTasks)].slice(0, AGENDA_MAX);
}
