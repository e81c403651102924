/** What to do next, from what the desk already knows. Pure. */
import type { Incident, SafetyItem, Unmatched } from "../contract";
import { placeOf } from "../sentence";
import { first, largest } from "./select";

/** A report without a place should have one by then; a predicted incident should be confirmed or cancelled by then. */
export const PLACE_WITHIN_MS = 15 * 60_000;
export const CONFIRM_WITHIN_MS = 30 * 60_000;
export const AGENDA_MAX = 12;
/** Due times within this are the same to a person: among them more people come first. */
const SAME_MS = 5 * 60_000;

export interface Task {
  kind: "safety" | "unmatched" | "predicted";
  id: string;
  what: string;
  dueMs: number;
  people: number;
}

export interface Known {
  safety: readonly SafetyItem[];
  unmatched: Iterable<Unmatched>;
  incidents: Iterable<Incident>;
  /** What a safety report is about, in words. */
  saying: (item: SafetyItem) => string;
}

const longest = (a: Unmatched, b: Unmatched): number =>
  a.received_ms - b.received_ms || (a.receipt < b.receipt ? -1 : 1);

/** Lives before everything; then what is due first, and among what is due together, the most people. */
export function agenda(known: Known): Task[] {
  const tasks: Task[] = known.safety
    .slice(0, AGENDA_MAX)
    .map((item) => ({ kind: "safety", id: item.receipt, what: known.saying(item), dueMs: item.due_ms, people: 1 }));
  const rest: Task[] = first(known.unmatched, AGENDA_MAX, longest).map((item) => ({
    kind: "unmatched",
    id: item.receipt,
    what: item.said,
    dueMs: item.received_ms + PLACE_WITHIN_MS,
    people: 1,
  }));
  for (const incident of largest(predicted(known.incidents), AGENDA_MAX)) {
    rest.push({
      kind: "predicted",
      id: incident.id,
      what: placeOf(incident) || incident.device || incident.id,
      dueMs: incident.since_ms + CONFIRM_WITHIN_MS,
      people: incident.customers_out,
    });
  }
  const slot = (task: Task) => Math.floor(task.dueMs / SAME_MS);
  rest.sort((a, b) => slot(a) - slot(b) || b.people - a.people || (a.id < b.id ? -1 : 1));
  return [...tasks, ...rest].slice(0, AGENDA_MAX);
}

function* predicted(incidents: Iterable<Incident>): Iterable<Incident> {
  for (const incident of incidents) if (incident.state === "predicted") yield incident;
}
