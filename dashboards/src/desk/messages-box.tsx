/** Text messages to customers: who is signed up, what waits, and what became of the others. */
import type { MessageCounts } from "../contract";
import * as format from "../format";
import { t } from "../i18n";

/** Nobody ever asked for messages here: then nothing is said of them. */
export const quiet = (counts: MessageCounts): boolean =>
  Object.entries(counts).every(([name, count]) => name === "hours" || count === 0);

export function MessagesBox({ counts }: { counts: MessageCounts | undefined }) {
  if (counts === undefined || quiet(counts)) return null;
  const { hours, sent, late, overtaken, refused, unclear } = counts;
  const rows = [
    ["signed_up", t("texts.signed_up")],
    ["asked", t("texts.asked")],
    ["waiting", t("texts.waiting")],
  ] as const;
  return (
    <section class="panel-section" data-messages={counts.signed_up}>
      <h3>{t("texts.title")}</h3>
      <ul class="state-bars">
        {rows.map(([name, label]) => (
          <li key={name} class={counts[name] === 0 ? "is-none" : ""}>
            <span>{label}</span>
            <b>{format.number(counts[name])}</b>
          </li>
        ))}
      </ul>
      <p class="hint">
        {t("texts.lately", { hours, sent })}{" "}
        {late + overtaken + refused + unclear ? t("texts.dropped", { late, overtaken, refused, unclear }) : null}
      </p>
    </section>
  );
}
