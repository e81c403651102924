/** What the desk's page listens to: the picture, the clock, the outcome of actions. */
import { useEffect, useReducer, useState } from "preact/hooks";
import * as format from "../format";
import { t } from "../i18n";
import { onTheme } from "../theme";
import type { Actions, Sent } from "./actions";
import type { Desk } from "./store";
import type { TimeMachine } from "./time-machine";
import { unanswered } from "./top-bar";

/** Successes pass by themselves after this long; refusals wait to be dismissed. */
const TOAST_MS = 6_000;
const TOASTS_MAX = 4;
/** Wall milliseconds between two titles with other figures. */
const TITLE_MS = 1000;

/** Draw again when the picture, the theme or the second changes. */
export function useRedraw(desk: Desk, actions: Actions, machine: TimeMachine): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const again = () => redraw(undefined);
    const forget = [desk.subscribe(again), onTheme(again), actions.subscribe(again), machine.subscribe(again)];
    const second = setInterval(again, 1000);
    return () => {
      for (const each of forget) each();
      clearInterval(second);
    };
  }, []);
}

/** The last outcomes, and how to dismiss one. */
export function useToasts(actions: Actions): [Sent[], (sent: Sent) => void] {
  const [toasts, setToasts] = useState<Sent[]>([]);
  const dismiss = (sent: Sent) => setToasts((before) => before.filter((other) => other.key !== sent.key));
  useEffect(
    () =>
      actions.subscribe((sent) => {
        if (sent.stage === "sending" || sent.stage === "sent" || sent.stage === "undone") return dismiss(sent);
        if (sent.stage === "slow") return;
        setToasts((before) => [sent, ...before.filter((other) => other.key !== sent.key)].slice(0, TOASTS_MAX));
        if (sent.stage === "applied") setTimeout(() => dismiss(sent), TOAST_MS);
      }),
    [],
  );
  return [toasts, dismiss];
}

/** The tab's title tells the figures even when another tab is in front. */
export function useTitle(desk: Desk, city: string): void {
  const totals = desk.totals;
  const second = Math.floor(performance.now() / TITLE_MS); // to write a title is dear, and nobody reads it faster
  useEffect(() => {
    const values = {
      city,
      out: totals?.customers_out ?? 0,
      safety: unanswered(totals),
      time: format.clock(desk.feed.platformMs()),
    };
    const live = totals === undefined ? t("desk.title", values) : t("desk.title_live", values);
    document.title = desk.past ? t("desk.title_past", values) : live;
  }, [second, unanswered(totals), desk.past && format.clock(desk.feed.platformMs())]);
}

/** Whether the screen is as a media query says. */
export function useMedia(query: string): boolean {
  const [media] = useState(() => matchMedia(query));
  const [matches, setMatches] = useState(media.matches);
  useEffect(() => {
    const change = () => setMatches(media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, []);
  return matches;
}
