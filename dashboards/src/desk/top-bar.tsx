/** City, time, how fresh the picture is, and the figures a shift lives by. */
import type { Config, DeskTotals, Session } from "../contract";
import * as format from "../format";
import { t } from "../i18n";
import { SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { theme, toggleTheme } from "../theme";
import { forget } from "./entry-draft";
import { saveOutbox } from "./outbox";
import { Icon } from "./icons";
import { TAB } from "./side";
import type { Desk } from "./store";

interface Props {
  config: Config;
  session: Session;
  desk: Desk;
  mayAct: boolean;
  /** Actions that have not left this desk. */
  unsent: number;
  onCustomer: () => void;
  onPalette: () => void;
  onTab: (tab: number) => void;
  onEntry: () => void;
  onSafety: () => void;
  onPast: () => void;
  onHelp: () => void;
}

/** Safety reports that nobody has taken on, late or not. */
export const unanswered = (totals: DeskTotals | undefined): number =>
  (totals?.safety_waiting ?? 0) + (totals?.safety_escalated ?? 0);

/** Older than this on the wall, the picture is called old even when the socket is up. */
export const OLD_MS = 15_000;

export function Freshness({ desk }: { desk: Desk }) {
  const { connection } = desk.feed;
  const age = desk.feed.ageMs();
  const old = connection === "live" && age > OLD_MS;
  const state = old ? "old" : connection;
  const span = format.span(Number.isFinite(age) ? age : 0);
  const text = {
    connecting: t("link.connecting"),
    live: t("link.live", { span }),
    old: t("link.old", { span }),
    lost: Number.isFinite(age) ? t("link.lost", { span }) : t("link.never"),
    polling: t("link.polling", { span }),
    signed_out: t("link.signed_out", { span }),
    refused: t("link.refused"),
    past: t("past.link", { n: desk.feed.replica.n }),
  }[state];
  return (
    <div class={`freshness is-${state}`} data-state={state}>
      <span class="beacon" aria-hidden="true" />
      <span>{text}</span>
    </div>
  );
}

/** Spoken only when the state of the connection changes, not with every second of age. */
export function FreshnessSpoken({ desk }: { desk: Desk }) {
  const { connection } = desk.feed;
  const spoken = connection === "live" ? t("link.spoken_live") : connection === "lost" ? t("link.spoken_lost") : "";
  return (
    <div class="sr-only" role="status">
      {spoken}
    </div>
  );
}

function Course({ desk }: { desk: Desk }) {
  const points = desk.course;
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 3) return <svg class="course" aria-hidden="true" />;
  const top = Math.max(1, ...points.map((p) => p.out));
  const width = Math.max(1, last.atMs - first.atMs);
  const xy = points.map(
    (p) => `${(((p.atMs - first.atMs) / width) * 118 + 1).toFixed(1)},${(33 - (p.out / top) * 30).toFixed(1)}`,
  );
  return (
    <svg class="course" viewBox="0 0 120 36" preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`1,36 ${xy.join(" ")} 119,36`} />
      <polyline points={xy.join(" ")} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

function Figure(props: {
  name: string;
  value: number;
  label: string;
  detail?: string;
  tone?: string;
  title?: string;
  onClick?: () => void;
  children?: preact.ComponentChildren;
}) {
  const inner = (
    <>
      <span class="figure-text">
        <span class="figure-value">
          {props.children}
          {format.number(props.value)}
        </span>
        <span class="figure-label">
          {props.label}
          {props.detail ? <span class="figure-detail">{props.detail}</span> : null}
        </span>
      </span>
    </>
  );
  const shared = {
    class: `figure figure-${props.name} ${props.tone ?? ""}`,
    "data-figure": props.name,
    title: props.title,
  };
  return props.onClick ? (
    <button type="button" {...shared} onClick={props.onClick}>
      {inner}
    </button>
  ) : (
    <div {...shared}>{inner}</div>
  );
}

export function TopBar({ config, session, desk, mayAct, unsent, onTab, onEntry, onSafety, onHelp, ...on }: Props) {
  const totals = desk.totals;
  const now = desk.feed.platformMs();
  const states = totals?.incidents_by_state ?? {};
  const waiting = unanswered(totals);
  const leave = (event: Event) => {
    if (unsent > 0 && !confirm(t("shift.sign_out_unsent", { count: unsent }))) event.preventDefault();
    else {
      forget();
      saveOutbox(session.person, []);
    }
  };
  return (
    <header class="topbar">
      <div class="brand">
        <svg viewBox="0 0 24 24" width="30" height="30" aria-hidden="true">
          <rect width="24" height="24" rx="6.5" class="brand-ground" />
          <path d="M13.2 4L6.5 13.3H11.3L10.2 20L17.5 10.3H12.5z" class="brand-bolt" />
        </svg>
        <div>
          <h1>{config.title}</h1>
          <Freshness desk={desk} />
        </div>
      </div>
      <div class="now">
        <time class="now-time">{format.clockSeconds(now)}</time>
        <span class="now-day">
          {format.day(now)}
          {config.clock_speed !== 1 ? <b class="chip-speed">{t("top.speed", { speed: config.clock_speed })}</b> : null}
        </span>
      </div>
      <div class="figures" role="group" aria-label={t("top.totals")}>
        <Figure
          name="out"
          value={totals?.customers_out ?? 0}
          label={t("top.out")}
          detail={totals ? format.percent(totals.customers_out, totals.customers) : ""}
        />
        {desk.past ? null : <Course desk={desk} />}
        <Figure
          name="incidents"
          value={totals?.incidents_open ?? 0}
          label={t("top.incidents")}
          detail={t("top.confirmed", { confirmed: (states.confirmed ?? 0) + (states.partly_restored ?? 0) })}
          onClick={() => onTab(TAB.incidents)}
        />
        <Figure
          name="reports"
          value={totals?.reports_open ?? 0}
          label={t("top.reports")}
          detail={t("top.received", { received: totals?.reports ?? 0 })}
          onClick={() => onTab(TAB.reports)}
        />
        <Figure
          name="unmatched"
          value={totals?.reports_unmatched ?? 0}
          label={t("top.unmatched")}
          tone={totals?.reports_unmatched ? "tone-attention" : ""}
          onClick={() => onTab(TAB.unmatched)}
        />
        {totals?.meters_off || totals?.meters_unknown || totals?.meters_silent ? (
          <Figure
            name="meters"
            value={totals.meters_off ?? 0}
            label={t("top.meters")}
            detail={
              totals.meters_silent
                ? t("top.meters_silent", { count: totals.meters_silent })
                : totals.meters_unknown
                  ? t("top.meters_unknown", { count: totals.meters_unknown })
                  : ""
            }
            tone={totals.meters_silent ? "tone-attention" : ""}
            title={t("overview.meters", { off: totals.meters_off ?? 0, unknown: totals.meters_unknown ?? 0 })}
          />
        ) : null}
        <Figure
          name="safety"
          value={waiting}
          label={t("top.safety")}
          detail={totals?.safety_escalated ? t("top.late", { count: totals.safety_escalated }) : ""}
          tone={waiting ? "tone-safety" : ""}
          onClick={onSafety}
        >
          {waiting ? <SignIcon sign={SAFETY_SIGN} size={20} /> : null}
        </Figure>
      </div>
      <div class="tools">
        <button
          type="button"
          class="button entry-open"
          title={t("command.customer")}
          aria-label={t("command.customer")}
          onClick={on.onCustomer}
        >
          <Icon name="search" size={16} />
          <span>{t("customer.open")}</span>
          <kbd>h</kbd>
        </button>
        {mayAct ? (
          <button
            type="button"
            class="button entry-open"
            title={t("entry.open")}
            aria-label={t("entry.open")}
            onClick={onEntry}
          >
            <Icon name="phone" size={16} />
            <span>{t("entry.open")}</span>
            <kbd>n</kbd>
          </button>
        ) : null}
        <button type="button" class="tool" onClick={toggleTheme} aria-label={t("top.theme")} title={t("top.theme")}>
          <Icon name={theme() === "dark" ? "sun" : "moon"} />
        </button>
        <button
          type="button"
          class="tool past-open"
          onClick={on.onPast}
          aria-label={t(desk.past ? "past.leave" : "past.enter")}
          title={`${t(desk.past ? "past.leave" : "past.enter")} (p)`}
        >
          <Icon name="history" />
        </button>
        <button
          type="button"
          class="tool palette-open"
          onClick={on.onPalette}
          aria-label={t("palette.open")}
          title={`${t("palette.open")} (Ctrl K)`}
        >
          <Icon name="list" />
        </button>
        <button type="button" class="tool" onClick={onHelp} aria-label={t("top.help")} title={t("top.help")}>
          <span class="key">?</span>
        </button>
        <form method="post" action={`${session.intake_url}/staff/sign-out`} class="who" onSubmit={leave}>
          <span class="who-name" title={t("top.shift", { desk: session.desk, shift: session.shift })}>
            {session.person}
            <small>{session.desk}</small>
          </span>
          <button type="submit" class="quiet">
            {t("top.sign_out")}
          </button>
        </form>
      </div>
    </header>
  );
}
