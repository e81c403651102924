/** The platform's mode on the desk: what it is, since when and by whom, what it means, what is off in it. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ModeNow, ModeTable, PlatformFunction } from "../contract";
import * as format from "../format";
import { fromServer, t, word } from "../i18n";
import { modeSign } from "../legend";
import { told } from "../sentence";
import { SignIcon } from "../sign";
import { theme } from "../theme";

/** The functions that this mode does not serve in full. */
export function notInFull(table: ModeTable | undefined, mode: string): PlatformFunction[] {
  return (table?.functions ?? []).filter((each) => (each.levels[mode as "normal"] ?? "full") !== "full");
}

/** What a mode means for staff, without its name, which stands before it. */
export function meaning({ mode, sentence }: { mode: string; sentence: string }): string {
  const [name, rest] = [sentence.split(":")[0] ?? "", sentence.split(": ").slice(1).join(": ")];
  const named = rest !== "" && name.toLowerCase() === mode;
  return fromServer("mode_staff", mode, named ? rest.charAt(0).toUpperCase() + rest.slice(1) : sentence);
}

function who(mode: ModeNow, reason: string): string {
  if (mode.cause === "automatic") return t("mode.automatic", { reason });
  return mode.by ? t("mode.declared", { by: mode.by, reason }) : reason;
}

interface Props {
  mode: ModeNow | undefined;
  table: ModeTable | undefined;
  nowMs: number;
  mayAct: boolean;
  onDeclare: () => void;
  /** What stands at the end of the bar: the shift's clock. */
  children?: ComponentChildren;
}

export function ModeBar({ mode, table, nowMs, mayAct, onDeclare, children }: Props) {
  const [open, setOpen] = useState(false);
  if (mode === undefined)
    return (
      <section class="modebar" aria-label={t("mode.title")}>
        {children}
      </section>
    );
  const sign = modeSign(mode.mode);
  const off = notInFull(table, mode.mode);
  const reason = told(mode.reason);
  return (
    <section
      class="modebar"
      aria-label={t("mode.title")}
      data-mode={mode.mode}
      style={{ "--mode": sign.colour[theme()] }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
      }}
    >
      <SignIcon sign={sign} size={20} />
      <b class="modebar-name">{word("mode_name", mode.mode)}</b>
      <span class="modebar-means">{meaning(mode)}</span>
      <span class="modebar-who" title={reason}>
        {mode.since_ms ? <span>{t("mode.since", { time: format.when(mode.since_ms, nowMs) })}</span> : null}
        {reason ? <span>{who(mode, reason)}</span> : null}
        {mode.scope && mode.scope !== "city" ? <span>{t("mode.scope", { scope: mode.scope })}</span> : null}
      </span>
      {off.length ? (
        <button
          type="button"
          class="quiet"
          aria-expanded={open}
          aria-controls="mode-off"
          onClick={() => setOpen(!open)}
        >
          {t("mode.off", { count: off.length })}
        </button>
      ) : null}
      {mayAct ? (
        <button type="button" class="quiet modebar-change" onClick={() => (setOpen(false), onDeclare())}>
          {t("mode.change")}
          <kbd>o</kbd>
        </button>
      ) : null}
      {children}
      <span class="sr-only" role="status">
        {t("mode.spoken", { mode: word("mode_name", mode.mode), sentence: meaning(mode) })}
      </span>
      {open && off.length ? <OffList id="mode-off" off={off} mode={mode.mode} /> : null}
    </section>
  );
}

export function OffList({ id, off, mode }: { id: string; off: PlatformFunction[]; mode: string }) {
  return (
    <ul class="off-list" id={id} aria-label={t("mode.off_title")} tabIndex={0}>
      {off.map((each) => (
        <li key={each.name} title={fromServer("function_why", each.name, each.sentence)}>
          <span>{fromServer("function", each.name, each.title)}</span>
          <b data-level={each.levels[mode as "normal"]}>{word("level", each.levels[mode as "normal"])}</b>
        </li>
      ))}
    </ul>
  );
}
