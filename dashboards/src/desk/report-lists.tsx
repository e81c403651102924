/** Lists of reports: the unmatched queue, and all that are open. */
import { useMemo } from "preact/hooks";
import type { ReportPoint, Unmatched } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import { REPORT_SIGNS, SAFETY_SIGN } from "../legend";
import { placeIn, told } from "../sentence";
import { SignIcon } from "../sign";
import { PLACE_WITHIN_MS } from "./agenda";
import type { Sent } from "./actions";
import { stageOf } from "./dialogs";
import { Icon } from "./icons";
import { placeSaid } from "./said";
import type { Desk } from "./store";
import { VirtualList } from "./virtual-list";

export interface ListProps {
  desk: Desk;
  selected: string | null;
  onSelect: (receipt: string) => void;
  onOpen: (receipt: string) => void;
}

export function unmatchedInOrder(desk: Desk): Unmatched[] {
  return [...desk.unmatched.values()].sort(
    (a, b) => Number(b.safety) - Number(a.safety) || a.received_ms - b.received_ms || (a.receipt < b.receipt ? -1 : 1),
  );
}

/** How long a report has been without a place; in words once that is too long. */
function Waiting({ sinceMs, nowMs }: { sinceMs: number; nowMs: number }) {
  const over = nowMs - sinceMs - PLACE_WITHIN_MS;
  return over > 0 ? (
    <b class="row-late">{t("agenda.late", { span: format.span(over) })}</b>
  ) : (
    <span class="row-since">{format.span(nowMs - sinceMs)}</span>
  );
}

export function UnmatchedList({ desk, selected, onSelect, onOpen }: ListProps) {
  const items = useMemo(() => unmatchedInOrder(desk), [desk, desk.version.unmatched]);
  const now = desk.feed.platformMs();
  return (
    <section class="list-pane" aria-label={t("tab.unmatched")}>
      <p class="list-count">{t("unmatched.count", { count: items.length })}</p>
      <VirtualList
        id="unmatched"
        label={t("tab.unmatched")}
        items={items}
        rowHeight={76}
        keyOf={(item) => item.receipt}
        selected={selected}
        onSelect={(item) => onSelect(item.receipt)}
        onOpen={(item) => onOpen(item.receipt)}
        render={(item) => (
          <div class="unmatched-row" data-receipt={item.receipt}>
            <SignIcon sign={item.safety ? SAFETY_SIGN : REPORT_SIGNS.unmatched} size={20} />
            <span class="row-main">
              <span class="row-title">
                <span>{placeSaid(item.said)}</span>
              </span>
              <span class="row-detail row-line">{told(item.why)}</span>
              <span class="row-detail faint">{t("unmatched.candidates", { count: item.candidates.length })}</span>
            </span>
            <span class="row-figures">
              <Waiting sinceMs={item.received_ms} nowMs={now} />
            </span>
          </div>
        )}
        empty={t("unmatched.none")}
      />
    </section>
  );
}

const placeOf = (desk: Desk, report: ReportPoint): string =>
  report.incident ? placeIn(desk, report.incident) || t("reports.with_incident") : t("reports.alone");

export function ReportList({ desk, selected, onSelect, onOpen }: ListProps) {
  const items = desk.reportsInOrder();
  const now = desk.feed.platformMs();
  const hidden = desk.totals?.reports_not_shown ?? 0;
  return (
    <section class="list-pane" aria-label={t("tab.reports")}>
      <p class="list-count">
        {t("reports.count", { count: items.length })}
        {hidden > 0 ? <span class="held">{t("reports.not_shown", { count: hidden })}</span> : null}
      </p>
      <VirtualList
        id="reports"
        label={t("tab.reports")}
        items={items}
        rowHeight={52}
        keyOf={(item) => item.receipt}
        selected={selected}
        onSelect={(item) => onSelect(item.receipt)}
        onOpen={(item) => onOpen(item.receipt)}
        render={(item) => (
          <div class="report-row" data-receipt={item.receipt}>
            <SignIcon sign={item.safety || item.medical ? SAFETY_SIGN : REPORT_SIGNS[item.state]} size={20} />
            <span class="row-main">
              <span class="row-title">
                <span>{word("symptom", item.symptom)}</span>
                {item.medical ? <span class="tag tag-medical">{t("row.medical")}</span> : null}
              </span>
              <span class="row-detail">{placeOf(desk, item)}</span>
            </span>
            <span class="row-figures">
              <span class="row-since">{format.span(now - item.received_ms)}</span>
            </span>
          </div>
        )}
        beside={(item) => `${format.span(now - item.received_ms)} ${placeOf(desk, item)}`}
        empty={t("reports.none")}
      />
    </section>
  );
}

export function Activity({ sent }: { sent: readonly Sent[] }) {
  return (
    <section class="list-pane" aria-label={t("tab.activity")}>
      <p class="list-count">{t("activity.count", { count: sent.length })}</p>
      <div class="scroll">
        {sent.length === 0 ? <div class="empty">{t("activity.none")}</div> : null}
        <ul class="activity">
          {sent.map((item) => (
            <li key={item.key} class={`activity-row stage-${item.stage}`}>
              <span class="activity-text">{item.text}</span>
              <span class="activity-stage">
                {item.stage === "applied" ? <Icon name="check" size={14} /> : null}
                {stageOf(item)}
              </span>
              {item.answer ? <span class="activity-answer">{item.answer}</span> : null}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
