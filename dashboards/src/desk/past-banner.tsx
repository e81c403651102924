/** Says that this is the past, of when, and what the present asks for meanwhile. */
import type { DeskTotals } from "../contract";
import * as format from "../format";
import { t } from "../i18n";
import { SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { Icon } from "./icons";
import type { Desk } from "./store";
import type { TimeMachine } from "./time-machine";
import { unanswered } from "./top-bar";

export function PastBanner({ machine, desk }: { machine: TimeMachine; desk: Desk }) {
  const there = desk.past;
  const moment = machine.source.momentMs;
  const time = `${format.day(moment)}, ${format.clockSeconds(moment)}`;
  const totals = desk.live.replica.view.get("totals") as DeskTotals | undefined;
  const waiting = unanswered(totals);
  const spoken = there && !machine.playing ? t("past.spoken", { time }) : "";
  return (
    <section class="past-banner" aria-label={t("past.title")} data-n={there ? desk.feed.replica.n : -1}>
      <span class="past-sign">
        <Icon name="history" size={20} />
        <b>{t("past.title")}</b>
      </span>
      {there ? (
        <p class="past-when">
          <time>{time}</time>
          <span>{t("past.as_known", { span: format.span(Math.max(0, machine.lastMs - moment)) })}</span>
        </p>
      ) : (
        <p class="past-when">
          <span>{machine.problem === null ? t("past.loading") : null}</span>
        </p>
      )}
      <p class="past-said" role="status">
        {machine.problem === null ? <span class="past-quiet">{t("past.nothing_sent")}</span> : t(machine.problem)}
      </p>
      <span class="sr-only" role="status">
        {spoken}
      </span>
      <p class={`past-now ${waiting ? "has-danger" : ""}`} data-waiting={waiting}>
        <b>{t("past.now")}</b>
        <span>{t("past.now_out", { out: format.number(totals?.customers_out ?? 0) })}</span>
        {waiting ? (
          <span class="past-danger">
            <SignIcon sign={SAFETY_SIGN} size={16} />
            {t("past.now_safety", { count: waiting })}
          </span>
        ) : null}
      </p>
      <button type="button" class="button primary past-leave" onClick={() => machine.leave()}>
        {t("past.leave")}
        <kbd>Esc</kbd>
      </button>
    </section>
  );
}
