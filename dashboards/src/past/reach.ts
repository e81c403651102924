/** What a scrubber's track shows of the curve. Pure. */
import type { Point } from "../wall/course";

const HOUR_MS = 3_600_000;
const LEAST_MS = 60_000;

/** From when to when the track goes: the last so many hours, and as far back as the moment that is looked at. Pure. */
export function reach(hours: number, firstMs: number, lastMs: number, momentMs: number): [number, number] {
  const wanted = hours > 0 ? lastMs - hours * HOUR_MS : firstMs;
  const from = Math.max(firstMs, Math.min(wanted, momentMs > 0 ? momentMs : wanted));
  return [Math.min(from, lastMs - LEAST_MS), lastMs];
}

/** The samples of a reach, and the last one before it, which holds at its beginning. Pure. */
export function samplesOf(samples: readonly [number, number, number][], from: number, to: number): Point[] {
  const points: Point[] = [];
  let before = 0;
  for (const [atMs, out] of samples) {
    if (atMs <= from) before = out;
    else if (atMs < to) points.push({ atMs, out });
  }
  return [{ atMs: from, out: before }, ...points];
}
