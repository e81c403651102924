/** An address with live candidates: typed, walked with the arrows, taken with Enter (the combobox pattern of ARIA). */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Premise } from "../contract";
import { t } from "../i18n";

const SEARCH_WAIT_MS = 180;
const SHOWN_MAX = 8;

interface Props {
  /** Another field than the report's address. */
  name?: string;
  label?: string;
  hint?: string;
  none?: string;
  search?: (text: string) => Promise<Premise[]>;
  value: string;
  chosen: Premise | null;
  onType: (text: string) => void;
  onChoose: (premise: Premise) => void;
  onSignedOut: () => void;
}

export function AddressField({ value, chosen, onType, onChoose, onSignedOut, ...field }: Props) {
  const { name = "address", label = t("entry.address"), search = api.premisesByText } = field;
  const [found, setFound] = useState<Premise[] | null>(null);
  const [at, setAt] = useState(-1);
  const [problem, setProblem] = useState("");
  const asked = useRef("");
  useEffect(() => {
    const text = value.trim();
    asked.current = text;
    setAt(-1);
    if (chosen !== null || text.length < 2) {
      setFound(null);
      setProblem("");
      return;
    }
    const timer = setTimeout(() => {
      search(text).then(
        (premises) => {
          if (asked.current !== text) return; // more was typed meanwhile
          setFound(premises.slice(0, SHOWN_MAX));
          setProblem("");
        },
        (error: unknown) => {
          if (error instanceof api.ApiError && error.status === 401) onSignedOut();
          if (asked.current === text)
            setProblem(error instanceof api.Unreachable ? t("action.unreachable") : String(error));
        },
      );
    }, SEARCH_WAIT_MS);
    return () => clearTimeout(timer);
  }, [value, chosen]);
  const open = found !== null && found.length > 0;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((at + step + found.length + (at < 0 && step < 0 ? 1 : 0)) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault(); // Enter in this field takes an address, it does not send the report
      const premise = found[at < 0 && found.length === 1 ? 0 : at];
      if (premise !== undefined) onChoose(premise);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      setFound(null);
    }
  };
  return (
    <div class="address-field">
      <label class="field">
        <span>{label}</span>
        <input
          name={name}
          value={value}
          maxLength={200}
          autocomplete="off"
          placeholder={field.hint ?? t("entry.address_hint")}
          role="combobox"
          aria-expanded={open}
          aria-controls="entry-found"
          aria-autocomplete="list"
          {...(open && at >= 0 ? { "aria-activedescendant": `entry-found-${at}` } : {})}
          onInput={(event) => onType(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      <ul class="address-found" id="entry-found" role="listbox" aria-label={label} hidden={!open}>
        {(found ?? []).map((premise, index) => (
          <li
            key={premise.premise}
            id={`entry-found-${index}`}
            role="option"
            aria-selected={index === at}
            data-premise={premise.premise}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(premise)}
          >
            {premise.address}
            {premise.by ? <small>{t(`customer.by.${premise.by}`)}</small> : null}
          </li>
        ))}
      </ul>
      <p class="hint" role="status">
        {problem ||
          (chosen !== null
            ? t("entry.chosen", { premise: chosen.premise })
            : found !== null
              ? t("entry.found", { count: found.length })
              : value.trim()
                ? (field.none ?? t("entry.no_premise"))
                : "")}
      </p>
    </div>
  );
}
