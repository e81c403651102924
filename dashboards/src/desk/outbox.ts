/**
 * What has not left this desk yet, kept over a reload for its person, in the storage of this tab: another tab never
 * sends what can still be undone here. It is sent again under the same key.
 */
import type { Decided } from "./applied";

/** Longer than a shift and the way home: then what is left has been overtaken. */
const KEPT_MS = 20 * 3_600_000;

export interface Kept extends Decided {
  key: string;
  text: string;
  sentMs: number;
}

const name = (person: string): string => `stormops-outbox-${person}`;

export function loadOutbox(person: string, nowMs: number): Kept[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(name(person)) ?? "[]") as Kept[];
    return kept.filter((each) => nowMs - each.sentMs < KEPT_MS);
  } catch {
    return []; // no storage here, or not ours
  }
}

export function saveOutbox(person: string, kept: readonly Kept[]): void {
  try {
    if (kept.length === 0) sessionStorage.removeItem(name(person));
    else sessionStorage.setItem(name(person), JSON.stringify(kept.map(plain)));
  } catch {
    // Kept as long as the page is.
  }
}

const plain = ({ key, path, body, target, text, sentMs, seen }: Kept): Kept => ({
  ...{ key, path, body, target, text, sentMs },
  ...(seen === undefined ? {} : { seen }),
});

const GRACE = "stormops-grace";
/** How long an action can be called back before it leaves. */
export const GRACE_MS = 5_000;

/** The grace that this desk has chosen. */
export function graceMs(): number {
  try {
    const chosen = localStorage.getItem(GRACE);
    return chosen === null ? GRACE_MS : Math.max(0, Number(chosen)) || 0;
  } catch {
    return GRACE_MS;
  }
}
