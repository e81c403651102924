/** One desk action being written: its reason, what else it needs, and how it fares. */
import type { Ref } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Sent } from "./actions";
import { stageOf } from "./dialogs";

/** What is typed for a target is kept while somebody signs in again, looks at something else, or reloads the page. */
const DRAFTS = "stormops-reasons";
const drafts = new Map<string, string>(kept());

function kept(): [string, string][] {
  try {
    return JSON.parse(sessionStorage.getItem(DRAFTS) ?? "[]") as [string, string][];
  } catch {
    return [];
  }
}

function keep(): void {
  try {
    sessionStorage.setItem(DRAFTS, JSON.stringify([...drafts]));
  } catch {
    // Kept as long as the page is.
  }
}

interface Props {
  /** Names the draft. */
  id: string;
  title: string;
  hint: string;
  suggestions: string[];
  send: string;
  danger?: boolean;
  /** A reason that may be sent as it is, or edited. */
  usual?: string;
  ready: boolean;
  children?: preact.ComponentChildren;
  onSend: (reason: string) => void;
  onClose: () => void;
}

/** Why: typed, or one of those that are often right. */
export function ReasonField(props: {
  field?: Ref<HTMLInputElement>;
  value: string;
  suggestions: string[];
  onType: (text: string) => void;
}) {
  return (
    <>
      <label class="field">
        <span>{t("action.reason")}</span>
        <input
          ref={props.field ?? null}
          name="reason"
          value={props.value}
          maxLength={500}
          required
          autocomplete="off"
          placeholder={t("action.reason_hint")}
          onInput={(event) => props.onType(event.currentTarget.value)}
        />
      </label>
      <div class="suggestions">
        {props.suggestions.map((text) => (
          <button type="button" class="suggestion" onClick={() => props.onType(text)}>
            {text}
          </button>
        ))}
      </div>
    </>
  );
}

/** Leave without sending. */
export function BackButton({ onBack }: { onBack: () => void }) {
  return (
    <button type="button" class="button" onClick={onBack}>
      {t("action.back")}
      <kbd>Esc</kbd>
    </button>
  );
}

export function ActionForm(props: Props) {
  const [reason, setReason] = useState(drafts.get(props.id) ?? props.usual ?? "");
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.form?.scrollIntoView({ block: "nearest" }); // its buttons as well, not the field alone
    if (props.usual) field.current?.select();
  }, [props.id]);
  const type = (text: string) => {
    drafts.set(props.id, text);
    keep();
    setReason(text);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (!reason.trim() || !props.ready) {
      field.current?.focus();
      return;
    }
    drafts.delete(props.id);
    keep();
    props.onSend(reason.trim());
  };
  return (
    <form class="action-form" onSubmit={submit} aria-label={props.title}>
      <h3>{props.title}</h3>
      <p class="hint">{props.hint}</p>
      {props.children}
      <ReasonField field={field} value={reason} suggestions={props.suggestions} onType={type} />
      <div class="form-buttons">
        <button type="submit" class={`button ${props.danger ? "danger" : "primary"}`} disabled={!props.ready}>
          {props.send}
        </button>
        <BackButton onBack={props.onClose} />
      </div>
    </form>
  );
}

export function ActionState({ sent }: { sent: Sent | undefined }) {
  if (sent === undefined) return null;
  return (
    <div class={`action-state stage-${sent.stage}`} data-stage={sent.stage}>
      <span class="action-state-stage">{stageOf(sent)}</span>
      <span>{sent.text}</span>
      {sent.answer ? <span class="action-state-answer">{sent.answer}</span> : null}
    </div>
  );
}
