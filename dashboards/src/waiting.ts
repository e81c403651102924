/**
 * Reports that wait for a network, as the service worker keeps them: in this browser alone, and no longer than they wait.
 *
 * Each has one key from the moment it was to be sent, so that it counts once however often it is sent. Of one that was
 * received only its number is left, until its sender has seen it, or a day. On its own: what runs in a worker imports nothing.
 */

/** A report that is to be sent to `url`, as the API takes it. */
export interface Waiting {
  key: string;
  url: string;
  body: Record<string, unknown>;
  /** What to do until help comes, in the words of the page. */
  advice: string;
  sinceMs: number;
  /** Why the platform did not take it as it is. */
  problem?: unknown;
}
/** A report that was received. */
export interface Received {
  key: string;
  receipt: string;
  advice: string;
  atMs: number;
}
export interface Shelf {
  waiting: Waiting[];
  /** Keys of those that are not sent by themselves: refused as they are, or too old. */
  again: string[];
  received: Received[];
  /** What is typed and not sent yet: the fields of the form. */
  draft: Record<string, string> | null;
}
/** Where they are kept, by store. */
export interface Keeper {
  all: <T>(store: Store) => Promise<T[]>;
  put: (store: Store, value: Kept) => Promise<void>;
  drop: (store: Store, key: string) => Promise<void>;
}
type Kept = Waiting | Received | { key: string; fields: Record<string, string>; atMs: number };
export type Store = "waiting" | "received" | "draft";

/** What is older is not sent by itself any more: who typed it says whether it is still so. */
export const LATE_MS = 12 * 3_600_000;
/** Nothing is kept for longer: neither a number, nor what its sender was asked about. */
const KEPT_MS = 24 * 3_600_000;
/** More at once from one browser is no household. */
export const WAITING_MAX = 20;
const TIMEOUT_MS = 30_000;
const DRAFT = "draft";

export async function shelfOf(keeper: Keeper, nowMs: number): Promise<Shelf> {
  const received = await keeper.all<Received>("received");
  const drafts = await keeper.all<{ key: string; fields: Record<string, string>; atMs: number }>("draft");
  for (const old of received.filter((each) => nowMs - each.atMs > KEPT_MS)) await keeper.drop("received", old.key);
  for (const old of drafts.filter((each) => nowMs - each.atMs > LATE_MS)) await keeper.drop("draft", old.key);
  const all = await keeper.all<Waiting>("waiting");
  for (const old of all.filter((each) => nowMs - each.sinceMs > KEPT_MS)) await keeper.drop("waiting", old.key);
  const waiting = all.filter((each) => nowMs - each.sinceMs <= KEPT_MS);
  const again = waiting.filter((each) => each.problem !== undefined || nowMs - each.sinceMs > LATE_MS);
  return {
    waiting: waiting.sort((a, b) => a.sinceMs - b.sinceMs),
    again: again.map((each) => each.key),
    received: received.filter((each) => nowMs - each.atMs <= KEPT_MS),
    draft: drafts.find((each) => nowMs - each.atMs <= LATE_MS)?.fields ?? null,
  };
}

export async function keepDraft(keeper: Keeper, fields: Record<string, string> | null, nowMs: number): Promise<void> {
  if (fields === null) await keeper.drop("draft", DRAFT);
  else await keeper.put("draft", { key: DRAFT, fields, atMs: nowMs });
}

/** One more waits; what was typed is no draft any more. Refuses what does not fit: the page says that it was not kept. */
export async function wait(keeper: Keeper, one: Waiting): Promise<void> {
  const others = (await keeper.all<Waiting>("waiting")).filter((each) => each.key !== one.key);
  if (others.length >= WAITING_MAX) throw new Error("too many wait already");
  await keeper.put("waiting", one);
  await keepDraft(keeper, null, one.sinceMs);
}

type Post = (url: string, init: RequestInit) => Promise<Response>;

/** Send what waits, one after the other; whether something is left that may be sent again by itself. */
export async function sendAll(keeper: Keeper, nowMs: number, post: Post = fetch): Promise<boolean> {
  let left = false;
  const { waiting, again } = await shelfOf(keeper, nowMs);
  for (const one of waiting.filter((each) => !again.includes(each.key))) {
    if (!(await send(keeper, one, nowMs, post))) left = true;
  }
  return left;
}

/** Whether it needs no further try. A lost answer is no answer: the same key is sent again, and counts once. */
async function send(keeper: Keeper, one: Waiting, nowMs: number, post: Post): Promise<boolean> {
  let answer: Response;
  try {
    answer = await post(one.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": one.key },
      body: JSON.stringify(one.body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    return false;
  }
  const said = (await answer.json().catch(() => ({}))) as { receipt?: string; code?: string };
  if (answer.status === 202 && said.receipt !== undefined) {
    await keeper.put("received", { key: one.key, receipt: said.receipt, advice: one.advice, atMs: nowMs });
    await keeper.drop("waiting", one.key);
    return true;
  }
  // What is no problem of ours is no answer: a wireless network's own page, a proxy's.
  const refused = answer.status >= 400 && answer.status < 500 && ![408, 429].includes(answer.status);
  if (!refused || said.code === undefined) return false;
  await keeper.put("waiting", { ...one, problem: said });
  return true;
}

/** The browser's own store. */
export function browserKeeper(): Keeper {
  const stores: Store[] = ["waiting", "received", "draft"];
  const opened = new Promise<IDBDatabase>((settle, fail) => {
    const asked = indexedDB.open("stormops-report", 1);
    asked.onupgradeneeded = () => {
      for (const name of stores) asked.result.createObjectStore(name, { keyPath: "key" });
    };
    asked.onsuccess = () => settle(asked.result);
    asked.onerror = () => fail(asked.error ?? new Error("no store"));
  });
  const work = async <T>(
    store: Store,
    mode: IDBTransactionMode,
    ask: (o: IDBObjectStore) => IDBRequest,
  ): Promise<T> => {
    const transaction = (await opened).transaction(store, mode);
    const asked = ask(transaction.objectStore(store));
    return new Promise((settle, fail) => {
      transaction.oncomplete = () => settle(asked.result as T);
      transaction.onabort = () => fail(transaction.error ?? new Error("not kept"));
    });
  };
  return {
    all: (store) => work(store, "readonly", (o) => o.getAll()),
    put: (store, value) => work(store, "readwrite", (o) => o.put(value)),
    drop: (store, key) => work(store, "readwrite", (o) => o.delete(key)),
  };
}
