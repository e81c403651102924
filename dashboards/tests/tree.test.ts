import { describe, expect, it } from "vitest";
import { Tree, POINTER_URL, POLL_MS_LEAST, senderMs, type Pointer } from "../src/public/tree";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const POINTER: Pointer = {
  n: 7,
  at_ms: NOW - 90_000,
  published_ms: NOW - 60_000,
  refresh: "live",
  refresh_s: 30,
  clock: { speed: 1, epoch_ms: 0, anchor_ms: 0 },
  paths: { summary: "f/s.json", areas: "f/a.json" },
};
const AREA = { id: "A1", name: "North", customers: 90, out: 21, since_ms: 5 };

/** A server of files, and what was asked of it. */
function server(pointer: Partial<Pointer> = {}, headers: Record<string, string> = {}) {
  const asked: string[] = [];
  const files: Record<string, unknown> = {
    [POINTER_URL]: { ...POINTER, ...pointer },
    "/public/f/s.json": { city: { title: "x" }, totals: { customers: 90, customers_out: 21 }, mode: { mode: "storm" } },
    "/public/f/a.json": { areas: [AREA] },
  };
  const get = (url: string) => {
    asked.push(url);
    const body = files[url];
    return Promise.resolve(new Response(JSON.stringify(body ?? {}), { status: body ? 200 : 404, headers }));
  };
  return { asked, files, get };
}

const tree = (get: (url: string) => Promise<Response>, random = 0) =>
  new Tree(
    get,
    () => NOW,
    () => random,
  );

describe("the public tree", () => {
  it("is a snapshot as the feed gives it", async () => {
    const snapshot = await tree(server().get).snapshot();
    expect(snapshot).toEqual({
      n: 7,
      epoch: "tree",
      at_ms: POINTER.at_ms,
      server_ms: NOW,
      view: {
        city: { title: "x" },
        totals: { customers: 90, customers_out: 21, at_ms: POINTER.at_ms },
        mode: { mode: "storm" },
        "area/A1": AREA,
      },
    });
  });

  it("reads again only what has another name", async () => {
    const { asked, files, get } = server();
    const source = tree(get);
    await source.snapshot();
    files[POINTER_URL] = { ...POINTER, n: 8, paths: { summary: "f/s.json", areas: "f/b.json" } };
    files["/public/f/b.json"] = { areas: [] };
    const snapshot = await source.snapshot();
    expect(snapshot.view).not.toHaveProperty("area/A1");
    expect(asked).toEqual([POINTER_URL, "/public/f/s.json", "/public/f/a.json", POINTER_URL, "/public/f/b.json"]);
  });

  it("tells its age by the sender's clock, through a cache, and by a rehearsal's", async () => {
    const late = { date: "Sun, 29 Nov 2026 13:00:00 GMT", age: "600" };
    expect((await tree(server({}, late).get).snapshot()).server_ms).toBe(NOW + 70 * 60_000);
    expect(senderMs(new Headers({ date: "nonsense" }), 5)).toBe(5);
    const clock = { speed: 60, epoch_ms: 1_000, anchor_ms: NOW - 10 };
    expect((await tree(server({ clock }).get).snapshot()).server_ms).toBe(1_600);
  });

  it("wants sockets while the ladder says live, or says nothing", async () => {
    const source = tree(server({ refresh: "5min", refresh_s: 300 }).get);
    expect(source.live()).toBe(true);
    await source.snapshot();
    expect(source.live()).toBe(false);
  });

  it("never looks again by itself sooner than 30 s, and spreads the looks", async () => {
    for (const [refresh_s, random, expected] of [
      [1, 0, POLL_MS_LEAST],
      [30, 1, 45_000],
      [300, 0.5, 375_000],
      [0, 0.5, Infinity],
    ] as const) {
      const source = tree(server({ refresh_s }).get, random);
      await source.snapshot();
      expect(source.everyMs()).toBe(expected);
    }
    expect(tree(server().get).everyMs()).toBe(POLL_MS_LEAST);
  });

  it("says when there is none", async () => {
    const { files, get } = server();
    delete files["/public/f/a.json"];
    await expect(tree(get).snapshot()).rejects.toThrow("f/a.json");
    delete files[POINTER_URL];
    await expect(tree(get).snapshot()).rejects.toThrow("404");
  });
});
