/**
 * The public tree: the map as files behind one pointer (ARCHITECTURE.md, "The public tree").
 *
 * It is what the page shows first, and all it shows when sockets are refused, when the ladder says so, or when
 * nothing but the files is left. How old they are is reckoned by the clock of whoever sent the pointer
 * (`Date`, and `Age` of a cache), so that neither a wrong clock here nor a dead origin makes them look new.
 */
import type { Area, PublicMode, PublicTotals, Snapshot, Unheard, View } from "../contract";

export const POINTER_URL = "/public/current.json";
/** No page asks for a newer pointer by itself sooner than this. */
export const POLL_MS_LEAST = 30_000;

/** Older than this on the wall, a picture that a socket brings is called old. */
const OLD_MS = 60_000;

export interface Pointer {
  n: number;
  at_ms: number;
  published_ms: number;
  refresh: "live" | "60s" | "5min" | "static";
  refresh_s: number;
  clock: { speed: number; epoch_ms: number; anchor_ms: number };
  /** `past`: the index of past moments; trees before there was one have none. */
  paths: { summary: string; areas: string; past?: string };
}

interface Summary {
  city: unknown;
  totals: PublicTotals;
  mode: PublicMode;
  unheard: Unheard;
}

type Fetch = (url: string) => Promise<Response>;

/** Wall time of the sender now, by its own clock; by ours when it does not say. */
export function senderMs(headers: Headers, now: number): number {
  const date = Date.parse(headers.get("date") ?? "");
  const age = Number(headers.get("age") ?? 0) || 0;
  return Number.isNaN(date) ? now : date + age * 1000;
}

export class Tree {
  private pointer: Pointer | undefined;
  private readonly kept = new Map<string, unknown>();

  constructor(
    private readonly get: Fetch = (url) => fetch(url, { signal: AbortSignal.timeout(15_000) }),
    private readonly now: () => number = Date.now,
    private readonly random: () => number = Math.random,
  ) {}

  /** The newest tree as a snapshot. Throws when there is none to be had. */
  async snapshot(): Promise<Snapshot> {
    const response = await this.get(POINTER_URL);
    if (!response.ok) throw new Error(`no public tree: ${response.status}`);
    const pointer = (await response.json()) as Pointer;
    const { speed, epoch_ms, anchor_ms } = pointer.clock;
    const { summary, areas } = pointer.paths;
    const [told, table] = await Promise.all([this.file<Summary>(summary), this.file<{ areas: Area[] }>(areas)]);
    for (const path of this.kept.keys()) if (path !== summary && path !== areas) this.kept.delete(path);
    this.pointer = pointer;
    const totals = { ...told.totals, at_ms: pointer.at_ms };
    const view: View = { city: told.city, totals, mode: told.mode, unheard: told.unheard };
    for (const area of table.areas) view[`area/${area.id}`] = area;
    const server_ms = epoch_ms + (senderMs(response.headers, this.now()) - anchor_ms) * speed;
    return { n: pointer.n, epoch: "tree", at_ms: pointer.at_ms, server_ms, view };
  }

  /** Whether sockets are wanted: always, until a pointer says otherwise. */
  live(): boolean {
    return this.pointer === undefined || this.pointer.refresh === "live";
  }

  /** The index of past moments, once a pointer has named one. */
  past(): string | undefined {
    return this.pointer?.paths.past;
  }

  /** Wall milliseconds from which on a picture is old: one that was due has not come. */
  oldMs(): number {
    return this.live() ? OLD_MS : Math.max(OLD_MS, 2.5 * (this.pointer?.refresh_s || Infinity) * 1000);
  }

  /** Until the next look, spread so that a city's browsers do not all look at once. */
  everyMs(): number {
    const seconds = this.pointer?.refresh_s ?? POLL_MS_LEAST / 1000;
    if (seconds <= 0) return Infinity;
    return Math.max(POLL_MS_LEAST, seconds * 1000) * (1 + 0.5 * this.random());
  }

  /** A file named by its content: read once. */
  private async file<T>(path: string): Promise<T> {
    if (!this.kept.has(path)) {
      const response = await this.get(`/public/${path}`);
      if (!response.ok) throw new Error(`the public tree lacks ${path}`);
      this.kept.set(path, await response.json());
    }
    return this.kept.get(path) as T;
  }
}
