/** What a dispatcher argues with: how many are out, what else it may be, who is silent, and what to ask next. */
import type { Argument, Asked } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";

function device(kind: string | null, id: string) {
  return (
    <>
      {kind ? word("device", kind) : ""} <code>{id}</code>
    </>
  );
}

/** Chances come per 10,000. */
const chance = (per10000: number) => format.percent(per10000, 10_000);

function Next({ asked }: { asked: Asked }) {
  return (
    <li>
      {t(`argument.${asked.kind}`)} {asked.address ?? <code>{asked.target}</code>}
      <span class="hint"> {t("argument.gain", { bits: (asked.gain / 1000).toFixed(2) })}</span>
    </li>
  );
}

export function ArgumentBox({ argument }: { argument: Argument }) {
  const [low, high] = argument.customers_out;
  return (
    <section class="panel-section" aria-label={t("argument.title")}>
      <h3>{t("argument.title")}</h3>
      <p>{t("argument.interval", { low: format.number(low), high: format.number(high) })}</p>
      {argument.alternatives.length > 0 ? (
        <>
          <h4>{t("argument.alternatives")}</h4>
          <ul>
            {argument.alternatives.map((other) => (
              <li>
                {device(other.device_kind, other.device)} · {chance(other.probability)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {argument.against.length > 0 ? (
        <>
          <h4>{t("argument.against")}</h4>
          <ul>
            {argument.against.map((one) => (
              <li>
                {t("argument.silent", { count: one.silent })} {device(one.device_kind, one.device)} ·{" "}
                {chance(one.share)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {argument.next.length > 0 ? (
        <>
          <h4>{t("argument.next")}</h4>
          <ul>
            {argument.next.map((asked) => (
              <Next asked={asked} />
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
}
