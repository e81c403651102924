import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../src/api";
import type { ServerMessage } from "../src/contract";
import { Replica, type Source } from "../src/feed";
import { Desk } from "../src/desk/store";
import { BEAT_MS, FIRST_LOOK_MS, positionOf, SPEEDS, TimeMachine } from "../src/desk/time-machine";
import { reach, samplesOf } from "../src/past/reach";
import { PastSource } from "../src/past/source";

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;

/** A journal with a change a minute: position n is at n minutes, n customers out. */
function journal() {
  const asked: Record<string, number>[] = [];
  const answers: (() => void)[] = [];
  let held = false;
  const view = (n: number) => ({
    totals: { customers_out: n, at_ms: n * MINUTE },
    [`incident/E-${n}`]: { id: `E-${n}` },
  });
  const read = async (query: Record<string, number>): Promise<ServerMessage> => {
    asked.push(query);
    if (held) await new Promise<void>((resolve) => answers.push(resolve));
    const { known } = query;
    let n = query.n ?? Math.floor((query.at_ms ?? 0) / MINUTE);
    if (query.next !== undefined) n = query.next + 1;
    if (query.previous !== undefined) n = query.previous - 1;
    if (n > 1_000 || n < 1) throw new ApiError(404, { title: "no" }, 0);
    const at = { n, at_ms: n * MINUTE, server_ms: NOW };
    if (known === undefined) return { type: "snapshot", epoch: "past", ...at, view: view(n) };
    const unset = known === n ? [] : [`incident/E-${known}`];
    return { type: "changes", from: known, ...at, set: view(n), unset };
  };
  return {
    asked,
    read,
    hold: () => (held = true),
    release: () => {
      held = false;
      for (const answer of answers.splice(0)) answer();
    },
  };
}

class Live implements Source {
  readonly replica = new Replica();
  readonly connection = "live" as const;
  private listeners = new Set<(changed: string[] | null) => void>();
  subscribe(listener: (changed: string[] | null) => void) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  ageMs = () => 0;
  platformMs = () => NOW;
  take(message: ServerMessage) {
    const changed = this.replica.apply(message);
    for (const listener of this.listeners) listener(changed);
  }
}

const safety = (state: string) => ({ receipt: "r", kind: "wire_down", state, level: 0 });

function desk() {
  const live = new Live();
  const shown = new Desk(live);
  live.take({
    ...{ type: "snapshot", n: 1_000, epoch: "e", at_ms: NOW, server_ms: NOW },
    view: { totals: { customers_out: 1_000 }, "safety/r": safety("waiting") },
  });
  return { live, shown };
}

function machine(links: (number | null)[] = []) {
  const past = journal();
  const { live, shown } = desk();
  const marks = { through: 1_000, whole: true, first_ms: MINUTE, marks: [] };
  const course = { n: 1_000, at_ms: NOW, samples: [[MINUTE, 1, 1]] as [number, number, number][] };
  const reads = { picture: past.read, marks: async () => marks, course: async () => course };
  const made = new TimeMachine(shown, reads, undefined, (n) => links.push(n));
  return { made, past, live, shown };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the past as a source", () => {
  it("asks for what differs from what it holds, in both directions", async () => {
    const past = journal();
    const source = new PastSource(past.read);
    await source.go({ n: 10 });
    await source.go({ previous: 10 });
    await source.go({ next: 9 });
    expect(past.asked).toEqual([{ n: 10 }, { previous: 10, known: 10 }, { next: 9, known: 9 }]);
    expect([...source.replica.view.keys()]).toEqual(["totals", "incident/E-10"]);
    expect(source.platformMs()).toBe(10 * MINUTE);
  });

  it("has one question on its way, and of those who wait the last one counts", async () => {
    const past = journal();
    const source = new PastSource(past.read);
    past.hold();
    const going = [10, 20, 30].map((n) => source.go({ n }));
    expect(source.busy).toBe(true);
    past.release();
    expect(await Promise.all(going)).toEqual([true, false, true]);
    expect(past.asked.map((query) => query.n)).toEqual([10, 30]);
    expect(source.busy).toBe(false);
  });

  it("reads the whole when a change does not fit, and goes on after a refusal", async () => {
    const past = journal();
    const source = new PastSource(past.read);
    const twisted = new PastSource(async (query) =>
      past.read(query.known === undefined ? query : { ...query, known: 5 }),
    );
    await twisted.go({ n: 10 });
    await twisted.go({ n: 11 });
    expect([...twisted.replica.view.keys()]).toEqual(["totals", "incident/E-11"]);
    await expect(source.go({ n: 5_000 })).rejects.toThrow();
    expect(await source.go({ n: 20 })).toBe(true);
  });

  it("is at the moment asked for when nothing came since the picture", async () => {
    const source = new PastSource(journal().read);
    await source.go({ at_ms: 10 * MINUTE + 30_000 });
    expect(source.replica.atMs).toBe(10 * MINUTE);
    expect(source.platformMs()).toBe(10 * MINUTE + 30_000);
  });
});

