/** The curve of customers out: from samples to a line on the wall. Pure. */
export interface Point {
  atMs: number;
  out: number;
}

export interface Curve {
  points: Point[];
  fromMs: number;
  toMs: number;
  /** A round number at or above the most. */
  top: number;
  /** Round values of the scale, 0 and `top` among them. */
  steps: number[];
  /** Times of the scale, on whole steps of the clock. */
  times: number[];
  peak: Point;
}

const HOUR_MS = 3_600_000;
const LINES = 4;
const TIMES_MAX = 7;
const TIME_STEPS_MS = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880].map((minutes) => minutes * 60_000);

/** The least of 1, 2, 4 or 8 times a power of ten that is not less, such that it can be parted in four. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  const factor = [1, 2, 4, 8, 10].find((each) => each * power >= value) ?? 10;
  return Math.ceil((factor * power) / LINES) * LINES;
}

/** What to draw of the samples and of the present; null before there are two. `offsetMs`: zone time less UTC. */
export function curveOf(samples: readonly Point[], now: Point, offsetMs = 0): Curve | null {
  const points = [...samples.filter((each) => each.atMs < now.atMs), now];
  const first = points[0];
  if (points.length < 2 || first === undefined) return null;
  const peak = points.reduce((a, b) => (b.out > a.out ? b : a));
  const top = roundUp(peak.out);
  const span = Math.max(HOUR_MS / 4, now.atMs - first.atMs);
  const step = TIME_STEPS_MS.find((each) => span / each <= TIMES_MAX) ?? span;
  const times: number[] = [];
  const begin = Math.ceil((now.atMs - span + offsetMs) / step) * step - offsetMs;
  for (let at = begin; at <= now.atMs; at += step) times.push(at);
  const steps = Array.from({ length: LINES + 1 }, (_, line) => (top / LINES) * line);
  return { points, fromMs: now.atMs - span, toMs: now.atMs, top, steps, times, peak };
}
