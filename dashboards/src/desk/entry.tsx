/** A caller on the line: the address first, then what is wrong, by keys; the receipt large, to be read out. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Premise, PremiseKnown, Session, Symptom } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import { incidentSign, SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { placeOf } from "../sentence";
import { AddressField } from "./address-field";
import { type Draft, EMPTY, forget, isEmpty, keyed, load, reportOf, save } from "./entry-draft";
import { Icon } from "./icons";
import { useLoaded } from "./use-loaded";

/** Danger first. The keys work while the list of symptoms has the focus, and with Alt from anywhere in the form. */
export const SYMPTOM_KEYS: [string, Symptom, boolean][] = [
  ["1", "wire_down", true],
  ["2", "gas_odour", true],
  ["3", "entrapment", true],
  ["4", "pole_down", true],
  ["5", "lights_out", false],
  ["6", "partial", false],
  ["7", "flickering", false],
  ["8", "tree", false],
  ["9", "transformer", false],
  ["0", "water", false],
  ["-", "sewer", false],
];

interface Props {
  session: Session;
  nowMs: number;
  onShow: (lon: number, lat: number) => void;
  onIncident: (id: string) => void;
  onReport: (receipt: string) => void;
  /** Sign in again, then this is settled. */
  onSignInAgain: () => Promise<void>;
  onSignedOut: () => void;
  onClose: () => void;
}

/** What is known of the chosen premise: said before anything is sent. */
function Known({ known, nowMs, onIncident }: { known: PremiseKnown; nowMs: number; onIncident: (id: string) => void }) {
  if (known.incidents.length === 0 && known.reports.length === 0) return <p class="hint">{t("entry.not_known")}</p>;
  return (
    <section class="known" aria-label={t("entry.known")}>
      <h3>{t("entry.known")}</h3>
      {known.incidents.map((incident) => (
        <button type="button" class="known-incident" key={incident.id} onClick={() => onIncident(incident.id)}>
          <SignIcon sign={incidentSign(incident.state)} size={18} />
          <span>
            {t("entry.known_incident", {
              state: word("state", incident.state),
              place: placeOf(incident),
              count: incident.customers_out,
              time: format.when(incident.since_ms, nowMs),
            })}
          </span>
        </button>
      ))}
      {known.reports.length ? <p>{t("entry.known_reports", { count: known.reports.length })}</p> : null}
    </section>
  );
}

function Symptoms({ chosen, onChoose }: { chosen: Symptom | ""; onChoose: (symptom: Symptom) => void }) {
  return (
    <fieldset class="symptoms" aria-describedby="symptom-keys">
      <legend>
        {t("entry.symptom")} <span id="symptom-keys">{t("entry.symptom_keys")}</span>
      </legend>
      {SYMPTOM_KEYS.map(([key, symptom, danger]) => (
        <label class={`symptom ${danger ? "is-danger" : ""} ${chosen === symptom ? "is-chosen" : ""}`} key={symptom}>
          <input
            type="radio"
            name="symptom"
            value={symptom}
            checked={chosen === symptom}
            onChange={() => onChoose(symptom)}
          />
          <kbd>{key}</kbd>
          <span>{word("symptom", symptom)}</span>
          {danger ? <SignIcon sign={SAFETY_SIGN} size={14} label={t("legend.safety")} /> : null}
        </label>
      ))}
    </fieldset>
  );
}

function Taken({ received, onNext, onReport }: { received: api.Received; onNext: () => void; onReport: () => void }) {
  const next = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => next.current?.focus(), []);
  return (
    <section class="taken" aria-live="assertive">
      <p>{t("entry.sent")}</p>
      <output class="taken-receipt">{received.receipt}</output>
      {received.advice ? (
        <div class="alert-box">
          <h3>{t("entry.advice")}</h3>
          <p>{received.advice}</p>
        </div>
      ) : null}
      <div class="form-buttons">
        <button type="button" class="button primary" ref={next} onClick={onNext}>
          {t("entry.next")}
        </button>
        <button type="button" class="button" onClick={onReport}>
          {t("entry.see")}
        </button>
      </div>
    </section>
  );
}

