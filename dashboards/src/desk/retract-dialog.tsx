/** Taking back what the field was said to have seen: which, and why. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Sighting } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import { BackButton, ReasonField } from "./action-form";
import type { Intent } from "./actions";
import { useModal } from "./dialogs";
import { latestFirst, retract, sightingSaid } from "./sightings";

interface Props {
  /** The action of the sighting to begin with, "" = the latest; null = the dialog is shut. */
  open: string | null;
  sightings: ReadonlyMap<string, Sighting>;
  nowMs: number;
  onSend: (intent: Intent) => void;
  onClose: () => void;
}

export function RetractDialog({ open, sightings, nowMs, onSend, onClose }: Props) {
  const dialog = useModal(open !== null);
  const [chosen, setChosen] = useState("");
  const [reason, setReason] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const listed = open === null ? [] : latestFirst(sightings.values());
  const sighting = sightings.get(chosen);
  useEffect(() => {
    setChosen(open || (listed[0]?.action ?? ""));
    setReason("");
    field.current?.focus();
  }, [open]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (sighting === undefined || !reason.trim()) return;
    onSend(retract(sighting, reason.trim()));
    onClose();
  };
  const reasons = ["mistaken", "crew"].map((key) => word("reason_sighting", key));
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="retract-title" onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id="retract-title">{t("sighting.retract_title")}</h2>
        <p class="hint">{t("sighting.retract_hint")}</p>
        <label class="field">
          <span>{t("sighting.which")}</span>
          <select name="sighting" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            {listed.map((each) => (
              <option key={each.action} value={each.action}>
                {sightingSaid(each)} · {format.when(each.at_ms, nowMs)} · {each.by}
              </option>
            ))}
          </select>
        </label>
        {sighting ? <p class="hint">{sighting.reason}</p> : <p class="problem">{t("sighting.gone")}</p>}
        <ReasonField field={field} value={reason} suggestions={reasons} onType={setReason} />
        <div class="form-buttons">
          <button type="submit" class="button primary" disabled={sighting === undefined}>
            {t("sighting.send")}
          </button>
          <BackButton onBack={onClose} />
        </div>
      </form>
    </dialog>
  );
}
