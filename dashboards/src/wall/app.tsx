/** The wallboard: figures that never leave, and pages that take turns. Read from across the room; nobody touches it. */
import { useEffect, useReducer, useState } from "preact/hooks";
import * as api from "../api";
import type { Config } from "../contract";
import { meaning } from "../desk/mode-bar";
import type { Desk } from "../desk/store";
import { Freshness, FreshnessSpoken, unanswered } from "../desk/top-bar";
import * as format from "../format";
import { type MessageKey, t, word } from "../i18n";
import { modeSign, SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { onTheme, theme } from "../theme";
import type { Point } from "./course";
import { CurvePage } from "./curve";
import { IncidentsPage, PromisesPage, SafetyPage } from "./pages";
import { useRotation } from "./rotation";

/** How often the past is read again; the present comes with the feed. */
const COURSE_MS = 60_000;
const PAGES: MessageKey[] = ["wall.course", "wall.open", "wall.clocks", "wall.promises"];

/** What the journal knows of the past, read now and then; kept while it cannot be read. */
function useCourse(onSignedOut: () => void): Point[] {
  const [samples, setSamples] = useState<Point[]>([]);
  useEffect(() => {
    const read = () =>
      api.course().then(
        (course) => setSamples(course.samples.map(([atMs, out]) => ({ atMs, out }))),
        (error: unknown) => {
          if (error instanceof api.ApiError && error.status === 401) onSignedOut();
        },
      );
    void read();
    const again = setInterval(read, COURSE_MS);
    return () => clearInterval(again);
  }, []);
  return samples;
}

function Figure({ name, value, label, detail }: { name: string; value: number; label: string; detail?: string }) {
  return (
    <div class={`wall-figure is-${name}`} data-figure={name}>
      <b>{format.number(value)}</b>
      <span>{label}</span>
      {detail ? <small>{detail}</small> : null}
    </div>
  );
}

function Totals({ desk }: { desk: Desk }) {
  const totals = desk.totals;
  const waiting = unanswered(totals);
  const late = totals?.safety_escalated ?? 0;
  const share = totals ? format.percent(totals.customers_out, totals.customers) : "";
  return (
    <section class="wall-totals" aria-label={t("wall.totals")}>
      <Figure
        name="out"
        value={totals?.customers_out ?? 0}
        label={t("wall.out")}
        detail={totals ? t("wall.of", { share, customers: totals.customers }) : ""}
      />
      <Figure name="incidents" value={totals?.incidents_open ?? 0} label={t("wall.incidents")} />
      <Figure name="reports" value={totals?.reports_open ?? 0} label={t("wall.reports")} />
      <Figure name="unmatched" value={totals?.reports_unmatched ?? 0} label={t("wall.unmatched")} />
      <Figure
        name={waiting ? "safety" : "calm"}
        value={waiting}
        label={t("wall.safety")}
        detail={late ? t("wall.safety_late", { count: late }) : ""}
      />
    </section>
  );
}

function Mode({ desk }: { desk: Desk }) {
  const { mode } = desk;
  if (mode === undefined) return null;
  const sign = modeSign(mode.mode);
  return (
    <p class="wall-mode" data-mode={mode.mode} style={{ "--mode": sign.colour[theme()] }}>
      <SignIcon sign={sign} size={32} />
      <b>{word("mode_name", mode.mode)}</b>
      <span>{meaning(mode)}</span>
    </p>
  );
}

interface Props {
  config: Config;
  desk: Desk;
  signedOut: boolean;
  onSignedOut: () => void;
}

export function Wall({ config, desk, signedOut, onSignedOut }: Props) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const samples = useCourse(onSignedOut);
  const { page, held } = useRotation(PAGES.length);
  useEffect(() => {
    const again = () => redraw(undefined);
    const forget = [desk.subscribe(again), onTheme(again)];
    const second = setInterval(again, 1000);
    return () => {
      for (const each of forget) each();
      clearInterval(second);
    };
  }, []);
  const now = desk.feed.platformMs();
  const present = { atMs: desk.feed.replica.atMs, out: desk.totals?.customers_out ?? 0 };
  const title = t(PAGES[page] as MessageKey);
  return (
    <div class="wall" data-connection={desk.feed.connection} data-page={page}>
      <header class="wall-top">
        <h1>{config.title}</h1>
        <Freshness desk={desk} />
        <time>{format.clockSeconds(now)}</time>
      </header>
      <FreshnessSpoken desk={desk} />
      {signedOut ? (
        <p class="wall-alert" role="alert">
          {t("wall.signed_out")} <a href="/sign-in">{t("wall.sign_in")}</a>
        </p>
      ) : null}
      <Totals desk={desk} />
      <main class="wall-page" key={page} aria-label={t("wall.page", { title, page: page + 1, pages: PAGES.length })}>
        <h2>
          {page === 2 ? <SignIcon sign={SAFETY_SIGN} size={44} /> : null}
          {title}
        </h2>
        {page === 0 ? <CurvePage samples={samples} now={present} offsetMs={format.zoneOffsetMs(now)} /> : null}
        {page === 1 ? <IncidentsPage desk={desk} /> : null}
        {page === 2 ? <SafetyPage desk={desk} /> : null}
        {page === 3 ? <PromisesPage /> : null}
      </main>
      <footer class="wall-foot">
        <Mode desk={desk} />
        <ol class="wall-dots" aria-label={t("wall.pages")}>
          {PAGES.map((name, index) => (
            <li key={name} {...(index === page ? { "aria-current": "page" as const } : {})}>
              <span class="sr-only">{t(name)}</span>
            </li>
          ))}
        </ol>
        {held ? <span class="wall-held">{t("wall.held")}</span> : null}
      </footer>
    </div>
  );
}
