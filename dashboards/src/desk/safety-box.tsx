/** The clock of a safety report, and taking it on. */
import type { SafetyItem } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import { SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { ActionForm } from "./action-form";
import type { Actions, Intent } from "./actions";
import { Icon } from "./icons";

/** What a safety report is about, in words. */
export const safetyKind = (item: SafetyItem): string =>
  item.kind === "medical" ? t("row.medical") : word("symptom", item.kind);

/** Late when the platform says so, or when its time is over by the platform's clock. */
export const isLate = (item: SafetyItem, nowMs: number): boolean =>
  item.state === "escalated" || (item.state === "waiting" && nowMs >= item.due_ms);

export function acknowledge(item: SafetyItem, reason: string): Intent {
  return {
    target: item.receipt,
    urgent: true,
    path: `reports/${encodeURIComponent(item.receipt)}/acknowledge`,
    body: { reason },
    text: t("did.acknowledge", { what: safetyKind(item) }),
  };
}

/** Time left, or how long nobody has answered: in words and figures, never by colour alone. */
export function SafetyClock({ item, nowMs }: { item: SafetyItem; nowMs: number }) {
  if (item.state === "acknowledged") {
    return (
      <span class="safety-clock is-taken">
        <Icon name="check" size={14} />
        {item.by}
      </span>
    );
  }
  const late = isLate(item, nowMs);
  const clock = format.timer(late ? nowMs - item.received_ms : item.due_ms - nowMs);
  return (
    <span class={`safety-clock ${late ? "is-late" : ""}`} role="timer" aria-live="off">
      {t(late ? "safety.late" : "safety.left", { clock })}
    </span>
  );
}

interface Props {
  item: SafetyItem;
  nowMs: number;
  actions: Actions;
  mayAct: boolean;
  acknowledging: boolean;
  onAcknowledging: (on: boolean) => void;
}

export function SafetyBox({ item, nowMs, actions, mayAct, acknowledging, onAcknowledging }: Props) {
  const waits = item.state !== "acknowledged";
  const late = isLate(item, nowMs);
  return (
    <div class={`safety-box ${late ? "is-late" : ""}`} data-state={item.state}>
      <p class="alert">
        <SignIcon sign={SAFETY_SIGN} size={18} />
        {t("report.life")}
      </p>
      <p class="safety-box-clock">
        {waits
          ? t(late ? "safety.over" : "safety.due", {
              clock: format.timer(late ? nowMs - item.received_ms : item.due_ms - nowMs),
            })
          : t("safety.by", { by: item.by ?? "" })}
        {waits && item.level > 0 ? <b class="tag tag-late">{t("safety.level", { level: item.level })}</b> : null}
      </p>
      {waits && mayAct ? (
        acknowledging ? (
          <ActionForm
            id={`acknowledge ${item.receipt}`}
            title={t("do.acknowledge_title")}
            hint={t("do.acknowledge_hint")}
            suggestions={[t("reason.crew_sent"), t("reason.told_911"), t("reason.called_back")]}
            send={t("do.acknowledge_send")}
            usual={t("reason.acknowledge")}
            ready
            onSend={(reason) => {
              void actions.send(acknowledge(item, reason));
              onAcknowledging(false);
            }}
            onClose={() => onAcknowledging(false)}
          />
        ) : (
          <button type="button" class="button primary wide" onClick={() => onAcknowledging(true)}>
            {t("do.acknowledge")}
            <kbd>a</kbd>
          </button>
        )
      ) : null}
    </div>
  );
}
