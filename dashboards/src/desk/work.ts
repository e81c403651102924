/** Where the work is: kept in order while incidents change, so that a redraw only looks at the first few. Pure. */
import type { Incident } from "../contract";
import { Ordered } from "./ordered";
import { compareIncidents, isOpen } from "./select";

export class Work {
  private readonly oldest = new Ordered(compareIncidents("since"), isOpen);
  private readonly predicted = new Ordered(compareIncidents("customers"), (each) => each.state === "predicted");
  private readonly feeders = new Map<string, number>();

  constructor(incidents: Iterable<Incident>) {
    const all = [...incidents];
    this.oldest.fill(all);
    this.predicted.fill(all);
    for (const incident of all) this.add(incident, 1);
  }

  /** See `Ordered.change`. */
  change(before: Incident | undefined, after: Incident | undefined): void {
    this.oldest.change(before, after);
    this.predicted.change(before, after);
    if (before !== undefined) this.add(before, -1);
    if (after !== undefined) this.add(after, 1);
  }

  /** Open incidents, the longest out first. */
  longestOut(count: number): Incident[] {
    return this.oldest.items.slice(0, count);
  }

  /** Predicted incidents, most customers out first. */
  largestPredicted(count: number): Incident[] {
    return this.predicted.items.slice(0, count);
  }

  /** Customers out by feeder, most first. */
  worstFeeders(count: number): [string, number][] {
    return [...this.feeders].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, count);
  }

  private add(incident: Incident, sign: 1 | -1): void {
    const { feeder } = incident;
    if (!feeder || !isOpen(incident)) return;
    const out = (this.feeders.get(feeder) ?? 0) + sign * incident.customers_out;
    if (out === 0) this.feeders.delete(feeder);
    else this.feeders.set(feeder, out);
  }
}
