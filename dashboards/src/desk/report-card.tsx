/** One report: what was said, and why it was put at this house. */
import type { ReportFull, Words } from "../contract";
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