describe("the desk in the past", () => {
  it("shows the past whole, then the present whole, and what came meanwhile", async () => {
    const { made, live, shown } = machine();
    await made.enter();
    expect(shown.past).toBe(true);
    expect(shown.totals?.customers_out).toBe((NOW - FIRST_LOOK_MS) / MINUTE);
    expect([...shown.incidents.keys()]).toEqual(["E-985"]);
    expect(shown.safety.size).toBe(0);
    expect(shown.liveSafetyWaiting()).toHaveLength(1);
    live.take({
      ...{ type: "changes", from: 1_000, n: 1_001, at_ms: NOW, server_ms: NOW },
      ...{ set: { "incident/E-0001": { id: "E-0001" } }, unset: ["safety/r"] },
    });
    expect([...shown.incidents.keys()]).toEqual(["E-985"]);
    expect(shown.liveSafetyWaiting()).toHaveLength(0);
    made.leave();
    expect(shown.past).toBe(false);
    expect(shown.at).toBeNull();
    expect([...shown.incidents.keys()]).toEqual(["E-0001"]);
    expect(shown.totals?.customers_out).toBe(1_000);
  });

  it("steps from change to change and says when there is none", async () => {
    const links: (number | null)[] = [];
    const { made, shown } = machine(links);
    await made.enter({ n: 2 });
    await made.step(-1);
    expect(shown.at).toBe(1);
    await made.step(-1);
    expect(made.problem).toBe("past.no_earlier");
    expect(shown.at).toBe(1);
    await made.step(1);
    expect(made.problem).toBeNull();
    await made.last();
    await made.step(1);
    expect(made.problem).toBe("past.no_later");
    await made.first();
    made.leave();
    expect(links).toEqual([2, 1, 2, 1_000, 1, null]);
  });

  it("stays in the present when the past cannot be had", async () => {
    const { made, shown } = machine();
    await made.enter({ n: 5_000 });
    expect(shown.past).toBe(false);
    expect(made.problem).toBe("past.no_earlier");
    made.leave();
    expect(made.on).toBe(false);
  });

  it("replays at its speed, waits for pictures, and stops at the present", async () => {
    const { made, past, shown } = machine();
    await made.enter({ n: 900 });
    made.play();
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    expect(made.source.momentMs).toBe(900 * MINUTE + 4 * BEAT_MS * SPEEDS[1]);
    expect(shown.at).toBe(900); // details wait for a pause
    past.hold();
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    const asked = past.asked.length;
    await vi.advanceTimersByTimeAsync(5 * BEAT_MS);
    expect(past.asked.length).toBe(asked);
    past.release();
    await vi.advanceTimersByTimeAsync(0);
    made.pause();
    expect(shown.at).toBe(shown.feed.replica.n);
    made.setSpeed(1000);
    made.play();
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(made.playing).toBe(false);
    expect(made.source.momentMs).toBe(NOW);
    made.toggle();
    expect(made.source.momentMs).toBe(MINUTE); // once more, from the beginning
    made.leave();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(shown.past).toBe(false);
  });

  it("reads a position from an address", () => {
    expect(positionOf("#at=123")).toBe(123);
    for (const hash of ["", "#at=", "#at=-1", "#at=1x", "#x=1", "#at=1234567890123456"])
      expect(positionOf(hash)).toBeNull();
  });
});

describe("the track", () => {
  it("reaches back as far as the moment that is looked at", () => {
    expect(reach(6, MINUTE, NOW, NOW)).toEqual([NOW - 360 * MINUTE, NOW]);
    expect(reach(6, MINUTE, NOW, 100 * MINUTE)).toEqual([100 * MINUTE, NOW]);
    expect(reach(0, MINUTE, NOW, NOW)).toEqual([MINUTE, NOW]);
    expect(reach(72, MINUTE, NOW, 0)).toEqual([MINUTE, NOW]);
    expect(reach(6, NOW, NOW, NOW)).toEqual([NOW - MINUTE, NOW]);
  });

  it("begins with what held at its beginning", () => {
    const samples: [number, number, number][] = [
      [1, 5, 0],
      [2, 6, 0],
      [3, 7, 0],
      [9, 9, 0],
    ];
    expect(samplesOf(samples, 2, 9)).toEqual([
      { atMs: 2, out: 6 },
      { atMs: 3, out: 7 },
    ]);
    expect(samplesOf([], 2, 9)).toEqual([{ atMs: 2, out: 0 }]);
  });
});
