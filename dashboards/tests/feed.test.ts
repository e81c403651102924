import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CLOSE, type ServerMessage, type Snapshot } from "../src/contract";
import {
  BACKOFF_MS_FIRST,
  BACKOFF_MS_LEAST,
  BACKOFF_MS_MAX,
  FAILURES_BEFORE_POLLING,
  FeedClient,
  type FeedOptions,
  feedAddress,
  Gap,
  POLL_MS,
  POLL_WITHOUT_PLACE_MS,
  Replica,
  SILENCE_MS_MAX,
} from "../src/feed";

interface Transcript {
  messages: ServerMessage[];
  expected: Record<string, unknown>;
}

/** Recorded from the real feed, and one of our own. */
const TRANSCRIPTS = import.meta.glob<Transcript>("./transcripts/*.json", { eager: true, import: "default" });

describe("invariant 3: snapshot(n) + changes(n..m) equals snapshot(m)", () => {
  it("has transcripts", () => expect(Object.keys(TRANSCRIPTS).length).toBeGreaterThan(1));
  it.each(Object.entries(TRANSCRIPTS))("replays %s", (_name, transcript) => {
    const replica = new Replica();
    for (const message of transcript.messages) replica.apply(message);
    expect(Object.fromEntries(replica.view)).toEqual(transcript.expected);
  });

  it("never papers over a gap", () => {
    const replica = new Replica();
    replica.apply({ type: "snapshot", n: 4, epoch: "a", at_ms: 0, view: { x: 1 } });
    const late: ServerMessage = { type: "changes", from: 6, n: 7, at_ms: 1, server_ms: 1, set: { x: 2 }, unset: [] };
    expect(() => replica.apply(late)).toThrow(Gap);
    expect(replica.view.get("x")).toBe(1);
    expect(replica.n).toBe(4);
  });

  it("takes changes that follow a heartbeat's position", () => {
    const replica = new Replica();
    replica.apply({ type: "snapshot", n: 4, epoch: "a", at_ms: 0, view: {} });
    replica.apply({ type: "heartbeat", n: 6, at_ms: 1, server_ms: 1 });
    expect(replica.n).toBe(4); // what we resume from is what we hold
    replica.apply({ type: "changes", from: 6, n: 7, at_ms: 2, server_ms: 2, set: { x: 2 }, unset: [] });
    expect(replica.n).toBe(7);
  });
});