export function Entry(props: Props) {
  const [draft, setDraft] = useState<Draft>(load);
  const [problem, setProblem] = useState("");
  const [sending, setSending] = useState(false);
  const [received, setReceived] = useState<api.Received | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const session = useRef(props.session);
  session.current = props.session;
  const field = (name: string) => form.current?.querySelector<HTMLElement>(`[name=${name}]`)?.focus();
  useLayoutEffect(() => {
    if (received === null) field("address");
  }, [received]);
  const known = useLoaded(draft.premise?.premise ?? null, 0, api.premise, props.onSignedOut);
  const change = (changed: Partial<Draft>) => {
    const next = { ...draft, ...changed };
    setDraft(next);
    setProblem("");
    if (isEmpty(next)) forget();
    else save(next);
  };
  const choose = (premise: Premise) => {
    change({ premise, address: premise.address });
    if (premise.lon != null && premise.lat != null) props.onShow(premise.lon, premise.lat);
    field("phone");
  };
  const clear = () => {
    forget();
    setDraft(EMPTY);
    setProblem("");
    setReceived(null);
    field("address");
  };
  const deliver = async (ready: Draft): Promise<api.Received> => {
    try {
      return await api.enterReport(session.current, ready.key, reportOf(ready));
    } catch (error) {
      const stale = error instanceof api.ApiError && (error.status === 401 || error.problem.code === "csrf");
      if (!stale) throw error;
      await props.onSignInAgain();
      return deliver(ready); // the same key: it counts once
    }
  };
  const send = async () => {
    const ready = keyed(draft, api.newKey);
    setDraft(ready);
    save(ready);
    setSending(true);
    try {
      setReceived(await deliver(ready));
      forget();
      setDraft(EMPTY);
    } catch (error) {
      setProblem(said(error));
    } finally {
      setSending(false);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (sending) return;
    const placed = draft.premise !== null || draft.address.trim() || draft.landmark.trim() || draft.phone.trim();
    if (!placed) {
      setProblem(t("entry.needs_place"));
      field("address");
    } else if (!draft.symptom) {
      setProblem(t("entry.needs_symptom"));
      form.current?.querySelector<HTMLElement>("input[name=symptom]")?.focus();
    } else void send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLInputElement;
    const free = target.type === "radio" || target.type === "checkbox" || target instanceof HTMLButtonElement;
    const found = SYMPTOM_KEYS.find(([key]) => key === event.key);
    if (found !== undefined && (event.altKey || free) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      change({ symptom: found[1] });
      form.current?.querySelector<HTMLElement>(`input[value=${found[1]}]`)?.focus();
    } else if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      form.current?.requestSubmit();
    }
  };

  return (
    <article class="panel-body entry" aria-label={t("entry.title")}>
      <header class="panel-head">
        <span class="state-badge">
          <Icon name="phone" size={16} />
          {t("entry.title")}
        </span>
        <button type="button" class="tool" aria-label={t("panel.close")} onClick={props.onClose}>
          <Icon name="close" />
        </button>
      </header>
      {received !== null ? (
        <Taken received={received} onNext={clear} onReport={() => props.onReport(received.receipt)} />
      ) : (
        <form ref={form} class="entry-form" onSubmit={submit} onKeyDown={onKeyDown} noValidate>
          <AddressField
            value={draft.address}
            chosen={draft.premise}
            onType={(address) => change({ address, premise: null })}
            onChoose={choose}
            onSignedOut={props.onSignedOut}
          />
          {known.value !== undefined ? (
            <Known known={known.value} nowMs={props.nowMs} onIncident={props.onIncident} />
          ) : null}
          {draft.premise === null ? (
            <Text draft={draft} name="landmark" label={t("entry.landmark")} onChange={change} />
          ) : null}
          <div class="pair">
            <Text draft={draft} name="phone" label={t("entry.phone")} mode="tel" onChange={change} />
            <Text
              draft={draft}
              name="callback"
              label={t("entry.callback")}
              hint={t("entry.callback_hint")}
              onChange={change}
            />
          </div>
          <Symptoms chosen={draft.symptom} onChoose={(symptom) => change({ symptom })} />
          <label class="choice">
            <input
              type="checkbox"
              name="medical"
              checked={draft.medical}
              onChange={(event) => change({ medical: event.currentTarget.checked })}
            />
            <span>{t("entry.medical")}</span>
          </label>
          <label class="field">
            <span>{t("entry.note")}</span>
            <textarea
              name="note"
              rows={2}
              maxLength={2000}
              value={draft.note}
              onInput={(event) => change({ note: event.currentTarget.value })}
            />
          </label>
          {problem ? (
            <p class="problem" role="alert">
              {problem}
            </p>
          ) : null}
          <div class="form-buttons">
            <button type="submit" class="button primary" disabled={sending}>
              {sending ? t("entry.sending") : t("entry.send")}
              <kbd>Ctrl ↵</kbd>
            </button>
            <button type="button" class="button" onClick={clear}>
              {t("entry.clear")}
            </button>
          </div>
          <p class="hint">{t("entry.hint")}</p>
        </form>
      )}
    </article>
  );
}

/** What is wrong with a field: in the form's words where it has some. */
function wrong({ field, detail }: { field: string; detail: string }): string {
  const known = word("form_wrong", field);
  return known === field.replaceAll("_", " ") ? detail : known;
}

function said(error: unknown): string {
  if (error instanceof api.Unreachable) return t("entry.failed");
  if (!(error instanceof api.ApiError)) throw error;
  return error.problem.errors?.map(wrong).join(" ") || error.message;
}

function Text(props: {
  draft: Draft;
  name: "phone" | "landmark" | "callback";
  label: string;
  hint?: string;
  mode?: "tel";
  onChange: (changed: Partial<Draft>) => void;
}) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <input
        name={props.name}
        {...(props.mode ? { inputMode: props.mode } : {})}
        maxLength={200}
        autocomplete="off"
        placeholder={props.hint ?? ""}
        value={props.draft[props.name]}
        onInput={(event) => props.onChange({ [props.name]: event.currentTarget.value })}
      />
    </label>
  );
}
