/** Which incidents the list shows, and in which order. Pure. */
import type { Incident, ReportPoint, SafetyItem } from "../contract";
import { placeOf } from "../sentence";

export type Sort = "customers" | "since" | "state" | "reports" | "updated";

export interface Filter {
  text: string;
  states: ReadonlySet<string>;
  utility: string;
  sort: Sort;
}

/** Open states first; the order of work. */
const STATE_ORDER = ["predicted", "confirmed", "partly_restored", "restored", "cancelled", "closed"];

const COMPARE: Record<Sort, (a: Incident, b: Incident) => number> = {
  customers: (a, b) => b.customers_out - a.customers_out || b.customers_out_max - a.customers_out_max,
  since: (a, b) => a.since_ms - b.since_ms,
  state: (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || b.customers_out - a.customers_out,
  reports: (a, b) => b.reports - a.reports,
  updated: (a, b) => b.updated_ms - a.updated_ms,
};

const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** An order in which no two incidents are equal. */
export function compareIncidents(sort: Sort): (a: Incident, b: Incident) => number {
  const compare = COMPARE[sort];
  return (a, b) => compare(a, b) || compareIds(a.id, b.id);
}

/** Whether the filter shows an incident. */
export function acceptIncident(filter: Filter): (incident: Incident) => boolean {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (incident) =>
    (filter.states.size === 0 || filter.states.has(incident.state)) &&
    (!filter.utility || incident.utility === filter.utility) &&
    (words.length === 0 || matches(incident, words));
}

/** The latest first. */
export const compareReports = (a: ReportPoint, b: ReportPoint): number =>
  b.received_ms - a.received_ms || compareIds(a.receipt, b.receipt);

function matches(incident: Incident, words: string[]): boolean {
  const hay =
    `${incident.id} ${placeOf(incident)} ${incident.device ?? ""} ${incident.device_kind ?? ""} ${incident.feeder ?? ""}`.toLowerCase();
  return words.every((word) => hay.includes(word));
}

/**
 * Keep rows where they are while somebody points at them: ids of `before` that are still there keep
 * their order, new ones come after. A list that moves under the hand gets the wrong row clicked.
 */
export function holdOrder<T extends { id: string }>(before: readonly string[], sorted: readonly T[]): T[] {
  const byId = new Map(sorted.map((item) => [item.id, item]));
  const held: T[] = [];
  for (const id of before) {
    const item = byId.get(id);
    if (item === undefined) continue;
    held.push(item);
    byId.delete(id);
  }
  return [...held, ...byId.values()];
}

/** Rows to draw of a long list: first index and one past the last. */
export function windowOf(scrollTop: number, height: number, row: number, count: number): [number, number] {
  const over = 6;
  const first = Math.max(0, Math.floor(scrollTop / row) - over);
  const last = Math.min(count, Math.ceil((scrollTop + height) / row) + over);
  return [Math.min(first, last), last];
}

const LOUDNESS: Record<SafetyItem["state"], number> = { escalated: 0, waiting: 1, acknowledged: 2 };

/** The safety queue: the latest first (by level, then age), then who waits (nearest its time first), then the rest. */
export function safetyInOrder(items: Iterable<SafetyItem>): SafetyItem[] {
  return [...items].sort(
    (a, b) =>
      LOUDNESS[a.state] - LOUDNESS[b.state] ||
      (a.state === "acknowledged"
        ? b.received_ms - a.received_ms
        : b.level - a.level || a.received_ms - b.received_ms) ||
      (a.receipt < b.receipt ? -1 : 1),
  );
}

/** What somebody may still have to do something about. */
export const isOpen = (incident: Incident): boolean =>
  incident.state === "predicted" || incident.state === "confirmed" || incident.state === "partly_restored";

/** The first few in an order, found in one pass: sorting all would cost a redraw its time. */
export function first<T>(items: Iterable<T>, count: number, compare: (a: T, b: T) => number): T[] {
  const found: T[] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (found.length === count && last !== undefined && compare(last, item) <= 0) continue;
    found.push(item);
    found.sort(compare);
    if (found.length > count) found.pop();
  }
  return found;
}

/** Those that are still open. */
export function* open(incidents: Iterable<Incident>): Iterable<Incident> {
  for (const incident of incidents) if (isOpen(incident)) yield incident;
}

/** The few with most customers out. */
export const largest = (incidents: Iterable<Incident>, count: number): Incident[] =>
  first(open(incidents), count, (a, b) => b.customers_out - a.customers_out || compareIds(a.id, b.id));