/** A socket in the hands of the test. */
class Wire {
  static all: Wire[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  sent: unknown[] = [];
  closed = false;
  constructor(readonly url: string) {
    Wire.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  say(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  drop(code = 1006, reason = ""): void {
    this.onclose?.({ code, reason });
  }
  static get last(): Wire {
    return Wire.all.at(-1)!;
  }
}

const SNAPSHOT: Snapshot = { n: 5, epoch: "life", at_ms: 100_000, server_ms: 101_000, view: { a: 1 } };

describe("FeedClient", () => {
  let polled = 0;
  let pollFails = false;

  const client = (speed = 1, more: Partial<FeedOptions> = {}) =>
    new FeedClient({
      audience: "desk",
      url: "ws://here/api/v1/feed?audience=desk",
      poll: () => {
        polled += 1;
        return pollFails ? Promise.reject(new Error("away")) : Promise.resolve({ ...SNAPSHOT, n: 40, view: { a: 40 } });
      },
      speed: () => speed,
      socket: (url) => new Wire(url) as unknown as WebSocket,
      random: () => 1,
      ...more,
    });

  const live = (feed: FeedClient): Wire => {
    feed.start();
    const wire = Wire.last;
    wire.onopen?.();
    wire.say({ type: "snapshot", ...SNAPSHOT });
    return wire;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(1_000_000);
    Wire.all = [];
    polled = 0;
    pollFails = false;
  });
  afterEach(() => vi.useRealTimers());

  it("says hello without a position, then follows", () => {
    const feed = client();
    const wire = live(feed);
    expect(wire.sent).toEqual([{ type: "hello", resume: null }]);
    expect(feed.connection).toBe("live");
    expect(feed.replica.view.get("a")).toBe(1);
    feed.stop();
  });

  it("resumes where it stopped", () => {
    const feed = client();
    live(feed).drop();
    expect(feed.connection).toBe("lost");
    vi.advanceTimersByTime(600);
    Wire.last.onopen?.();
    expect(Wire.all).toHaveLength(2);
    expect(Wire.last.sent).toEqual([{ type: "hello", resume: { epoch: "life", n: 5 } }]);
    Wire.last.say({ type: "changes", from: 5, n: 6, at_ms: 102_000, server_ms: 102_000, set: { a: 2 }, unset: [] });
    expect(feed.replica.view.get("a")).toBe(2);
    expect(feed.connection).toBe("live");
    feed.stop();
  });

  it("asks for a whole snapshot after a gap", () => {
    const feed = client();
    const wire = live(feed);
    wire.say({ type: "changes", from: 99, n: 100, at_ms: 1, server_ms: 1, set: { a: 9 }, unset: [] });
    expect(wire.closed).toBe(true);
    Wire.last.onopen?.();
    expect(Wire.last.sent).toEqual([{ type: "hello", resume: null }]);
    expect(feed.replica.view.get("a")).toBe(1);
    feed.stop();
  });

  it("backs off, never longer than its bound", () => {
    const feed = client();
    pollFails = true;
    feed.start();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      const before = Date.now();
      const sockets = Wire.all.length;
      Wire.last.drop();
      while (Wire.all.length === sockets) vi.advanceTimersByTime(50);
      waits.push(Date.now() - before);
    }
    expect(waits.slice(0, 3)).toEqual([500, 1000, 2000]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(BACKOFF_MS_MAX);
    feed.stop();
  });

  it("comes back at any time of the span, so that thousands do not come back at once", () => {
    const waits = [0, 0.25, 0.5, 1].map((chance) => {
      const feed = client(1, { audience: "public", random: () => chance });
      live(feed).drop(1012);
      const [before, sockets] = [Date.now(), Wire.all.length];
      while (Wire.all.length === sockets) vi.advanceTimersByTime(10);
      feed.stop();
      return Date.now() - before;
    });
    expect(waits).toEqual([BACKOFF_MS_LEAST, 1000, 2000, BACKOFF_MS_FIRST.public]);
  });

  it("comes back when it was told to, and reads snapshots until there is a place", async () => {
    const feed = client(1, { audience: "public", random: () => 0.5 });
    feed.start();
    const begun = Date.now();
    Wire.last.drop(CLOSE.tooMany, "too many clients; retry_s=30");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(polled).toBe(1);
    expect(feed.connection).toBe("polling");
    await vi.advanceTimersByTimeAsync(POLL_WITHOUT_PLACE_MS);
    expect(polled).toBe(2);
    while (Wire.all.length === 1) await vi.advanceTimersByTimeAsync(100);
    expect(Date.now() - begun).toBe(33_000);
    Wire.last.onopen?.();
    Wire.last.say({ type: "heartbeat", n: 40, at_ms: 100_000, server_ms: 101_000 });
    expect(feed.connection).toBe("live");
    feed.stop();
  });

  it("waits its longest when it was not told how long", () => {
    const feed = client(1, { random: () => 0 });
    feed.start();
    Wire.last.drop(CLOSE.tooMany, "full");
    vi.advanceTimersByTime(BACKOFF_MS_MAX - 1);
    expect(Wire.all).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(Wire.all).toHaveLength(2);
    feed.stop();
  });

  it("says what it looks at", () => {
    const feed = client(1, { view: { keys: ["incident/"], bbox: [-86, 30, -85, 31] } });
    const wire = live(feed);
    expect(wire.sent).toEqual([
      { type: "hello", resume: null, view: { keys: ["incident/"], bbox: [-86, 30, -85, 31] } },
    ]);
    feed.stop();
  });

  it("calls silence a lost connection and tells how old the data is", () => {
    const feed = client();
    live(feed);
    expect(feed.ageMs()).toBe(1000); // it was a second old when it was sent
    vi.advanceTimersByTime(SILENCE_MS_MAX + 2000);
    expect(feed.connection).toBe("lost");
    expect(feed.ageMs()).toBe(1000 + SILENCE_MS_MAX + 2000);
    feed.stop();
  });

  it("measures age on the wall when the platform's clock is scaled", () => {
    const feed = client(60);
    live(feed);
    vi.advanceTimersByTime(3000);
    expect(feed.ageMs()).toBe(1000 / 60 + 3000);
    expect(feed.platformMs()).toBe(101_000 + 3000 * 60);
    feed.stop();
  });

  it("polls at the pace it is told, and opens no socket while none is wanted", async () => {
    let wanted = false;
    let pace = 30_000;
    const feed = new FeedClient({
      audience: "public",
      url: "ws://here/api/v1/feed?audience=public",
      poll: () => {
        polled += 1;
        return Promise.resolve({ ...SNAPSHOT, epoch: "tree" });
      },
      pollEveryMs: () => pace,
      live: () => wanted,
      speed: () => 1,
      socket: (url) => new Wire(url) as unknown as WebSocket,
      random: () => 1,
    });
    feed.start();
    await feed.pollNow();
    expect(feed.connection).toBe("polling");
    await vi.advanceTimersByTimeAsync(29_000);
    expect(polled).toBe(1);
    pace = Infinity;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(polled).toBe(2);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(polled).toBe(2); // static: only when somebody comes back to the page
    feed.retryNow();
    feed.retryNow();
    expect(polled).toBe(3);
    expect(Wire.all).toHaveLength(0);
    wanted = true;
    await vi.advanceTimersByTimeAsync(BACKOFF_MS_MAX + 1000);
    expect(Wire.all).toHaveLength(1);
    feed.stop();
  });

  it("leaves a socket that works when sockets are wanted no more, reads copies at their pace, and comes back", async () => {
    let wanted = true;
    const feed = client(1, { live: () => wanted, pollEveryMs: () => 60_000 });
    const wire = live(feed);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(feed.connection).toBe("live");
    wanted = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(wire.closed).toBe(true);
    expect(feed.connection).toBe("polling");
    expect(feed.replica.view.get("a")).toBe(1); // what was shown stays
    await vi.advanceTimersByTimeAsync(58_000);
    expect(polled).toBe(0); // a city's browsers do not all ask at once
    await vi.advanceTimersByTimeAsync(3_000);
    expect(polled).toBe(1);
    expect(Wire.all).toHaveLength(1);
    wanted = true;
    await vi.advanceTimersByTimeAsync(BACKOFF_MS_MAX);
    expect(Wire.all).toHaveLength(2);
    feed.stop();
  });

  it("polls snapshots while sockets keep failing, and leaves off when one works", async () => {
    const feed = client();
    feed.start();
    for (let failure = 0; failure < FAILURES_BEFORE_POLLING; failure++) {
      Wire.last.drop();
      await vi.advanceTimersByTimeAsync(2500);
    }
    expect(polled).toBe(1);
    expect(feed.connection).toBe("polling");
    expect(feed.replica.view.get("a")).toBe(40);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(polled).toBe(2);
    Wire.last.onopen?.();
    expect(Wire.last.sent).toEqual([{ type: "hello", resume: { epoch: "life", n: 40 } }]);
    Wire.last.say({ type: "heartbeat", n: 40, at_ms: 100_000, server_ms: 101_000 });
    expect(feed.connection).toBe("live");
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(polled).toBe(2);
    feed.stop();
  });

  it("waits for a sign-in, and goes on from where it was", () => {
    const feed = client();
    live(feed).drop(CLOSE.signedOut);
    expect(feed.connection).toBe("signed_out");
    vi.advanceTimersByTime(60_000);
    expect(Wire.all).toHaveLength(1);
    feed.retryNow();
    Wire.last.onopen?.();
    expect(Wire.last.sent).toEqual([{ type: "hello", resume: { epoch: "life", n: 5 } }]);
    feed.stop();
  });

  it("forgets its position when the server does not like the hello", () => {
    const feed = client();
    live(feed).drop(CLOSE.badHello);
    vi.advanceTimersByTime(600);
    Wire.last.onopen?.();
    expect(Wire.last.sent).toEqual([{ type: "hello", resume: null }]);
    feed.stop();
  });

  it("does not listen to a socket that it has given up", () => {
    const feed = client();
    const old = live(feed);
    const handler = old.onmessage;
    old.drop();
    vi.advanceTimersByTime(600);
    handler?.({ data: JSON.stringify({ type: "snapshot", ...SNAPSHOT, n: 1, view: { a: "old" } }) });
    expect(feed.replica.view.get("a")).toBe(1);
    feed.stop();
  });

  it("finds the socket beside its page", () => {
    expect(feedAddress("public", new URL("https://outages.example/"))).toBe(
      "wss://outages.example/api/v1/feed?audience=public",
    );
  });
});
