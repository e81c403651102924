/** A strip with the buses that do not run as usual, and how old that is; nothing when all run and that is known. */
import { useEffect, useState } from "preact/hooks";
import { transitAlerts } from "./api";
import type { Transit, TransitAlert, TransitSource } from "./contract";
import * as format from "./format";
import { currentLanguage, type MessageKey, t, word } from "./i18n";
import { inLanguage, isOld, several } from "./transit-told";

const AGAIN_MS = 120_000;

/** Whom it is about, why and until when: the pieces that are known. */
function about(alert: TransitAlert, nowMs: number): string {
  const whom = [
    alert.routes.length ? t("transit.routes", { routes: several(alert.routes) }) : "",
    alert.stops.length ? t("transit.stops", { stops: several(alert.stops) }) : "",
    alert.whole ? t("transit.all") : "",
  ].filter(Boolean);
  const cause = `transit_cause.${alert.cause}`;
  return [
    ...(whom.length ? whom : [t("transit.some")]),
    alert.cause === "UNKNOWN_CAUSE" || alert.cause === "OTHER_CAUSE" ? "" : t(cause as MessageKey),
    alert.end_ms === null ? "" : t("transit.until", { time: format.when(alert.end_ms, nowMs) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

function Said({ texts, hint = false }: { texts: Record<string, string>; hint?: boolean }) {
  const said = inLanguage(texts, currentLanguage());
  return said === null ? null : (
    <span class={hint ? "hint" : ""} lang={said.lang}>
      {said.text}
    </span>
  );
}

function Source({ feed, nowMs }: { feed: TransitSource; nowMs: number }) {
  if (feed.as_of_ms === null) return <p role="status">{t("transit.never", { source: feed.name })}</p>;
  const time = `${format.when(feed.as_of_ms, nowMs)} (${format.span(nowMs - feed.as_of_ms)})`;
  const source = t("transit.source", { source: feed.name, time });
  return isOld(feed, nowMs) ? (
    <p role="status">
      {source} {t("transit.old")}
    </p>
  ) : (
    <p class="hint">{source}</p>
  );
}

export function TransitStrip({ nowMs }: { nowMs: number }) {
  const [{ alerts, more, feed }, setTransit] = useState<Transit>({ alerts: [], more: 0, feed: null });
  useEffect(() => {
    const read = () => void transitAlerts().then(setTransit, () => undefined); // what was read last stays
    read();
    const timer = setInterval(read, AGAIN_MS * (1 + 0.5 * Math.random()));
    return () => clearInterval(timer);
  }, []);
  if (alerts.length === 0 && !more && !isOld(feed, nowMs)) return null;
  return (
    <section class="transit" aria-label={t("transit.title")}>
      <ul>
        {alerts.map((alert, index) => (
          <li key={index} data-effect={alert.effect}>
            <b>{word("transit_effect", alert.effect)}</b>
            {alert.severity === "SEVERE" ? <b>{t("transit.severe")}</b> : null}
            <span>{about(alert, nowMs)}</span>
            <Said texts={alert.header} />
            <Said texts={alert.description} hint />
          </li>
        ))}
      </ul>
      {more ? <p>{t("transit.more", { count: more })}</p> : null}
      {feed ? <Source feed={feed} nowMs={nowMs} /> : null}
    </section>
  );
}
