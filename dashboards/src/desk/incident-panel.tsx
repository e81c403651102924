/** One incident: its facts, why it is believed, its reports, and what a dispatcher can do about it. */
import { useEffect, useState } from "preact/hooks";
import * as api from "../api";
import type { Incident, ReportFull } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import { incidentSign, METER_SIGNS, SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { placeOf } from "../sentence";
import { ActionForm, ActionState } from "./action-form";
import type { Actions } from "./actions";
import { done } from "./applied";
import { ArgumentBox } from "./argument";
import { Icon } from "./icons";
import { arguable, type Doing, intent } from "./intents";
import { Reasons, ReportCard } from "./report-card";
import { SightingsBox } from "./sightings-box";
import type { Desk } from "./store";
import { switchable } from "./switching";
import { useLoaded } from "./use-loaded";

const SUGGESTIONS = {
  confirm: ["reason.crew_on_site", "reason.scada", "reason.callers_agree"],
  restore: ["reason.crew_reports_on", "reason.callback_on", "reason.scada"],
  cancel: ["reason.not_ours", "reason.test_call", "reason.callback_on"],
  merge: ["reason.same_cause", "reason.crew_on_site"],
  split: ["reason.other_cause", "reason.crew_on_site"],
  "seen-closed": ["reason.patrol_closed", "reason.crew_on_site"],
  "service-only": ["reason.neighbours_on", "reason.crew_on_site"],
} as const;

interface Props {
  incident: Incident;
  desk: Desk;
  actions: Actions;
  mayAct: boolean;
  doing: Doing;
  onDoing: (doing: Doing) => void;
  onSwitch: (device: string) => void;
  onRetract: (action: string) => void;
  onReport: (receipt: string) => void;
  onClose: () => void;
  onShow: () => void;
  onPlace: (lon: number, lat: number) => void;
  onIncident: (id: string) => void;
  onSignedOut: () => void;
}

function Fact({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Open incidents of the same utility, nearest first. */
function nearest(desk: Desk, to: Incident, count: number): Incident[] {
  if (to.lon === null || to.lat === null) return [];
  const { lon, lat } = to;
  const squeeze = Math.cos((lat * Math.PI) / 180);
  const far = (other: Incident) => Math.hypot(((other.lon ?? 0) - lon) * squeeze, (other.lat ?? 0) - lat);
  return [...desk.incidents.values()]
    .filter((other) => other.id !== to.id && other.utility === to.utility && other.lon !== null && !done(other))
    .sort((a, b) => far(a) - far(b))
    .slice(0, count);
}

export function IncidentPanel(props: Props) {
  const { incident, desk, actions, doing } = props;
  const [device, setDevice] = useState("");
  const [others, setOthers] = useState<string[]>([]);
  const [receipts, setReceipts] = useState<string[]>([]);
  const [shown, setShown] = useState(30);
  useEffect(() => {
    setDevice("");
    setOthers([]);
    setReceipts([]);
    setShown(30);
  }, [incident.id]);
  const again = `${incident.updated_ms + incident.reports} ${desk.sightings.size} ${desk.at}`;
  const full = useLoaded(incident.id, again, (id) => api.incident(id, desk.at), props.onSignedOut);
  const reports: ReportFull[] = full.value?.reports ?? [];
  const narrower = arguable(incident) ? full.value?.narrower : null;
  const sightings = (full.value?.sightings ?? []).flatMap((action) => desk.sightings.get(action) ?? []);
  const now = desk.feed.platformMs();
  const sign = incidentSign(incident.state);
  const finished = done(incident);
  const toggle = (list: string[], id: string) => (list.includes(id) ? list.filter((x) => x !== id) : [...list, id]);
  const chooses = doing === "split" || doing === "service-only";
  // Of one report there is nothing to choose.
  const chosen = doing === "service-only" && reports.length === 1 ? reports.map((one) => one.receipt) : receipts;
  // Others may have confirmed, restored or cancelled it while the reason was being typed.
  const overtaken = finished || ((doing === "seen-closed" || doing === "service-only") && !arguable(incident));
  const ready = !overtaken && (doing === "merge" ? others.length > 0 : !chooses || chosen.length > 0);
  useEffect(() => setReceipts([]), [doing]);
  const send = (reason: string) => {
    if (doing === null) return;
    void actions.send(intent(doing, incident, reason, device, others, chosen));
    props.onDoing(null);
  };

  return (
    <article class="panel-body" aria-label={placeOf(incident) || incident.id} data-incident={incident.id}>
      <header class="panel-head">
        <span class={`state-badge state-${incident.state}`} data-state={incident.state}>
          <SignIcon sign={sign} size={18} />
          {word("state", incident.state)}
        </span>
        <span class="panel-id">{incident.id}</span>
        <button type="button" class="tool" aria-label={t("panel.close")} onClick={props.onClose}>
          <Icon name="close" />
        </button>
        <h2>{placeOf(incident) || incident.device || incident.id}</h2>
        {incident.safety || incident.medical ? (
          <p class="alert">
            <SignIcon sign={SAFETY_SIGN} size={18} />
            {incident.safety ? t("panel.safety", { count: Number(incident.safety) }) : ""}
            {incident.medical ? t("panel.medical", { count: Number(incident.medical) }) : ""}
          </p>
        ) : null}
      </header>

      <div class="headline">
        <span class="headline-value">{format.number(incident.customers_out)}</span>
        <span class="headline-label">
          {t("panel.out")}
          {incident.customers_out_max > incident.customers_out ? (
            <small>{t("panel.out_max", { max: incident.customers_out_max })}</small>
          ) : null}
        </span>
        <span class="headline-value second">{format.span(now - incident.since_ms)}</span>
        <span class="headline-label">{t("panel.since", { time: format.when(incident.since_ms, now) })}</span>
      </div>

      <dl class="facts">
        <Fact label={t("fact.utility")}>
          <span class={`utility utility-${incident.utility}`}>
            <Icon name={incident.utility} size={14} />
          </span>
          {word("utility", incident.utility)}
        </Fact>
        <Fact label={t("fact.device")}>
          {incident.device ? (
            <>
              {incident.device_kind ? word("device", incident.device_kind) : ""} <code>{incident.device}</code>
            </>
          ) : (
            t("fact.no_device")
          )}
        </Fact>
        <Fact label={t("fact.feeder")}>{incident.feeder ? <code>{incident.feeder}</code> : t("fact.none")}</Fact>
        <Fact label={t("fact.reports")}>
          {format.number(incident.reports)}
          {incident.repeats ? <small>{t("fact.repeats", { count: incident.repeats })}</small> : null}
        </Fact>
        {incident.meters ? (
          <Fact label={t(finished ? "fact.meters_still" : "fact.meters")}>
            <SignIcon sign={METER_SIGNS.off} size={14} />
            {format.number(incident.meters)}
          </Fact>
        ) : null}
        {incident.probability > 0 ? (
          <Fact label={t("fact.probability")}>
            <span class="meter" aria-hidden="true">
              <span style={{ width: `${incident.probability / 100}%` }} />
            </span>
            {format.percent(incident.probability, 10_000)}
          </Fact>
        ) : null}
        {incident.switched ? <Fact label={t("fact.cause")}>{t("switch.switched")}</Fact> : null}
        {incident.confirmed_by ? <Fact label={t("fact.confirmed_by")}>{incident.confirmed_by}</Fact> : null}
      </dl>

      {props.mayAct && !finished ? (
        <div class="actions" role="group" aria-label={t("panel.actions")}>
          {incident.state === "predicted" ? (
            <button type="button" class="button primary" onClick={() => props.onDoing("confirm")}>
              {t("do.confirm")}
              <kbd>c</kbd>
            </button>
          ) : null}
          {incident.switched ? null : (
            <>
              <button
                type="button"
                class={`button ${incident.state === "predicted" ? "" : "primary"}`}
                onClick={() => props.onDoing("restore")}
              >
                {t("do.restore")}
                <kbd>r</kbd>
              </button>
              <button type="button" class="button" onClick={() => props.onDoing("merge")}>
                {t("do.merge")}
                <kbd>m</kbd>
              </button>
              <button type="button" class="button" onClick={() => props.onDoing("split")}>
                {t("do.split")}
                <kbd>s</kbd>
              </button>
              <button type="button" class="button" onClick={() => props.onDoing("cancel")}>
                {t("do.cancel")}
                <kbd>x</kbd>
              </button>
            </>
          )}
          {arguable(incident) ? (
            <>
              {incident.device ? (
                <button type="button" class="button" onClick={() => props.onDoing("seen-closed")}>
                  {t("do.seen-closed")}
                  <kbd>d</kbd>
                </button>
              ) : null}
              <button type="button" class="button" onClick={() => props.onDoing("service-only")}>
                {t("do.service-only")}
                <kbd>e</kbd>
              </button>
            </>
          ) : null}
          {switchable(incident) ? (
            <button
              type="button"
              class={`button ${incident.switched ? "primary" : ""}`}
              onClick={() => props.onSwitch(incident.device ?? "")}
            >
              {incident.switched ? t("switch.send_close", { device: incident.device ?? "" }) : t("switch.do")}
              <kbd>w</kbd>
            </button>
          ) : null}
        </div>
      ) : null}
      <ActionState sent={actions.about(incident.id)} />
      {doing !== null ? (
        <ActionForm
          id={`${doing} ${incident.id}`}
          title={t(`do.${doing}_title`)}
          hint={t(`do.${doing}_hint`, { device: incident.device ?? "" })}
          suggestions={SUGGESTIONS[doing].map((key) => t(key))}
          send={t(`do.${doing}_send`)}
          danger={doing === "cancel"}
          ready={ready}
          onSend={send}
          onClose={() => props.onDoing(null)}
        >
          {doing === "confirm" || doing === "restore" ? (
            <label class="field">
              <span>{doing === "confirm" ? t("do.confirm_device") : t("do.restore_device")}</span>
              <input
                value={device}
                placeholder={incident.device ?? ""}
                autocomplete="off"
                onInput={(event) => setDevice(event.currentTarget.value)}
              />
            </label>
          ) : null}
          {doing === "merge" ? (
            <fieldset class="choices">
              <legend>{t("merge.choose")}</legend>
              {nearest(desk, incident, 8).map((other) => (
                <label class="choice" key={other.id}>
                  <input
                    type="checkbox"
                    checked={others.includes(other.id)}
                    onChange={() => setOthers(toggle(others, other.id))}
                  />
                  <SignIcon sign={incidentSign(other.state)} size={16} />
                  <span>{placeOf(other) || other.id}</span>
                  <b>{format.number(other.customers_out)}</b>
                </label>
              ))}
            </fieldset>
          ) : null}
          {overtaken ? (
            <p class="problem" role="status">
              {t("do.overtaken", { state: word("state", incident.state) })}
            </p>
          ) : null}
          {chooses ? <p class="hint strong">{t("split.chosen", { count: chosen.length })}</p> : null}
        </ActionForm>
      ) : null}

      {incident.reasons.length > 0 ? (
        <section class="panel-section">
          <h3>{t("panel.reasons")}</h3>
          <Reasons reasons={incident.reasons} />
        </section>
      ) : null}

      <SightingsBox
        sightings={sightings}
        nowMs={now}
        onOpen={({ incident: house, lon, lat }) => {
          if (house !== null && house !== incident.id) props.onIncident(house);
          else if (lon !== null && lat !== null) props.onPlace(lon, lat);
        }}
        onRetract={props.mayAct ? props.onRetract : undefined}
      />

      {narrower != null && incident.device ? (
        <section class="panel-section narrower" aria-label={t("narrower.title")}>
          <h3>{t("narrower.title")}</h3>
          <p>
            {t("narrower.told", {
              ...{ callers: narrower.callers, of: narrower.of },
              ...{ devices: narrower.devices.join(", "), device: incident.device },
            })}
          </p>
          {props.mayAct ? (
            <button type="button" class="button" onClick={() => props.onDoing("seen-closed")}>
              {t("narrower.do", { device: incident.device })}
              <kbd>d</kbd>
            </button>
          ) : null}
        </section>
      ) : null}

      {full.value?.argument ? <ArgumentBox argument={full.value.argument} /> : null}

      <section class="panel-section">
        <h3>
          {t("panel.reports", { count: reports.length })}
          {incident.lon !== null && incident.lat !== null ? (
            <button type="button" class="quiet" onClick={props.onShow}>
              <Icon name="target" size={14} />
              {t("panel.show")}
            </button>
          ) : null}
        </h3>
        {full.problem ? <p class="problem">{t("panel.problem", { problem: full.problem })}</p> : null}
        <ul class="report-cards">
          {reports.slice(0, shown).map((report) => (
            <ReportCard
              key={report.receipt}
              report={report}
              nowMs={now}
              onOpen={() => props.onReport(report.receipt)}
              {...(chooses
                ? {
                    checked: chosen.includes(report.receipt),
                    onCheck: () => setReceipts(doing === "split" ? toggle(receipts, report.receipt) : [report.receipt]),
                  }
                : {})}
            />
          ))}
        </ul>
        {reports.length > shown ? (
          <button type="button" class="button wide" onClick={() => setShown(shown + 60)}>
            {t("panel.more", { count: reports.length - shown })}
          </button>
        ) : null}
      </section>
    </article>
  );
}
