/**
 * Desk actions. Each waits a grace in which it can be undone, then leaves for intake under an idempotency key, and is
 * followed in the feed until the situation shows it applied, or a refusal says why not. Nothing is called done before
 * that. What cannot leave is kept, over a reload too, and sent again under the same key: it counts once.
 */
import { act, ApiError, newKey, Unreachable } from "../api";
import type { Session } from "../contract";
import { t } from "../i18n";
import { told } from "../sentence";
import { applied, type Decided } from "./applied";
import { graceMs, type Kept, loadOutbox, saveOutbox } from "./outbox";
import type { Desk } from "./store";

/** Sent and not yet seen applied or refused after this long: say that it is still waited for. */
export const SLOW_MS = 15_000;
/** Actions kept for the activity list. */
export const KEPT_MAX = 100;
/** Wait before what could not leave is tried again; longer after each try. */
export const RETRY_MS_FIRST = 2_000;
export const RETRY_MS_MAX = 30_000;

export type Stage = "held" | "undone" | "sending" | "waiting" | "sent" | "slow" | "applied" | "refused" | "failed";

/** It has not left this desk. */
const UNSENT: ReadonlySet<Stage> = new Set(["held", "sending", "waiting"]);

export interface Intent extends Decided {
  /** A sentence for people. */
  text: string;
  /** It leaves at once: somebody's life, or a mode, does not wait. */
  urgent?: boolean;
}

export interface Sent extends Intent {
  key: string;
  action: string;
  stage: Stage;
  sentMs: number;
  /** Wall time at which it leaves, or is tried again. */
  dueMs: number;
  tries: number;
  answer: string;
}

export class Actions {
  sent: Sent[] = [];
  private listeners = new Set<(changed: Sent) => void>();

  constructor(
    private readonly desk: Desk,
    private readonly session: () => Session,
    /** Ask for a new sign-in; settles when somebody has signed in again. */
    private readonly signInAgain: () => Promise<void>,
  ) {
    for (const kept of loadOutbox(session().person, Date.now())) this.resume(kept);
    desk.subscribe(() => this.settle());
    setInterval(() => this.beat(), 1000);
  }

  subscribe(listener: (changed: Sent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The newest action on a target, if any. */
  about(target: string): Sent | undefined {
    return this.sent.find((sent) => sent.target === target);
  }

  /** What has not left, the newest first. */
  unsent(): Sent[] {
    return this.sent.filter((sent) => UNSENT.has(sent.stage));
  }

  /** Settles when it has been tried once, or was undone. */
  async send(intent: Intent): Promise<Sent> {
    if (this.desk.past) throw new Error("nothing is sent from the past");
    const now = Date.now();
    const grace = intent.urgent ? 0 : graceMs();
    const sent: Sent = {
      ...intent,
      ...{ key: newKey(), action: "", stage: grace > 0 ? "held" : "sending", answer: "", tries: 0 },
      ...{ sentMs: now, dueMs: now + grace },
    };
    this.sent = [sent, ...this.sent].slice(0, KEPT_MAX);
    this.tell(sent);
    if (grace > 0) await this.held(sent, grace);
    if (sent.stage !== "undone") await this.deliver(sent);
    return sent;
  }

  /** Call it back. False when it has left: then only another action can make up for it. */
  undo(sent: Sent | undefined = this.sent.find((each) => each.stage === "held")): boolean {
    if (sent?.stage !== "held") return false;
    this.become(sent, "undone");
    this.releases.get(sent)?.();
    return true;
  }

  /** Do not wait for the end of the grace. */
  sendNow(sent: Sent): void {
    this.releases.get(sent)?.();
  }

  /** Try again now: the network is back. */
  retryNow(): void {
    for (const sent of this.sent) if (sent.stage === "waiting") sent.dueMs = 0;
    this.beat();
  }

  private readonly releases = new Map<Sent, () => void>();

  private held(sent: Sent, grace: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.releases.get(sent)?.(), grace);
      this.releases.set(sent, () => {
        clearTimeout(timer);
        this.releases.delete(sent);
        resolve();
      });
    });
  }

  /** Left over from before the page was loaded again. */
  private resume(kept: Kept): void {
    this.sent.push({ ...kept, action: "", stage: "waiting", dueMs: 0, tries: 0, answer: "" });
  }

  private beat(): void {
    for (const sent of this.sent) {
      if (sent.stage === "waiting" && Date.now() >= sent.dueMs) void this.deliver(sent);
    }
    this.settle();
  }

  private async deliver(sent: Sent): Promise<void> {
    this.become(sent, "sending");
    try {
      const { action } = await act(this.session(), sent.path, sent.key, sent.body);
      sent.action = action;
      sent.sentMs = Date.now();
      this.become(sent, "sent");
      this.settle();
    } catch (error) {
      const stale = error instanceof ApiError && (error.status === 401 || error.problem.code === "csrf");
      if (stale) {
        await this.signInAgain();
        await this.deliver(sent); // the same key: at most one of the two counts
        return;
      }
      if (error instanceof Unreachable) this.wait(sent, 0, t("action.unreachable"));
      else if (!(error instanceof ApiError)) throw error;
      else if (error.status === 429 || error.status === 503) this.wait(sent, error.retryAfterSeconds, error.message);
      else this.become(sent, "failed", error.message);
    }
  }

  /** Nothing was done with it: kept, and sent again by itself. */
  private wait(sent: Sent, seconds: number, answer: string): void {
    const longer = Math.min(RETRY_MS_MAX, RETRY_MS_FIRST * 2 ** sent.tries++);
    sent.dueMs = Date.now() + Math.max(seconds * 1000, longer);
    this.become(sent, "waiting", answer);
  }

  private settle(): void {
    if (this.desk.past) return; // what has become of them is seen in the present
    for (const sent of this.sent) {
      if (sent.stage !== "sent" && sent.stage !== "slow") continue;
      const refusal = this.desk.refusals.get(sent.action);
      if (refusal !== undefined) this.become(sent, "refused", told(refusal.text));
      else if (applied(this.desk, sent)) this.become(sent, "applied");
      else if (sent.stage === "sent" && Date.now() - sent.sentMs > SLOW_MS) this.become(sent, "slow");
    }
  }

  private become(sent: Sent, stage: Stage, answer = ""): void {
    sent.stage = stage;
    sent.answer = answer;
    this.tell(sent);
  }

  private tell(sent: Sent): void {
    saveOutbox(this.session().person, this.unsent());
    for (const listener of this.listeners) listener(sent);
  }
}
