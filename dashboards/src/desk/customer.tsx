/** The customer on the line, on one page: who, what is known of their outage, what is owed to them, what to do. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Customer as Known, Premise, Symptom } from "../contract";
import * as format from "../format";
import { type MessageKey, t, word } from "../i18n";
import { incidentSign, SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { accountHref } from "./account-link";
import { AddressField } from "./address-field";
import { EMPTY, isEmpty, load, save } from "./entry-draft";
import { Icon } from "./icons";
import { useLoaded } from "./use-loaded";

/** How often the page is read again while it is looked at. */
const AGAIN_MS = 10_000;
const RECEIPT = /^\d{2}-?\d{4}-?\d{4}-?\d{3}-?\d$/;
const KEY = "stormops-customer";

interface Found {
  text: string;
  premise: Premise | null;
}

function kept(): Found {
  try {
    return { text: "", premise: null, ...(JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Found>) };
  } catch {
    return { text: "", premise: null };
  }
}

function keep(found: Found): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(found));
  } catch {
    // Kept as long as the page is.
  }
}

/** A receipt leads to where its report is; everything else is searched. */
export async function findPremises(text: string): Promise<Premise[]> {
  if (!RECEIPT.test(text.trim())) return api.premisesByText(text);
  const digits = text.replace(/\D/g, "");
  const receipt = [digits.slice(0, 2), digits.slice(2, 6), digits.slice(6, 10), digits.slice(10, 13), digits[13]].join(
    "-",
  );
  try {
    const report = await api.report(receipt);
    if (!report.premise || !report.address) return [];
    return [{ premise: report.premise, address: report.address, lon: report.lon ?? 0, lat: report.lat ?? 0 }];
  } catch (error) {
    if (error instanceof api.ApiError && error.status === 404) return [];
    throw error;
  }
}

function Missing({ name }: { name: MessageKey }) {
  return (
    <p class="missing">
      {t(name)}
      <b>{t("customer.not_connected")}</b>
    </p>
  );
}

function Fact({ label, value }: { label: MessageKey; value: string | null }) {
  return (
    <div class="fact">
      <dt>{t(label)}</dt>
      <dd>{value ?? t("fact.none")}</dd>
    </div>
  );
}

interface Act {
  onReport: (symptom: Symptom | "") => void;
  onIncident: (id: string) => void;
  onOpenReport: (receipt: string) => void;
  mayAct: boolean;
  counterUrl: string;
}

function Outage({ known, nowMs, ...on }: { known: Known; nowMs: number } & Act) {
  const meter = `customer.meter_${known.meter ?? "silent"}` as MessageKey;
  return (
    <section class="customer-panel is-main" aria-label={t("customer.outage")}>
      <h3>{t("customer.outage")}</h3>
      {known.nested ? (
        <p class="alert">
          <SignIcon sign={SAFETY_SIGN} size={18} />
          {t("customer.nested")}
        </p>
      ) : null}
      {known.incidents.map((incident) => (
        <button type="button" class="known-incident" key={incident.id} onClick={() => on.onIncident(incident.id)}>
          <SignIcon sign={incidentSign(incident.state)} size={22} />
          <span>
            <b>{`${word("state", incident.state)} · ${word("utility", incident.utility)}`}</b>
            <small>
              {t("customer.incident", {
                count: incident.customers_out,
                time: format.when(incident.since_ms, nowMs),
                reports: incident.reports,
              })}
            </small>
          </span>
        </button>
      ))}
      {known.incidents.length === 0 && known.reports.length === 0 ? <p>{t("customer.no_report")}</p> : null}
      <ul class="customer-reports">
        {known.reports.slice(0, 4).map((report) => (
          <li key={report.receipt}>
            <button type="button" class="quiet" onClick={() => on.onOpenReport(report.receipt)}>
              {t("customer.report", {
                symptom: word("symptom", report.symptom),
                time: format.when(report.received_ms, nowMs),
              })}
            </button>
            {report.repeats ? <small>{t("customer.repeats", { count: report.repeats })}</small> : null}
            {report.later.map((one) =>
              one.note ? (
                <q class="note" key={one.receipt}>
                  {one.note}
                </q>
              ) : null,
            )}
          </li>
        ))}
      </ul>
      <p class="customer-meter" data-meter={known.meter ?? "silent"}>
        {t(meter)}
      </p>
      {on.mayAct ? (
        <div class="customer-buttons">
          <button type="button" class="button primary" onClick={() => on.onReport("")}>
            {t("customer.do_report")}
          </button>
          <button type="button" class="button danger" onClick={() => on.onReport("wire_down")}>
            {t("customer.do_hazard")}
          </button>
          <button type="button" class="button" onClick={() => on.onReport("lights_out")}>
            {t("customer.do_still_out")}
          </button>
        </div>
      ) : null}
    </section>
  );
}

