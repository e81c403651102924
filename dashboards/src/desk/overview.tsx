/** What the panel says when nothing is selected: where the work is. */
import type { Incident, Silence } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import { INCIDENT_SIGNS, incidentSign, METER_SIGNS } from "../legend";
import { Languages } from "../languages";
import { SignIcon } from "../sign";
import { TransitStrip } from "../transit";
import { placeOf } from "../sentence";
import type { Task } from "./agenda";
import { AgendaBox } from "./agenda-box";
import { LinksBox } from "./links-box";
import { MessagesBox } from "./messages-box";
import type { Desk } from "./store";
import { SightingsBox } from "./sightings-box";
import { SwitchesBox } from "./switches-box";

const LONGEST_SHOWN = 4;
const FEEDERS_SHOWN = 6;

interface Props {
  desk: Desk;
  onIncident: (id: string) => void;
  onFilter: (text: string) => void;
  onTask: (task: Task) => void;
  onShow: (lon: number, lat: number) => void;
  onSignedOut: () => void;
  /** Take a device back to normal; absent where nobody may act. */
  onNormal: ((device: string) => void) | undefined;
  onRetract: ((action: string) => void) | undefined;
  /** The city's. */
  languages: string[];
}

/** Where the meter network is not heard: what its meters said last is no news of now. */
function Silent({ silences, nowMs }: { silences: ReadonlyMap<string, Silence>; nowMs: number }) {
  if (silences.size === 0) return null;
  const areas = [...silences.values()].sort((a, b) => b.meters - a.meters);
  const meters = areas.reduce((sum, area) => sum + area.meters, 0);
  return (
    <section class="panel-section" data-silent={silences.size}>
      <h3>{t("overview.silent")}</h3>
      <p role="status">{t("overview.silent_hint", { count: meters })}</p>
      <ul class="state-bars">
        {areas.map((area) => (
          <li>
            <SignIcon sign={METER_SIGNS.unknown} size={18} />
            <span>
              {area.name} · {format.span(nowMs - area.since_ms)}
            </span>
            <b>{format.number(area.meters)}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Overview(props: Props) {
  const { desk, onIncident, onFilter, onTask, onShow, onSignedOut, onNormal, onRetract } = props;
  const totals = desk.totals;
  const now = desk.feed.platformMs();
  const oldest = desk.work().longestOut(LONGEST_SHOWN);
  const worst = desk.work().worstFeeders(FEEDERS_SHOWN);
  const most = worst[0]?.[1] ?? 1;
  return (
    <div class="panel-body overview">
      {desk.past ? null : <TransitStrip nowMs={now} />}
      <AgendaBox desk={desk} onTask={onTask} />
      <h2>{t("overview.title")}</h2>
      <ul class="state-bars">
        {Object.values(INCIDENT_SIGNS).map((sign) => {
          const count = totals?.incidents_by_state[sign.key as Incident["state"] & "predicted"] ?? 0;
          return (
            <li class={count === 0 ? "is-none" : ""}>
              <SignIcon sign={sign} size={18} />
              <span>{t(sign.label)}</span>
              <b>{format.number(count)}</b>
            </li>
          );
        })}
      </ul>
      {totals ? (
        <p class="hint">
          {t("overview.restored", { restored: totals.customers_restored })}{" "}
          {totals.reports_repeated || totals.reports_duplicated
            ? t("overview.repeated", {
                repeated: totals.reports_repeated ?? 0,
                duplicated: totals.reports_duplicated,
              })
            : null}
        </p>
      ) : null}
      {totals?.meters_off || totals?.meters_unknown ? (
        <ul class="state-bars" data-meters>
          {[METER_SIGNS.off, METER_SIGNS.unknown].map((sign) => (
            <li>
              <SignIcon sign={sign} size={18} />
              <span>{t(sign.label)}</span>
              <b>{format.number((sign === METER_SIGNS.off ? totals.meters_off : totals.meters_unknown) ?? 0)}</b>
            </li>
          ))}
        </ul>
      ) : null}
      <SwitchesBox switches={desk.switches} nowMs={now} onShow={onShow} onNormal={onNormal} />
      <SightingsBox
        sightings={desk.sightings.values()}
        nowMs={now}
        onOpen={({ incident, lon, lat }) => {
          if (incident !== null) onIncident(incident);
          else if (lon !== null && lat !== null) onShow(lon, lat);
        }}
        onRetract={onRetract}
      />
      <Silent silences={desk.silences} nowMs={now} />
      <section class="panel-section">
        <h3>{t("overview.feeders")}</h3>
        {worst.length === 0 ? <p class="hint">{t("overview.no_feeders")}</p> : null}
        <ul class="bars">
          {worst.map(([feeder, out]) => (
            <li>
              <button type="button" onClick={() => onFilter(feeder)}>
                <span class="bar-label">{feeder}</span>
                <span class="bar">
                  <span style={{ width: `${(out / most) * 100}%` }} />
                </span>
                <b>{format.number(out)}</b>
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section class="panel-section">
        <h3>{t("overview.oldest")}</h3>
        {oldest.length === 0 ? <p class="hint">{t("list.none")}</p> : null}
        <ul class="links">
          {oldest.map((incident) => (
            <li>
              <button type="button" onClick={() => onIncident(incident.id)}>
                <SignIcon sign={incidentSign(incident.state)} size={16} label={word("state", incident.state)} />
                <span>{placeOf(incident) || incident.id}</span>
                <b>{format.span(now - incident.since_ms)}</b>
              </button>
            </li>
          ))}
        </ul>
      </section>
      <MessagesBox counts={desk.messages} />
      <LinksBox count={desk.past ? 0 : (totals?.links_doubted ?? 0)} onShow={onShow} onSignedOut={onSignedOut} />
      <p class="hint keys-hint">{t("overview.keys")}</p>
      <Languages offered={props.languages} />
    </div>
  );
}
