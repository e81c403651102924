/** Work that is asked for very often and done at most so often. */
export class Pace {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dueMs = Number.POSITIVE_INFINITY;
  private doneMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly act: () => void) {}

  /** Soon, but not sooner than `leastMs` after the last time. Who asks for it sooner is heard. */
  ask(leastMs: number): void {
    const nowMs = performance.now();
    const dueMs = Math.max(nowMs, this.doneMs + leastMs);
    if (dueMs >= this.dueMs) return;
    clearTimeout(this.timer);
    this.dueMs = dueMs;
    this.timer = setTimeout(() => {
      this.dueMs = Number.POSITIVE_INFINITY;
      this.doneMs = performance.now();
      this.act();
    }, dueMs - nowMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.dueMs = Number.POSITIVE_INFINITY;
  }
}

/** No frame for so long: nobody sees the page, or it is as good as unseen. */
const FRAME_MS_MAX = 1000;

/** When the next frame is about to be drawn, or at once where none will be: a page that is not in front draws none. */
export function nextFrame(then: () => void): void {
  if (typeof document === "undefined" || document.hidden) return then();
  let waiting = true;
  const once = () => {
    if (waiting) then();
    waiting = false;
  };
  requestAnimationFrame(once);
  setTimeout(once, FRAME_MS_MAX);
}
