/** Dialogs over the desk: signing in again without losing anything, the keys, and passing notices. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, signIn } from "../api";
import type { Session } from "../contract";
import { type MessageKey, t, word } from "../i18n";
import type { Sent } from "./actions";
import { Languages } from "../languages";
import { Icon } from "./icons";

export function useModal(open: boolean) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  return dialog;
}

/** What signing in is refused for, and what stands in its way. */
const SIGN_IN = new Set([
  "wrong_password",
  "too_many_attempts",
  "unavailable",
  "busy",
  "origin",
  "incomplete",
  "unreachable",
]);

/** Sign in again in place: the page, its filters and what was typed stay as they are. */
export function SignInAgain({
  open,
  session,
  onDone,
}: {
  open: boolean;
  session: Session;
  onDone: () => Promise<void>;
}) {
  const dialog = useModal(open);
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await signIn(session.intake_url, session.person, password, session.desk);
      await onDone();
      setPassword("");
    } catch (error) {
      const code = error instanceof ApiError ? (error.problem.code ?? "") : "unreachable";
      setProblem(SIGN_IN.has(code) ? word("sign_in", code) : String((error as Error).message));
    } finally {
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="again-title" onCancel={(event) => event.preventDefault()}>
      <form onSubmit={submit}>
        <h2 id="again-title">{t("sign_in.again")}</h2>
        <p class="hint">{t("sign_in.again_hint")}</p>
        <label class="field">
          <span>{t("sign_in.person")}</span>
          <input value={session.person} autocomplete="username" readOnly />
        </label>
        <label class="field">
          <span>{t("sign_in.password")}</span>
          <input
            type="password"
            autocomplete="current-password"
            autofocus
            required
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        {problem ? (
          <p class="problem" role="alert">
            {problem}
          </p>
        ) : null}
        <div class="form-buttons">
          <button type="submit" class="button primary" disabled={busy}>
            {t("sign_in.go")}
          </button>
          <a class="button" href="/sign-in">
            {t("sign_in.other")}
          </a>
        </div>
      </form>
    </dialog>
  );
}

const KEYS: [string[], MessageKey][] = [
  [["j", "k"], "keys.move"],
  [["Enter"], "keys.open"],
  [["Esc"], "keys.back"],
  [["/"], "keys.filter"],
  [["1", "2", "3", "4", "5"], "keys.tabs"],
  [["!"], "keys.safety"],
  [["a"], "keys.acknowledge"],
  [["n"], "keys.entry"],
  [["o"], "keys.mode"],
  [["c"], "do.confirm_title"],
  [["r"], "do.restore_title"],
  [["m"], "do.merge_title"],
  [["s"], "do.split_title"],
  [["d"], "do.seen-closed_title"],
  [["e"], "do.service-only_title"],
  [["x"], "do.cancel_title"],
  [["w"], "switch.title"],
  [["b"], "keys.normal"],
  [["v"], "sighting.retract_title"],
  [["z"], "keys.zoom"],
  [["0"], "keys.city"],
  [["t"], "keys.theme"],
  [["h"], "command.customer"],
  [["g"], "command.next"],
  [["u"], "undo.last"],
  [["p"], "past.enter"],
  [["←", "→"], "keys.past_step"],
  [["Space"], "keys.past_play"],
  [["Home", "End"], "keys.past_ends"],
  [["Ctrl", "K"], "palette.title"],
  [["?"], "keys.help"],
];

export function Help({ open, languages, onClose }: { open: boolean; languages: string[]; onClose: () => void }) {
  const dialog = useModal(open);
  return (
    <dialog ref={dialog} class="dialog help" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">
        {t("keys.title")}
        <button type="button" class="tool" aria-label={t("panel.close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </h2>
      <dl class="keys">
        {KEYS.map(([keys, label]) => (
          <div>
            <dt>
              {keys.map((key) => (
                <kbd>{key}</kbd>
              ))}
            </dt>
            <dd>{t(label)}</dd>
          </div>
        ))}
      </dl>
      <Languages offered={languages} />
    </dialog>
  );
}

/** Where an action has got to, in words; held ones count down. */
export const stageOf = (sent: Sent): string =>
  sent.stage === "held"
    ? t("stage.held", { seconds: Math.max(0, Math.ceil((sent.dueMs - Date.now()) / 1000)) })
    : word("stage", sent.stage);

/** The last outcomes, for a few seconds; refusals stay until they are dismissed. */
export function Toasts(props: {
  items: readonly Sent[];
  onDismiss: (sent: Sent) => void;
  onUndo: (sent: Sent) => void;
  onNow: (sent: Sent) => void;
}) {
  const { items, onDismiss } = props;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {items.map((sent) => (
        <div key={sent.key} class={`toast stage-${sent.stage}`}>
          <b>{stageOf(sent)}</b>
          <span>{sent.text}</span>
          {sent.stage === "held" ? (
            <>
              <button type="button" class="button" onClick={() => props.onUndo(sent)}>
                {t("undo.undo")}
                <kbd>u</kbd>
              </button>
              <button type="button" class="quiet" onClick={() => props.onNow(sent)}>
                {t("undo.now")}
              </button>
            </>
          ) : null}
          {sent.answer ? <span class="toast-answer">{sent.answer}</span> : null}
          <button type="button" class="tool" aria-label={t("toast.dismiss")} onClick={() => onDismiss(sent)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
