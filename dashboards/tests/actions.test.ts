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
};

describe("Actions", () => {
  let session = SESSION;
  let applied = false;
  let changed: (() => void)[] = [];
  let answers: Response[] = [];
  const requests: { url: string; headers: Record<string, string>; body: unknown }[] = [];
  const refusals = new Map<string, { action: string; code: string; text: string; at_ms: number }>();
  const desk = {
    refusals,
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
    applied: () => applied,
  };
  const json = (status: number, body: object) =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

  beforeEach(() => {
    vi.useFakeTimers();
    session = SESSION;
    applied = false;
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
    applied = true;
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
    expect((await actions().send(intent)).stage).toBe("failed");
    answers = [json(422, { title: "Wrong", detail: "Give a reason.", code: "invalid" })];
    const refused = await actions().send(intent);
    expect([refused.stage, refused.answer]).toEqual(["failed", "Give a reason."]);
  });
});
