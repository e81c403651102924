/** Opening or closing a device: which, what it would do to whom, and why. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Switch } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import { told } from "../sentence";
import { BackButton, ReasonField } from "./action-form";
import type { Intent } from "./actions";
import { useModal } from "./dialogs";
import { effectSaid, operate } from "./switching";
import { useLoaded } from "./use-loaded";

/** A pause in typing after which names are looked for. */
const TYPED_MS = 200;
const FOUND_SHOWN = 8;

/** What the dialog is open for: a device, "" = one to be found; `normal`: to take it back to normal. */
export interface Switching {
  device: string;
  normal?: boolean;
}

interface Props {
  open: Switching | null;
  /** Differs whenever what it would do may have changed. */
  again: string | number;
  nowMs: number;
  onSend: (intent: Intent) => void;
  onClose: () => void;
  onSignedOut: () => void;
}

const stateOf = (open: boolean): string => t(open ? "switch.open" : "switch.closed");

function Found({ onChoose, onSignedOut }: { onChoose: (device: string) => void; onSignedOut: () => void }) {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { value, problem } = useLoaded(asked === "" ? null : asked, 0, api.switchesByName, onSignedOut);
  const found = (value ?? []).slice(0, FOUND_SHOWN);
  return (
    <>
      <label class="field">
        <span>{t("switch.find")}</span>
        <input
          name="device"
          value={text}
          maxLength={100}
          autocomplete="off"
          autofocus
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            const first = found[0];
            if (event.key !== "Enter") return;
            event.preventDefault();
            if (first !== undefined && asked === text.trim()) onChoose(first.device);
          }}
        />
      </label>
      {problem ? <p class="problem">{problem}</p> : null}
      <div role="status">
        <ul class="links">
          {found.map((each) => (
            <li key={each.device}>
              <button type="button" onClick={() => onChoose(each.device)}>
                <span>
                  {word("device", each.kind)} <code>{each.device}</code>
                </span>
                <b>{stateOf(each.open)}</b>
              </button>
            </li>
          ))}
        </ul>
        {value !== undefined && found.length === 0 ? <p class="hint">{t("switch.none")}</p> : null}
      </div>
    </>
  );
}

function Now({ device, nowMs }: { device: Switch; nowMs: number }) {
  const usual = device.open === device.normally_open;
  const since = device.since_ms === null ? "" : format.when(device.since_ms, nowMs);
  const values = { time: since, by: device.by ?? "", reason: told(device.reason ?? "") };
  return (
    <>
      <p>
        {word("device", device.kind)} <code>{device.device}</code>
      </p>
      <p class="hint">
        {usual
          ? t("switch.is", { state: stateOf(device.open) })
          : t("switch.is_not", { state: stateOf(device.open), normal: stateOf(device.normally_open) })}{" "}
        {usual || device.since_ms === null ? "" : t(device.reason ? "switch.since" : "switch.since_plain", values)}
      </p>
    </>
  );
}

export function SwitchDialog({ open, again, nowMs, onSend, onClose, onSignedOut }: Props) {
  const dialog = useModal(open !== null);
  const [chosen, setChosen] = useState("");
  const [reason, setReason] = useState("");
  /** What was worked out for an earlier opening of the dialog is not shown in the next. */
  const [turn, setTurn] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setChosen(open?.device ?? "");
    setReason(open?.normal ? t("reason_switch.normal") : "");
    setTurn((before) => before + 1);
  }, [open]);
  useEffect(() => field.current?.focus(), [open, chosen]);
  const asked = open === null || chosen === "" ? null : `${turn} ${chosen}`;
  const load = (key: string) => api.switchDetail(key.slice(key.indexOf(" ") + 1));
  const detail = useLoaded(asked, again, load, onSignedOut);
  const { switch: device, effect } = detail.value ?? {};
  const submit = (event: Event) => {
    event.preventDefault();
    if (device === undefined || effect === undefined || !reason.trim()) return;
    onSend(operate(device, effect.open, reason.trim()));
    onClose();
  };
  const reasons = ["isolate", "transfer", "crew", "normal"].map((key) => word("reason_switch", key));
  return (
    <dialog ref={dialog} class="dialog switch-dialog" aria-labelledby="switch-title" onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id="switch-title">{t("switch.title")}</h2>
        <p class="hint">{t("switch.hint")}</p>
        {open === null ? null : chosen === "" ? (
          <Found onChoose={setChosen} onSignedOut={onSignedOut} />
        ) : (
          <>
            {device ? <Now device={device} nowMs={nowMs} /> : null}
            {detail.problem ? <p class="problem">{detail.problem}</p> : null}
            <div
              class="effect"
              role="status"
              data-dark={effect?.dark}
              data-moved={effect?.moved}
              data-fed={effect?.fed}
            >
              {effect ? effectSaid(effect).map((text) => <p key={text}>{text}</p>) : null}
              {effect || detail.problem ? null : <p class="hint">{t("switch.working")}</p>}
            </div>
            <ReasonField field={field} value={reason} suggestions={reasons} onType={setReason} />
          </>
        )}
        <div class="form-buttons">
          {device && effect ? (
            <button type="submit" class={`button ${effect.dark ? "danger" : "primary"}`}>
              {t(effect.open ? "switch.send_open" : "switch.send_close", { device: device.device })}
            </button>
          ) : null}
          {chosen === "" ? null : (
            <button type="button" class="button" onClick={() => setChosen("")}>
              {t("switch.other")}
            </button>
          )}
          <BackButton onBack={onClose} />
        </div>
      </form>
    </dialog>
  );
}
