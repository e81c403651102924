import { describe, expect, it } from "vitest";
import {
  type Keeper,
  keepDraft,
  LATE_MS,
  sendAll,
  shelfOf,
  type Store,
  wait,
  type Waiting,
  WAITING_MAX,
} from "../src/waiting";

/** A store as the browser's, in memory. */
function keeper(): Keeper {
  const stores: Record<Store, Map<string, { key: string }>> = {
    waiting: new Map(),
    received: new Map(),
    draft: new Map(),
  };
  return {
    all: async <T>(store: Store) => [...stores[store].values()] as T[],
    put: async (store, value) => void stores[store].set(value.key, structuredClone(value)),
    drop: async (store, key) => void stores[store].delete(key),
  };
}

const URL = "https://intake.example/api/v1/reports";
const one = (key: string, sinceMs = 0): Waiting => ({ key, url: URL, body: { symptom: "tree" }, advice: "", sinceMs });
const json = (status: number, body: object) => async () => new Response(JSON.stringify(body), { status });
const received = json(202, { receipt: "01-1" });

describe("a report that waits", () => {
  it("is sent with its key, and only its number is left", async () => {
    const kept = keeper();
    await keepDraft(kept, { note: "a bang" }, 0);
    await wait(kept, one("form:1"));
    expect((await shelfOf(kept, 1)).draft).toBeNull();
    const sent: RequestInit[] = [];
    const left = await sendAll(kept, 5, async (url, init) => {
      expect(url).toBe(URL);
      sent.push(init);
      return received();
    });
    expect(left).toBe(false);
    expect(sent.map((init) => (init.headers as Record<string, string>)["Idempotency-Key"])).toEqual(["form:1"]);
    expect(await shelfOf(kept, 5)).toEqual({
      waiting: [],
      again: [],
      received: [{ key: "form:1", receipt: "01-1", advice: "", atMs: 5 }],
      draft: null,
    });
    expect((await shelfOf(kept, 25 * 3_600_000)).received).toEqual([]);
  });

  it("is sent again with the same key where the answer was lost or the platform is busy", async () => {
    const kept = keeper();
    await wait(kept, one("form:1"));
    const lost = async () => {
      throw new TypeError("network");
    };
    for (const trouble of [
      lost,
      json(503, {}),
      json(429, {}),
      json(408, {}),
      json(202, {}),
      json(403, { title: "Sign in to this network" }),
      async () => new Response("<"),
    ]) {
      expect(await sendAll(kept, 1, trouble)).toBe(true);
    }
    expect((await shelfOf(kept, 1)).waiting.map((each) => each.key)).toEqual(["form:1"]);
    expect(await sendAll(kept, 1, received)).toBe(false);
  });

  it("that is not taken as it is goes back to its sender, and is not sent again", async () => {
    const kept = keeper();
    await wait(kept, one("form:1"));
    expect(await sendAll(kept, 1, json(422, { code: "invalid" }))).toBe(false);
    expect((await shelfOf(kept, 1)).waiting[0]?.problem).toEqual({ code: "invalid" });
    let asked = 0;
    await sendAll(kept, 1, async () => (asked++, received()));
    expect(asked).toBe(0);
  });

  it("that is old is not sent without being asked for, nor is an old draft shown", async () => {
    const kept = keeper();
    await wait(kept, one("form:old"));
    await wait(kept, one("form:new", LATE_MS));
    await keepDraft(kept, { note: "a bang" }, 0);
    expect((await shelfOf(kept, LATE_MS)).draft).toEqual({ note: "a bang" });
    await sendAll(kept, LATE_MS + 1, received);
    const shelf = await shelfOf(kept, LATE_MS + 1);
    expect(shelf.waiting.map((each) => each.key)).toEqual(["form:old"]);
    expect(shelf.again).toEqual(["form:old"]);
    expect((await shelfOf(kept, 25 * 3_600_000)).waiting.map((each) => each.key)).toEqual([]);
    expect(shelf.received.map((each) => each.key)).toEqual(["form:new"]);
    expect(shelf.draft).toBeNull();
  });

  it("has its place: more than a household sends are refused", async () => {
    const kept = keeper();
    for (let i = 0; i < WAITING_MAX; i++) await wait(kept, one(`form:${i}`));
    await wait(kept, one("form:0"));
    await expect(wait(kept, one("form:more"))).rejects.toThrow("too many");
  });
});
