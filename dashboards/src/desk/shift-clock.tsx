/** How long somebody has been on, how much of the shift is left, and what has not left this desk. */
import * as format from "../format";
import { t } from "../i18n";

export const SHIFT_MS = 12 * 3_600_000;
/** From here on it is time to hand over. */
export const HAND_OVER_MS = 30 * 60_000;

export type ShiftState = "on" | "hand_over" | "over";

/** Where in the shift somebody is, and how much is left (less than nothing once it is over). */
export function shiftAt(sinceMs: number, nowMs: number): { state: ShiftState; onMs: number; leftMs: number } {
  const onMs = Math.max(0, nowMs - sinceMs);
  const leftMs = SHIFT_MS - onMs;
  return { state: leftMs < 0 ? "over" : leftMs <= HAND_OVER_MS ? "hand_over" : "on", onMs, leftMs };
}

export function ShiftClock({ sinceMs, nowMs, unsent }: { sinceMs: number; nowMs: number; unsent: number }) {
  const { state, onMs, leftMs } = shiftAt(sinceMs, nowMs);
  const said = {
    on: t("shift.left", { span: format.span(leftMs) }),
    hand_over: t("shift.hand_over", { span: format.span(leftMs) }),
    over: t("shift.over", { span: format.span(-leftMs) }),
  }[state];
  return (
    <span class={`shift is-${state}`} data-state={state} title={t("shift.clock", { span: format.span(onMs) })}>
      {said}
      {unsent > 0 ? <b class="tag tag-unsent">{t("shift.unsent", { count: unsent })}</b> : null}
    </span>
  );
}
