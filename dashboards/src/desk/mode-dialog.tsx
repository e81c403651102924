/** Declaring a mode: which, for what, and why. Tightening for who may act, relaxing for supervisors. */
import { useState } from "preact/hooks";
import { type Mode, type ModeNow, MODES, type ModeTable } from "../contract";
import { t, word } from "../i18n";
import { MODE_SIGNS } from "../legend";
import { SignIcon } from "../sign";
import { BackButton, ReasonField } from "./action-form";
import type { Intent } from "./actions";
import { useModal } from "./dialogs";
import { meaning, notInFull, OffList } from "./mode-bar";

export function declare(mode: Mode, scope: string, reason: string): Intent {
  return {
    target: "mode",
    urgent: true,
    path: "mode",
    body: { mode, reason, ...(scope ? { scope } : {}) },
    text: t("did.mode", { mode: word("mode_name", mode) }),
  };
}

interface Props {
  open: boolean;
  now: ModeNow | undefined;
  table: ModeTable | undefined;
  mayRelax: boolean;
  onSend: (intent: Intent) => void;
  onClose: () => void;
}

export function ModeDialog({ open, now, table, mayRelax, onSend, onClose }: Props) {
  const dialog = useModal(open);
  const present = now?.mode ?? "normal";
  const [chosen, setChosen] = useState<Mode | null>(null);
  const mode = chosen ?? present;
  const [scope, setScope] = useState("");
  const [reason, setReason] = useState("");
  const close = () => {
    setChosen(null);
    onClose();
  };
  const relaxes = (each: Mode) => MODES.indexOf(each) < MODES.indexOf(present);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!reason.trim()) return;
    onSend(declare(mode, scope.trim(), reason.trim()));
    setReason("");
    setScope("");
    close();
  };
  const off = notInFull(table, mode);
  const means = table?.modes.find((each) => each.mode === mode);
  const reasons = ["forecast", "reports", "passed", "exercise"].map((key) => word("reason_mode", key));
  return (
    <dialog ref={dialog} class="dialog mode-dialog" aria-labelledby="mode-title" onClose={close}>
      <form onSubmit={submit}>
        <h2 id="mode-title">{t("mode.declare")}</h2>
        <p class="hint">{t("mode.declare_hint")}</p>
        <fieldset class="mode-choices">
          <legend>{t("mode.choose")}</legend>
          {MODES.map((each) => (
            <label class={`mode-choice ${mode === each ? "is-chosen" : ""}`}>
              <input
                type="radio"
                name="mode"
                value={each}
                checked={mode === each}
                disabled={relaxes(each) && !mayRelax}
                autofocus={each === present}
                onChange={() => setChosen(each)}
              />
              <SignIcon sign={MODE_SIGNS[each]} size={20} />
              <span>
                {word("mode_name", each)}
                {each === present ? <b class="tag">{t("mode.now")}</b> : null}
              </span>
            </label>
          ))}
        </fieldset>
        {!mayRelax && present !== "normal" ? <p class="hint">{t("mode.relax")}</p> : null}
        <div class="mode-means">
          <p>{means ? meaning(means) : ""}</p>
          {off.length ? <OffList id="mode-off-then" off={off} mode={mode} /> : <p class="hint">{t("mode.off_none")}</p>}
        </div>
        <ReasonField value={reason} suggestions={reasons} onType={setReason} />
        <label class="field">
          <span>{t("mode.scope_label")}</span>
          <input
            name="scope"
            maxLength={100}
            autocomplete="off"
            placeholder={t("mode.scope_hint")}
            value={scope}
            onInput={(event) => setScope(event.currentTarget.value)}
          />
        </label>
        <div class="form-buttons">
          <button type="submit" class="button primary">
            {t("mode.send", { mode: word("mode_name", mode) })}
          </button>
          <BackButton onBack={close} />
        </div>
      </form>
    </dialog>
  );
}
