/** A strip with the buses that do not run as usual; nothing when all do. */
import { useEffect, useState } from "preact/hooks";
import { transitAlerts } from "./api";
import type { TransitAlert } from "./contract";
import { currentLanguage, t, word } from "./i18n";

const AGAIN_MS = 120_000;

const said = (texts: Record<string, string>): string => texts[currentLanguage()] ?? texts.en ?? "";

export function TransitStrip() {
  const [alerts, setAlerts] = useState<TransitAlert[]>([]);
  useEffect(() => {
    const read = () => void transitAlerts().then(setAlerts, () => undefined); // what was read last stays
    read();
    const timer = setInterval(read, AGAIN_MS * (1 + 0.5 * Math.random()));
    return () => clearInterval(timer);
  }, []);
  if (alerts.length === 0) return null;
  return (
    <section class="transit" aria-label={t("transit.title")}>
      <ul>
        {alerts.map((alert) => (
          <li key={`${alert.effect} ${alert.routes} ${said(alert.header)}`} data-effect={alert.effect}>
            <b>{word("transit_effect", alert.effect)}</b>
            <span>
              {alert.routes.length ? t("transit.routes", { routes: alert.routes.join(", ") }) : t("transit.all")}
            </span>
            <span>{said(alert.header)}</span>
            {said(alert.description) ? <span class="hint">{said(alert.description)}</span> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
