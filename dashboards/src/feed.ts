/**
 * The feed client: holds one view at one journal position and keeps it true.
 *
 * Invariant 3: snapshot(n) + changes(n..m) equals snapshot(m). A gap is never papered over: the
 * client drops what it holds and asks for a snapshot. When sockets fail, it says how old the data
 * is, retries with jitter, and meanwhile polls snapshots over HTTP.
 */
import { CLOSE, type ServerMessage, type Snapshot } from "./contract";

/** Wall milliseconds without any message before the connection counts as lost (heartbeats come every 6 s). */
export const SILENCE_MS_MAX = 12_000;
/** Failed sockets in a row before snapshots are polled over HTTP as well. */
export const FAILURES_BEFORE_POLLING = 3;
export const POLL_MS = 5_000;
/** A reader who comes back to a page that does not renew itself is shown a newer copy, but not sooner than this. */
export const ASKED_MS_LEAST = 30_000;
/** Between two polls while the feed has no place for us: a poll costs it more than a socket would. */
export const POLL_WITHOUT_PLACE_MS = 15_000;
/** Longest wait before the first retry. Thousands of the public lose a feed at once and must not be back at once. */
export const BACKOFF_MS_FIRST = { desk: 500, public: 4_000 } as const;
export const BACKOFF_MS_LEAST = 100;
export const BACKOFF_MS_MAX = 15_000;

export class Gap extends Error {}

/** One view at one position. `apply` is the whole of what a browser does with a message. */
export class Replica {
  readonly view = new Map<string, unknown>();
  n = -1;
  /** Position that the last heartbeat named: nothing of our view changed between `n` and it. */
  quietTo = -1;
  epoch = "";
  atMs = 0;
  serverMs = 0;

  /** Keys that changed; `null` after a snapshot (everything may have). Throws Gap when a change does not fit. */
  apply(message: ServerMessage): string[] | null {
    if (message.type === "snapshot") {
      this.view.clear();
      for (const key of Object.keys(message.view)) this.view.set(key, message.view[key]);
      this.epoch = message.epoch;
      this.mark(message.n, message.at_ms, message.server_ms ?? message.at_ms);
      return null;
    }
    if (message.type === "heartbeat") {
      this.quietTo = message.n;
      this.mark(this.n, message.at_ms, message.server_ms);
      return [];
    }
    const fits = message.from === this.n || (message.from === this.quietTo && message.from > this.n);
    if (!fits) throw new Gap(`changes from ${message.from} do not follow ${this.n}`);
    for (const key of Object.keys(message.set)) this.view.set(key, message.set[key]);
    for (const key of message.unset) this.view.delete(key);
    this.mark(message.n, message.at_ms, message.server_ms);
    return [...Object.keys(message.set), ...message.unset];
  }

  private mark(n: number, atMs: number, serverMs: number): void {
    this.n = n;
    this.atMs = atMs;
    this.serverMs = serverMs;
  }
}

export type Connection = "connecting" | "live" | "lost" | "polling" | "signed_out" | "refused" | "past";

/** Whatever brings a view: the live feed, or the past. */
export interface Source {
  readonly replica: Replica;
  readonly connection: Connection;
  subscribe(listener: Listener): () => void;
  /** Age of what is shown in wall milliseconds. */
  ageMs(): number;
  /** Platform time at which what is shown is looked at. */
  platformMs(): number;
}

/** Beginnings of keys; west, south, east, north in degrees. */
export interface View {
  keys?: string[];
  bbox?: [number, number, number, number];
}

export interface FeedOptions {
  audience: "desk" | "public";
  url: string;
  /** What of the view is looked at (ARCHITECTURE.md, "WebSocket"); nothing = all of it. */
  view?: View;
  /** A snapshot over HTTP, for when sockets fail. */
  poll: () => Promise<Snapshot>;
  /** Wall milliseconds from one poll to the next; Infinity = only when somebody asks. */
  pollEveryMs?: () => number;
  /** Whether sockets are wanted at all; while not, snapshots are polled. */
  live?: () => boolean;
  speed: () => number;
  socket?: (url: string) => WebSocket;
  now?: () => number;
  random?: () => number;
}

export type Listener = (changed: string[] | null) => void;

export class FeedClient implements Source {
  readonly replica = new Replica();
  connection: Connection = "connecting";
  /** Wall time of the last message, 0 before the first. */
  heardMs = 0;
  private listeners = new Set<Listener>();
  private socket: WebSocket | undefined;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private lastPollMs = -Infinity;
  private nextPollMs = 0;
  private pollMs = POLL_MS;
  private stopped = true;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly open: (url: string) => WebSocket;
  private readonly wanted: () => boolean;

  constructor(private readonly options: FeedOptions) {
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
    this.open = options.socket ?? ((url) => new WebSocket(url));
    this.wanted = options.live ?? (() => true);
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.failures = 0;
    this.connect();
    this.watch = setInterval(() => this.check(), 1000);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    clearInterval(this.watch);
    this.dropSocket();
  }

  /** Try again at once: the network is back, or somebody has signed in again. */
  retryNow(): void {
    if (this.stopped || this.connection === "live") return;
    this.failures = 0;
    this.connect();
    if (!this.wanted() && this.now() - this.lastPollMs >= ASKED_MS_LEAST) void this.pollNow();
  }

