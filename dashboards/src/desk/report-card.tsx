/** One report: what was said, and why it was put at this house. */
import type { LaterReport, ReportFull, Words } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import { REPORT_SIGNS, SAFETY_SIGN } from "../legend";
import { told } from "../sentence";
import { SignIcon } from "../sign";

export function Penalty({ penalty }: { penalty: number }) {
  const share = Math.max(0, Math.min(1, 1 - penalty / 10_000));
  return (
    <span class="penalty" title={t("report.penalty", { penalty })}>
      <span class="penalty-bar">
        <span style={{ width: `${(share * 100).toFixed(0)}%` }} />
      </span>
      {format.percent(share, 1)}
    </span>
  );
}

export function Reasons({ reasons }: { reasons: readonly Words[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul class="reasons">
      {reasons.map((reason) => (
        <li>{told(reason)}</li>
      ))}
    </ul>
  );
}

/** What was given, field by field; text is shown as text whatever it holds. */
export function Said({ said }: { said: ReportFull["said"] }) {
  if (!said) return null;
  if (typeof said === "string") return <blockquote class="said">{said}</blockquote>;
  const pairs = Object.entries(said).filter(([, value]) => value !== null && value !== "" && value !== false);
  return (
    <dl class="said">
      {pairs.map(([field, value]) => (
        <div>
          <dt>{word("field", field)}</dt>
          <dd>{field === "symptom" ? word("symptom", String(value)) : value === true ? t("yes") : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What was said again of a report, newest first; `total`: how many did. */
export function SaidAgain({ later, total, nowMs }: { later: readonly LaterReport[]; total: number; nowMs: number }) {
  if (later.length === 0) return null;
  const hidden = total - later.length;
  // Those with a note come before those without: where one without is shown, all notes are.
  const noted = later.every((one) => one.note);
  return (
    <section class="panel-section said-again" aria-label={t("report.later")}>
      <h3>{t("report.later")}</h3>
      <p class="hint">{t("report.later_hint")}</p>
      <ol>
        {later.map((one) => (
          <li key={one.receipt} data-later={one.receipt}>
            <p class="said-again-head">
              <time dateTime={new Date(one.received_ms).toISOString()}>{format.when(one.received_ms, nowMs)}</time>
              {one.channel ? <span>{word("channel", one.channel)}</span> : null}
              <code>{one.receipt}</code>
            </p>
            <p class="said-again-tags">
              {one.symptom ? <span class="tag">{word("symptom", one.symptom)}</span> : null}
              {one.medical ? <span class="tag tag-medical">{t("row.medical")}</span> : null}
            </p>
            {one.note ? <q class="note">{one.note}</q> : null}
            {one.callback ? <p>{t("customer.callback", { callback: one.callback })}</p> : null}
          </li>
        ))}
      </ol>
      {hidden > 0 ? (
        <p class="hint">{t(noted ? "report.later_more_noted" : "report.later_more", { count: hidden })}</p>
      ) : null}
    </section>
  );
}

interface Props {
  report: ReportFull;
  nowMs: number;
  checked?: boolean;
  onCheck?: (checked: boolean) => void;
  onOpen: () => void;
}

export function ReportCard({ report, nowMs, checked, onCheck, onOpen }: Props) {
  const life = report.safety || report.medical;
  return (
    <li class="report-card" data-receipt={report.receipt}>
      <div class="report-head">
        {onCheck ? (
          <input
            type="checkbox"
            checked={checked ?? false}
            aria-label={t("split.choose", { address: report.address ?? report.receipt })}
            onChange={(event) => onCheck(event.currentTarget.checked)}
          />
        ) : (
          <SignIcon sign={life ? SAFETY_SIGN : REPORT_SIGNS.matched} size={18} />
        )}
        <button type="button" class="report-address" onClick={onOpen}>
          {report.address ?? t("report.no_address")}
        </button>
        <span class="row-since">{format.when(report.received_ms, nowMs)}</span>
      </div>
      <div class="report-body">
        <span class="tag">{word("symptom", report.symptom)}</span>
        {report.medical ? <span class="tag tag-medical">{t("row.medical")}</span> : null}
        {report.note ? <q class="note">{report.note}</q> : null}
        {report.repeats ? <span class="tag">{t("customer.repeats", { count: report.repeats })}</span> : null}
        {report.noted?.note ? (
          <p class="newer-note">
            <b>{t("report.newer_note")}</b> {format.when(report.noted.received_ms, nowMs)}
            <q class="note">{report.noted.note}</q>
          </p>
        ) : null}
      </div>
      {report.rule ? (
        <details class="why">
          <summary>
            {t("report.why_here", { rule: word("rule", report.rule) })}
            <Penalty penalty={report.penalty ?? 0} />
          </summary>
          <Reasons reasons={report.reasons ?? []} />
        </details>
      ) : null}
    </li>
  );
}
