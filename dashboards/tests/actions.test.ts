import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Session } from "../src/contract";
import { Actions, type Intent, SLOW_MS } from "../src/desk/actions";
import type { Desk } from "../src/desk/store";

const SESSION: Session = {
  person: "dana",
  roles: ["dispatcher"],
  desk: "East",
  shift: 3,
  shift_since_ms: 0,
  csrf: "c1",
  intake_url: "http://intake",
  counter_url: "",
};

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
}

describe("Actions", () => {
  let session = SESSION;
  let changed: (() => void)[] = [];
  let answers: Response[] = [];
  const requests: { url: string; headers: Record<string, string>; body: unknown }[] = [];
  const refusals = new Map<string, { action: string; code: string; text: string; at_ms: number }>();
  const incidents = new Map<string, { state: string }>();
  const desk = {
    refusals,
    incidents,
    feed: { replica: { n: 1 } },
    subscribe: (listener: () => void) => {
      changed.push(listener);
      return () => undefined;
    },
  } as unknown as Desk;
  const intent: Intent = {
    path: "incidents/E-0001/confirm",
    body: { reason: "seen" },
    target: "E-0001",
    text: "Confirm Elm St",
  };
  const json = (status: number, body: object) =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("localStorage", storage());
    vi.stubGlobal("sessionStorage", storage());
    localStorage.setItem("stormops-grace", "0");
    session = SESSION;
    incidents.set("E-0001", { state: "predicted" });
    changed = [];
    answers = [];
    requests.length = 0;
    refusals.clear();
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      requests.push({
        url,
        headers: init.headers as Record<string, string>,
        body: JSON.parse(String(init.body)) as unknown,
      });
      const answer = answers.shift();
      return answer === undefined ? Promise.reject(new TypeError("network")) : Promise.resolve(answer);
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const actions = (again: () => Promise<void> = () => Promise.resolve()) => new Actions(desk, () => session, again);

  it("is applied only when the situation shows it", async () => {
    answers = [json(202, { action: "act-1" })];
    const all = actions();
    const sent = await all.send(intent);
    expect(sent.stage).toBe("sent");
    expect(requests[0]).toMatchObject({
      url: "http://intake/api/v1/desk/incidents/E-0001/confirm",
      headers: { "X-CSRF-Token": "c1", "Idempotency-Key": sent.key },
      body: { reason: "seen" },
    });
    incidents.set("E-0001", { state: "confirmed" });
    for (const tell of changed) tell();
    expect(all.about("E-0001")?.stage).toBe("applied");
  });

  it("says why it was refused", async () => {
    answers = [json(202, { action: "act-1" })];
    const sent = await actions().send(intent);
    refusals.set("act-1", { action: "act-1", code: "closed", text: "The incident is closed.", at_ms: 1 });
    for (const tell of changed) tell();
    expect([sent.stage, sent.answer]).toEqual(["refused", "The incident is closed."]);
  });

  it("says that it still waits", async () => {
    answers = [json(202, { action: "act-1" })];
    const sent = await actions().send(intent);
    vi.advanceTimersByTime(SLOW_MS + 1500);
    expect(sent.stage).toBe("slow");
  });

  it("signs in again and sends the same key", async () => {
    answers = [json(401, { code: "signed_out" }), json(202, { action: "act-1" })];
    const again = vi.fn(() => {
      session = { ...SESSION, csrf: "c2" };
      return Promise.resolve();
    });
    const sent = await actions(again).send(intent);
    expect(again).toHaveBeenCalledOnce();
    expect(requests.map((r) => r.headers["Idempotency-Key"])).toEqual([sent.key, sent.key]);
    expect(requests.map((r) => r.headers["X-CSRF-Token"])).toEqual(["c1", "c2"]);
    expect(sent.stage).toBe("sent");
  });

  it("is not called sent when nothing answered, or the answer was no", async () => {
    expect((await actions().send(intent)).stage).toBe("waiting");
    answers = [json(422, { title: "Wrong", detail: "Give a reason.", code: "invalid" })];
    const refused = await actions().send(intent);
    expect([refused.stage, refused.answer]).toEqual(["failed", "Give a reason."]);
  });

  it("can be undone until its grace is over, and then nothing was sent", async () => {
    localStorage.setItem("stormops-grace", "5000");
    const all = actions();
    const first = all.send(intent);
    vi.advanceTimersByTime(4000);
    expect(all.unsent().map((sent) => sent.stage)).toEqual(["held"]);
    expect(all.undo()).toBe(true);
    expect((await first).stage).toBe("undone");
    expect(requests).toEqual([]);
    expect(all.undo()).toBe(false);
    answers = [json(202, { action: "act-1" }), json(202, { action: "act-2" }), json(202, { action: "act-3" })];
    const second = all.send(intent);
    vi.advanceTimersByTime(5000);
    expect((await second).stage).toBe("sent");
    expect((await all.send({ ...intent, urgent: true })).stage).toBe("sent"); // a life does not wait
    const third = all.send(intent);
    all.sendNow(all.unsent()[0]!);
    expect((await third).stage).toBe("sent");
  });

  it("is kept while nothing answers, over a reload too, and leaves under the same key", async () => {
    const sent = await actions().send(intent);
    expect(sent.stage).toBe("waiting");
    vi.clearAllTimers();
    const again = actions(); // the page was loaded again
    expect(again.unsent()).toMatchObject([{ key: sent.key, text: intent.text, stage: "waiting" }]);
    answers = [json(503, { code: "shed" }), json(202, { action: "act-1" })];
    await vi.advanceTimersByTimeAsync(1000);
    expect(again.unsent().length).toBe(1); // refused for now: still kept
    await vi.advanceTimersByTimeAsync(5000);
    expect(again.unsent()).toEqual([]);
    expect(new Set(requests.map((request) => request.headers["Idempotency-Key"]))).toEqual(new Set([sent.key]));
    expect(actions().unsent()).toEqual([]);
  });

  it("is known as applied after a reload though its answer was lost", async () => {
    await actions().send(intent); // it arrived, and no answer came
    incidents.set("E-0001", { state: "confirmed" });
    vi.clearAllTimers();
    const again = actions();
    answers = [json(202, { action: "act-1" })];
    await vi.advanceTimersByTimeAsync(SLOW_MS + 2000);
    expect(again.about("E-0001")).toMatchObject({ stage: "applied", action: "act-1" });
    expect(new Set(requests.map((request) => request.headers["Idempotency-Key"])).size).toBe(1);
  });

  it("is nobody else's, and not for ever", async () => {
    await actions().send(intent);
    session = { ...SESSION, person: "erin" };
    expect(actions().unsent()).toEqual([]);
    session = SESSION;
    vi.setSystemTime(Date.now() + 21 * 3_600_000);
    expect(actions().unsent()).toEqual([]);
  });
});