function Page({ known, nowMs, ...on }: { known: Known; nowMs: number } & Act) {
  const danger = known.reports.some((report) => report.safety);
  return (
    <div class="customer-grid">
      <section class="customer-panel" aria-label={t("customer.caller")}>
        <h3>{t("customer.caller")}</h3>
        <p class="customer-address">{known.address}</p>
        <dl class="facts">
          <Fact label="customer.account" value={known.account} />
          <Fact label="customer.phone" value={known.phone} />
          <Fact label="customer.meter" value={known.meter_number} />
          <Fact label="customer.device" value={known.device} />
        </dl>
        <p class="hint">{t("customer.confirm")}</p>
      </section>
      <Outage known={known} nowMs={nowMs} {...on} />
      <section class="customer-panel" aria-label={t("customer.safety")}>
        <h3>{t("customer.safety")}</h3>
        {danger ? (
          <p class="alert">
            <SignIcon sign={SAFETY_SIGN} size={18} />
            {t("customer.danger")}
          </p>
        ) : null}
        {known.medical ? <p class="alert">{t("customer.medical")}</p> : null}
        {danger || known.medical ? null : <p>{t("customer.no_danger")}</p>}
        <Missing name="customer.medical_registry" />
      </section>
      <section class="customer-panel" aria-label={t("customer.promises")}>
        <h3>{t("customer.promises")}</h3>
        {known.callbacks.map((report) => (
          <p key={`${report.receipt} ${report.callback}`}>
            <Icon name="phone" size={14} /> {t("customer.callback", { callback: report.callback ?? "" })}
          </p>
        ))}
        {known.callbacks.length === 0 ? <p>{t("customer.no_callbacks")}</p> : null}
        <Missing name="customer.promise_list" />
      </section>
      <section class="customer-panel" aria-label={t("customer.billing")}>
        <h3>{t("customer.billing")}</h3>
        {on.counterUrl ? (
          <p>
            <a href={accountHref(on.counterUrl, known)}>{t("customer.open_account")}</a>
          </p>
        ) : (
          <Missing name="customer.billing_list" />
        )}
      </section>
      <section class="customer-panel" aria-label={t("customer.transit")}>
        <h3>{t("customer.transit")}</h3>
        <Missing name="customer.transit_list" />
      </section>
      <section class="customer-panel" aria-label={t("customer.deferred")}>
        <h3>{t("customer.deferred")}</h3>
        <Missing name="customer.deferred_list" />
      </section>
    </div>
  );
}

interface Props {
  nowMs: number;
  /** The past position that is shown; null: now. */
  at: number | null;
  mayAct: boolean;
  /** Where the customers' accounts are, "" = nowhere. */
  counterUrl: string;
  onShow: (lon: number, lat: number) => void;
  onIncident: (id: string) => void;
  onOpenReport: (receipt: string) => void;
  /** The caller's data is in the draft of a report. */
  onEntry: () => void;
  onSignedOut: () => void;
  onClose: () => void;
}

export function Customer(props: Props) {
  const [found, setFound] = useState<Found>(kept);
  const [beat, setBeat] = useState(0);
  const [unfinished, setUnfinished] = useState(false);
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => box.current?.querySelector<HTMLElement>("[name=customer]")?.focus(), []);
  useEffect(() => {
    const again = setInterval(() => setBeat((count) => count + 1), AGAIN_MS);
    return () => clearInterval(again);
  }, []);
  const { at } = props;
  const again = at === null ? beat : `at ${at}`;
  const known = useLoaded(found.premise?.premise ?? null, again, (id) => api.customer(id, at), props.onSignedOut);
  const shown = known.value?.premise;
  useEffect(() => {
    if (shown !== undefined) box.current?.querySelector<HTMLElement>(".customer-buttons .button")?.focus();
  }, [shown]);
  const change = (next: Found) => {
    setFound(next);
    setUnfinished(false);
    keep(next);
  };
  const choose = (premise: Premise) => {
    change({ text: premise.address, premise });
    if (premise.lon && premise.lat) props.onShow(premise.lon, premise.lat);
  };
  /** A report with what is known of the caller; what is being typed for somebody else is never written over. */
  const report = (symptom: Symptom | "") => {
    const { value } = known;
    if (value === undefined) return;
    const draft = load();
    const other = !isEmpty(draft) && draft.premise?.premise !== value.premise;
    if (other) {
      setUnfinished(true);
      return;
    }
    const premise = { premise: value.premise, address: value.address, lon: value.lon ?? 0, lat: value.lat ?? 0 };
    const phone = draft.phone || (value.phone ?? "");
    save({ ...EMPTY, ...draft, premise, address: value.address, phone, symptom: symptom || draft.symptom });
    props.onEntry();
  };
  return (
    <article
      class="panel-body customer"
      ref={box}
      aria-label={t("customer.title")}
      data-premise={found.premise?.premise}
    >
      <header class="panel-head">
        <span class="state-badge">
          <Icon name="phone" size={16} />
          {t("customer.title")}
        </span>
        {known.value ? (
          <span class="panel-id">{t("customer.as_of", { time: format.clockSeconds(known.value.at_ms) })}</span>
        ) : null}
        <button type="button" class="tool" aria-label={t("panel.close")} onClick={props.onClose}>
          <Icon name="close" />
        </button>
      </header>
      <AddressField
        name="customer"
        label={t("customer.find")}
        hint={t("customer.find_hint")}
        none={t("entry.found", { count: 0 })}
        search={findPremises}
        value={found.text}
        chosen={found.premise}
        onType={(text) => change({ text, premise: null })}
        onChoose={choose}
        onSignedOut={props.onSignedOut}
      />
      {known.problem ? <p class="problem">{t("panel.problem", { problem: known.problem })}</p> : null}
      {unfinished ? (
        <p class="problem" role="alert">
          {t("customer.unfinished")}{" "}
          <button type="button" class="quiet" onClick={props.onEntry}>
            {t("entry.open")}
          </button>
        </p>
      ) : null}
      {known.value ? (
        <Page
          known={known.value}
          nowMs={props.nowMs}
          mayAct={props.mayAct}
          counterUrl={props.counterUrl}
          onReport={report}
          onIncident={props.onIncident}
          onOpenReport={props.onOpenReport}
        />
      ) : (
        <p class="hint">{t("customer.start")}</p>
      )}
    </article>
  );
}
