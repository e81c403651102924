/** What takes turns on the wall: incidents, safety clocks, crews and promises. */
import { isLate, SafetyClock, safetyKind } from "../desk/safety-box";
import { largest } from "../desk/select";
import type { Desk } from "../desk/store";
import * as format from "../format";
import { t, word } from "../i18n";
import { INCIDENT_SIGNS, incidentSign, SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { placeIn, placeOf } from "../sentence";

const LARGEST = 5;
const CLOCKS = 4;

export function IncidentsPage({ desk }: { desk: Desk }) {
  const now = desk.feed.platformMs();
  const states = desk.totals?.incidents_by_state ?? {};
  const most = largest(desk.incidents.values(), LARGEST);
  return (
    <div class="wall-halves">
      <section aria-label={t("wall.states")}>
        <h3>{t("wall.states")}</h3>
        <ul class="wall-rows">
          {Object.values(INCIDENT_SIGNS).map((sign) => {
            const count = states[sign.key as "predicted"] ?? 0;
            return (
              <li key={sign.key} class={count ? "" : "is-none"}>
                <SignIcon sign={sign} size={44} />
                <span>{t(sign.label)}</span>
                <b>{format.number(count)}</b>
              </li>
            );
          })}
        </ul>
      </section>
      <section aria-label={t("wall.largest")}>
        <h3>{t("wall.largest")}</h3>
        {most.length === 0 ? <p class="wall-empty">{t("wall.none")}</p> : null}
        <ul class="wall-rows">
          {most.map((incident) => (
            <li key={incident.id}>
              <SignIcon sign={incidentSign(incident.state)} size={44} label={word("state", incident.state)} />
              <span class="wall-place">{placeOf(incident) || incident.id}</span>
              <small>{format.span(now - incident.since_ms)}</small>
              <b>{format.number(incident.customers_out)}</b>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

export function SafetyPage({ desk }: { desk: Desk }) {
  const waiting = desk.safetyWaiting();
  const now = desk.feed.platformMs();
  if (waiting.length === 0) return <p class="wall-empty is-good">{t("wall.clocks_none")}</p>;
  return (
    <>
      <ul class="wall-rows wall-clocks">
        {waiting.slice(0, CLOCKS).map((item) => (
          <li key={item.receipt} class={isLate(item, now) ? "is-late" : ""}>
            <SignIcon sign={SAFETY_SIGN} size={48} />
            <b>{safetyKind(item)}</b>
            <span class="wall-place">{placeIn(desk, item.incident) || t("wall.alone")}</span>
            <SafetyClock item={item} nowMs={now} />
          </li>
        ))}
      </ul>
      {waiting.length > CLOCKS ? (
        <p class="wall-more">{t("wall.clocks_more", { count: waiting.length - CLOCKS })}</p>
      ) : null}
    </>
  );
}

/** Nothing is shown for what nothing is known of. */
export function PromisesPage() {
  return (
    <div class="wall-halves">
      {(["crews", "etr"] as const).map((name) => (
        <section key={name} class="wall-missing">
          <h3>{t(`wall.${name}`)}</h3>
          <p>{t("wall.not_connected")}</p>
          <small>{t(`wall.${name}_hint`)}</small>
        </section>
      ))}
    </div>
  );
}