  /** Age of the shown situation in wall milliseconds: its age when sent, and the time since then. */
  ageMs(): number {
    if (this.heardMs === 0) return Infinity;
    const atSending = Math.max(0, this.replica.serverMs - this.replica.atMs) / this.options.speed();
    return atSending + Math.max(0, this.now() - this.heardMs);
  }

  /** Platform time now, by the last message and the wall time since. */
  platformMs(): number {
    if (this.heardMs === 0) return this.now();
    return this.replica.serverMs + (this.now() - this.heardMs) * this.options.speed();
  }

  private connect(): void {
    clearTimeout(this.retry);
    this.dropSocket();
    if (this.connection !== "polling" && this.heardMs === 0) this.become("connecting");
    if (!this.wanted()) {
      this.retry = setTimeout(() => this.connect(), BACKOFF_MS_MAX);
      return;
    }
    let socket: WebSocket;
    try {
      socket = this.open(this.options.url);
    } catch {
      this.failed();
      return;
    }
    this.socket = socket;
    socket.onopen = () => {
      const { epoch, n } = this.replica;
      const resume = n >= 0 ? { epoch, n } : null;
      socket.send(JSON.stringify({ type: "hello", resume, ...(this.options.view && { view: this.options.view }) }));
    };
    socket.onmessage = (event) => this.receive(socket, String(event.data));
    socket.onclose = (event) => this.closed(socket, event.code, event.reason);
  }

  private receive(socket: WebSocket, data: string): void {
    if (socket !== this.socket) return;
    try {
      const message = JSON.parse(data) as ServerMessage;
      const changed = this.replica.apply(message);
      this.heardMs = this.now();
      this.failures = 0;
      this.pollMs = POLL_MS;
      this.become("live");
      if (changed === null || changed.length > 0) this.tell(changed);
    } catch (error) {
      if (!(error instanceof Gap)) throw error;
      this.replica.n = -1; // ask for a whole snapshot
      this.connect();
    }
  }

  private closed(socket: WebSocket, code: number, reason = ""): void {
    if (socket !== this.socket || this.stopped) return;
    this.socket = undefined;
    if (code === CLOSE.signedOut) return this.become("signed_out");
    if (code === CLOSE.origin) return this.become("refused");
    if (code === CLOSE.badHello) this.replica.n = -1;
    if (code === CLOSE.tooMany) return this.withoutPlace(reason);
    this.failed();
  }

  /** All places are taken: come back when the server says, each at another time, and read snapshots meanwhile. */
  private withoutPlace(reason: string): void {
    const advised = Number(/retry_s=(\d{1,4})/.exec(reason)?.[1] ?? BACKOFF_MS_MAX / 1000);
    this.failures = Math.max(this.failures, FAILURES_BEFORE_POLLING - 1);
    this.pollMs = POLL_WITHOUT_PLACE_MS;
    this.failed(advised * 1000 * (1 + 0.2 * this.random()));
  }

  /** Try again after a while: of `wait`, or drawn from all of a span that doubles with each failure. */
  private failed(wait?: number): void {
    this.failures += 1;
    if (this.connection === "live" || (this.connection === "connecting" && this.failures > 1)) this.become("lost");
    const first = BACKOFF_MS_FIRST[this.options.audience];
    const ceiling = Math.min(BACKOFF_MS_MAX, first * 2 ** Math.min(this.failures - 1, 10));
    const drawn = Math.max(BACKOFF_MS_LEAST, ceiling * this.random());
    this.retry = setTimeout(() => this.connect(), wait ?? drawn);
  }

  /** Sockets are wanted no more: what is shown stays, and copies are read at their pace, each browser at another time. */
  private leave(): void {
    this.lastPollMs = this.now();
    this.schedulePoll();
    this.become("polling");
    this.connect();
  }

  /** Once a second: notice silence, and poll while sockets keep failing. */
  private check(): void {
    if (this.connection === "signed_out" || this.connection === "refused") return;
    if (this.connection === "live" && !this.wanted()) this.leave();
    if (this.connection === "live" && this.now() - this.heardMs > SILENCE_MS_MAX) {
      this.become("lost");
      this.dropSocket();
      this.failed();
    }
    const without = this.failures >= FAILURES_BEFORE_POLLING || (!this.wanted() && this.connection !== "live");
    if (without && this.now() >= this.nextPollMs) void this.pollNow();
  }

  /** A snapshot over HTTP now; shown unless a socket was faster. */
  async pollNow(): Promise<void> {
    this.lastPollMs = this.now();
    this.schedulePoll();
    try {
      const snapshot = await this.options.poll();
      if (this.stopped || this.connection === "live") return;
      if (snapshot.at_ms < this.replica.atMs) return; // a copy older than what a socket brought
      this.replica.apply({ type: "snapshot", ...snapshot });
      this.schedulePoll(); // what was read may say how often
      this.heardMs = this.now();
      this.become("polling");
      this.tell(null);
    } catch {
      if (this.connection === "polling") this.become("lost");
    }
  }

  private schedulePoll(): void {
    this.nextPollMs = this.lastPollMs + (this.options.pollEveryMs?.() ?? this.pollMs);
  }

  private dropSocket(): void {
    const socket = this.socket;
    this.socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close();
    } catch {
      // It was already gone.
    }
  }

  private become(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.tell([]);
  }

  private tell(changed: string[] | null): void {
    for (const listener of this.listeners) listener(changed);
  }
}

/** Address of the WebSocket beside a page. */
export function feedAddress(audience: "desk" | "public", page: Location | URL = location): string {
  const scheme = page.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${page.host}/api/v1/feed?audience=${audience}`;
}
