/** Looking back from the desk: where in the past it is, and the replay. The present goes on behind it. */
import { ApiError } from "../api";
import type { Course, Mark, Marks, ServerMessage } from "../contract";
import { type MessageKey } from "../i18n";
import { PastSource, type Where } from "../past/source";
import type { Desk } from "./store";

/** Platform seconds in a wall second of the replay. */
export const SPEEDS = [60, 300, 1000] as const;
/** Wall milliseconds between two pictures of the replay. */
export const BEAT_MS = 250;
/** So far back a first look goes, platform ms. */
export const FIRST_LOOK_MS = 15 * 60_000;
/** Marks are asked for again so soon while the journal is still being read for them. */
const MARKS_AGAIN_MS = 1_500;
/** The present goes on: so does the track. */
const TRACK_AGAIN_MS = 60_000;
const HASH = /^#at=(\d{1,15})$/;

export interface Reads {
  picture: (query: Record<string, number>) => Promise<ServerMessage>;
  marks: () => Promise<Marks>;
  course: () => Promise<Course>;
}

/** The position that a deep link names. */
export function positionOf(hash: string): number | null {
  const found = HASH.exec(hash)?.[1];
  return found === undefined ? null : Number(found);
}

export class TimeMachine {
  readonly source: PastSource;
  playing = false;
  speed: number = SPEEDS[1];
  /** Why it is not where it was asked to be. */
  problem: MessageKey | null = null;
  samples: Course["samples"] = [];
  marks: readonly Mark[] = [];
  firstMs = 0;
  private wanted = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private listeners = new Set<() => void>();

  constructor(
    private readonly desk: Desk,
    private readonly reads: Reads,
    private readonly onSignedOut: () => void = () => undefined,
    /** Where the deep link is kept. */
    private readonly link: (position: number | null) => void = () => undefined,
  ) {
    this.source = new PastSource(reads.picture);
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The past is shown, or is about to be. */
  get on(): boolean {
    return this.wanted;
  }

  get busy(): boolean {
    return this.source.busy;
  }

  /** The newest moment that can be gone to. */
  get lastMs(): number {
    return this.desk.live.replica.atMs;
  }

  enter(where: Where = { at_ms: Math.max(this.firstMs, this.lastMs - FIRST_LOOK_MS) }): Promise<void> {
    if (!this.wanted) {
      this.wanted = true;
      void this.learn();
    }
    return this.go(where);
  }

  /** Back to now. */
  leave(): void {
    this.wanted = false;
    this.pause();
    this.problem = null;
    clearTimeout(this.again);
    this.desk.show(this.desk.live);
    this.link(null);
    this.tell();
  }

  seek(atMs: number): Promise<void> {
    this.stop();
    return this.go({ at_ms: this.within(atMs) });
  }

  /** To the next change (1), or to the one before (-1). */
  step(by: 1 | -1): Promise<void> {
    this.stop();
    const { n } = this.source.replica;
    return this.go(by > 0 ? { next: n } : { previous: n });
  }

  async first(): Promise<void> {
    if (this.firstMs > 0) await this.seek(this.firstMs);
  }

  last(): Promise<void> {
    return this.seek(this.lastMs);
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    this.tell();
  }

  faster(): void {
    const at = SPEEDS.indexOf(this.speed as (typeof SPEEDS)[number]);
    this.setSpeed(SPEEDS[(at + 1) % SPEEDS.length] ?? SPEEDS[0]);
  }

  play(): void {
    if (this.playing || !this.wanted) return;
    this.playing = true;
    if (this.source.momentMs >= this.lastMs) this.source.momentMs = this.firstMs; // at its end it begins anew
    this.timer = setInterval(() => this.beat(), BEAT_MS);
    this.tell();
  }

  pause(): void {
    if (!this.stop()) return;
    this.settle();
    this.tell();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  private stop(): boolean {
    const played = this.playing;
    this.playing = false;
    clearInterval(this.timer);
    return played;
  }

  private within(atMs: number): number {
    return Math.round(Math.min(this.lastMs, Math.max(this.firstMs, atMs)));
  }

  /** The next picture of the replay; while one is on its way, the replay waits for it. */
  private beat(): void {
    if (this.source.busy) return;
    const next = this.source.momentMs + BEAT_MS * this.speed;
    if (next >= this.lastMs) this.stop();
    void this.go({ at_ms: this.within(next) });
  }

  private async go(where: Where): Promise<void> {
    try {
      const going = this.source.go(where);
      this.tell();
      if (!(await going) || !this.wanted) return;
      this.problem = null;
      this.desk.show(this.source);
      if (!this.playing) this.settle();
    } catch (error) {
      this.stop();
      this.problem = this.said(error, where);
      if (!this.desk.past && "n" in where) this.link(null);
    }
    this.tell();
  }

  /** It stays here: details are read, and the address names it. */
  private settle(): void {
    if (!this.desk.past) return;
    this.desk.at = this.source.replica.n;
    this.link(this.desk.at);
  }

  private said(error: unknown, where: Where): MessageKey {
    if (!(error instanceof ApiError)) return "past.away";
    if (error.status === 401) this.onSignedOut();
    if (error.status === 404) return "next" in where ? "past.no_later" : "past.no_earlier";
    return error.problem.code === "suspended" ? "past.suspended" : "past.away";
  }

  /** The track: the curve until now, and the marks, as far as they are known. */
  private async learn(): Promise<void> {
    try {
      const [course, marks] = await Promise.all([this.reads.course(), this.reads.marks()]);
      this.samples = course.samples;
      this.marks = marks.marks;
      this.firstMs = marks.first_ms || course.samples[0]?.[0] || 0;
      this.learnAgain(marks.whole ? TRACK_AGAIN_MS : MARKS_AGAIN_MS);
    } catch {
      this.learnAgain(2 * MARKS_AGAIN_MS); // the track is bare meanwhile
    }
    this.tell();
  }

  private learnAgain(afterMs: number): void {
    if (this.wanted) this.again = setTimeout(() => void this.learn(), afterMs);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
