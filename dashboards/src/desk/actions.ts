/**
 * Desk actions: sent to intake with an idempotency key, then followed in the feed until the
 * situation shows them applied, or a refusal says why not. Nothing is called done before that.
 */
import { act, ApiError, newKey, Unreachable } from "../api";
import type { Session } from "../contract";
import { t } from "../i18n";
import type { Desk } from "./store";

/** Sent and not yet seen applied or refused after this long: say that it is still waited for. */
export const SLOW_MS = 15_000;
/** Actions kept for the activity list. */
export const KEPT_MAX = 100;

export type Stage = "sending" | "sent" | "slow" | "applied" | "refused" | "failed";

export interface Intent {
  path: string;
  body: object;
  /** What it is about: an incident's id or a receipt. */
  target: string;
  /** A sentence for people. */
  text: string;
  /** Whether the situation shows it. */
  applied: (desk: Desk) => boolean;
}

export interface Sent extends Intent {
  key: string;
  action: string;
  stage: Stage;
  sentMs: number;
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
    desk.subscribe(() => this.settle());
    setInterval(() => this.settle(), 1000);
  }

  subscribe(listener: (changed: Sent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The newest action on a target, if any. */
  about(target: string): Sent | undefined {
    return this.sent.find((sent) => sent.target === target);
  }

  async send(intent: Intent): Promise<Sent> {
    const sent: Sent = { ...intent, key: newKey(), action: "", stage: "sending", sentMs: Date.now(), answer: "" };
    this.sent = [sent, ...this.sent].slice(0, KEPT_MAX);
    this.tell(sent);
    await this.deliver(sent);
    return sent;
  }

  private async deliver(sent: Sent): Promise<void> {
    try {
      const { action } = await act(this.session(), sent.path, sent.key, sent.body);
      sent.action = action;
      this.become(sent, "sent");
      this.settle();
    } catch (error) {
      const stale = error instanceof ApiError && (error.status === 401 || error.problem.code === "csrf");
      if (stale) {
        await this.signInAgain();
        await this.deliver(sent); // the same key: at most one of the two counts
        return;
      }
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      this.become(sent, "failed", error instanceof Unreachable ? t("action.unreachable") : error.message);
    }
  }

  private settle(): void {
    for (const sent of this.sent) {
      if (sent.stage !== "sent" && sent.stage !== "slow") continue;
      const refusal = this.desk.refusals.get(sent.action);
      if (refusal !== undefined) this.become(sent, "refused", refusal.text);
      else if (sent.applied(this.desk)) this.become(sent, "applied");
      else if (sent.stage === "sent" && Date.now() - sent.sentMs > SLOW_MS) this.become(sent, "slow");
    }
  }

  private become(sent: Sent, stage: Stage, answer = ""): void {
    sent.stage = stage;
    sent.answer = answer;
    this.tell(sent);
  }

  private tell(sent: Sent): void {
    for (const listener of this.listeners) listener(sent);
  }
}
