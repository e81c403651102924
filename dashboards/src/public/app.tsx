/** What everybody sees: how many are without service, where, and how old that knowledge is. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Area, Config, PublicMode, PublicTotals, Unheard } from "../contract";
import type { FeedClient } from "../feed";
import * as format from "../format";
import { t, word } from "../i18n";
import { Languages } from "../languages";
import { METER_SIGNS, modeSign, SHARE_STEPS, shareStep } from "../legend";
import type { AreaShape } from "../map/features";
import type { PublicMap } from "../map/public-map";
import { SignIcon } from "../sign";
import { TransitStrip } from "../transit";
import { theme, toggleTheme } from "../theme";
import type { Moment } from "./earlier";
import { Earlier, EarlierNote } from "./earlier-opener";
import { Find } from "./find";
import { Places } from "./places";
import { Receipt } from "./receipt";

const ROWS_FIRST = 12;

interface Props {
  config: Config;
  feed: FeedClient;
  areas: ReadonlyMap<string, Area>;
  totals: PublicTotals | undefined;
  mode: PublicMode | undefined;
  unheard: Unheard | undefined;
  shapes: Promise<AreaShape[]>;
  /** Age from which on the picture is called old. */
  oldMs: number;
  /** The index of past moments, where there is one. */
  past: string | undefined;
  redraw: () => void;
}

/** For whom this page is of no use, above all without a network: the form needs one. */
function CallUs({ phone }: { phone: string }) {
  return phone ? (
    <p class="call">
      <a href={`tel:${phone.replace(/[^+\d]/g, "")}`}>{t("public.call", { phone })}</a>
    </p>
  ) : null;
}

function Age({ feed, oldMs, phone }: { feed: FeedClient; oldMs: number; phone: string }) {
  const age = feed.ageMs();
  if (!Number.isFinite(age)) {
    const failing = feed.connection === "lost";
    return (
      <>
        <p class={`age ${failing ? "is-stale" : ""}`} data-state={feed.connection}>
          <span class="beacon" aria-hidden="true" />
          {t(failing ? "public.unavailable" : "public.loading")}
        </p>
        {failing ? <CallUs phone={phone} /> : null}
      </>
    );
  }
  const stale = age > oldMs || !navigator.onLine || feed.connection === "lost" || feed.connection === "refused";
  const values = { time: format.clock(feed.replica.atMs), span: format.span(age) };
  return (
    <>
      <p class={`age ${stale ? "is-stale" : ""}`} data-state={stale ? "stale" : "fresh"}>
        <span class="beacon" aria-hidden="true" />
        {t(stale ? "public.stale" : "public.as_of", values)}
      </p>
      {stale ? <CallUs phone={phone} /> : null}
    </>
  );
}

function Swatch({ step }: { step: number }) {
  return <span class="swatch" style={{ background: SHARE_STEPS[step]?.colour[theme()] }} aria-hidden="true" />;
}

function AreaTable(props: { areas: Area[]; nowMs: number; selected: string | null; onSelect: (id: string) => void }) {
  const [all, setAll] = useState(false);
  const rows = all ? props.areas : props.areas.slice(0, ROWS_FIRST);
  return (
    <section class="areas">
      <h2>{t("public.areas")}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("public.area")}</th>
            <th scope="col" class="num">
              {t("public.area_out")}
            </th>
            <th scope="col" class="num">
              {t("public.area_share")}
            </th>
            <th scope="col" class="num">
              {t("public.area_since")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((area) => (
            <tr key={area.id} class={props.selected === area.id ? "is-selected" : ""} data-area={area.id}>
              <th scope="row">
                <button type="button" onClick={() => props.onSelect(area.id)}>
                  <Swatch step={shareStep(area.out, area.customers)} />
                  <span>{area.name}</span>
                </button>
              </th>
              <td class="num strong">{format.number(area.out)}</td>
              <td class="num">{format.percent(area.out, area.customers)}</td>
              <td class="num">{format.when(area.since_ms, props.nowMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {props.areas.length > rows.length ? (
        <button type="button" class="button wide" onClick={() => setAll(true)}>
          {t("public.more", { count: props.areas.length - rows.length })}
        </button>
      ) : null}
    </section>
  );
}

/** The platform's mode in a sentence; a normal day needs none. One that we have no words for speaks for itself. */
function ModeSaid({ mode }: { mode: PublicMode | undefined }) {
  if (mode === undefined || mode.mode === "normal") return null;
  const known = mode.mode in MODE_WORDS;
  return (
    <p class="mode-said" data-mode={mode.mode} role="status">
      <SignIcon sign={modeSign(mode.mode)} size={18} />
      <b>{word("mode_name", mode.mode)}</b>
      <span>{known ? word("mode_public", mode.mode) : mode.sentence}</span>
    </p>
  );
}

/** Areas named in the sentence; of more only how many. */
const NAMED_MAX = 8;

/** Where no meter is heard, outages may be missing: silence is neither "on" nor "off". */
function UnheardSaid({ unheard }: { unheard: Unheard | undefined }) {
  if (!unheard?.areas.length) return null;
  const names = unheard.areas.slice(0, NAMED_MAX).map((area) => area.name);
  const more = unheard.areas.length - names.length;
  const areas = names.join(", ") + (more > 0 ? ` (+${more})` : "");
  return (
    <p class="mode-said" role="status" data-unheard={unheard.areas.length}>
      <SignIcon sign={METER_SIGNS.unknown} size={18} />
      <span>{unheard.whole ? t("public.unheard_whole") : t("public.unheard", { areas })}</span>
    </p>
  );
}

const MODE_WORDS: Partial<Record<string, true>> = { watch: true, storm: true, surge: true, island: true };

export function App({ config, feed, shapes, oldMs, past, redraw, ...now }: Props) {
  const [moment, setMoment] = useState<Moment | null>(null);
  const { totals, mode, unheard } = moment ?? now;
  const areas = moment === null ? now.areas : new Map(moment.areas.map((area) => [area.id, area]));
  const nowMs = moment?.at_ms ?? feed.platformMs();
  const n = moment?.n ?? feed.replica.n;
  const [selected, setSelected] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<PublicMap | null>(null);
  const drawn = useRef(-2);
  const sorted = [...areas.values()].sort((a, b) => b.out - a.out || (a.name < b.name ? -1 : 1));

  useEffect(() => {
    const open = async () => {
      const { PublicMap: Opener } = await import("../map/public-map");
      if (box.current === null) return;
      map.current = await Opener.open(box.current, config, await shapes, (id) => setSelected(id));
      box.current.dataset.ready = "true";
      redraw();
    };
    // The text first; the map, which weighs most, when the browser has a moment.
    const later = setTimeout(() => void open().catch((error: unknown) => setProblem(String(error))), 50);
    return () => clearTimeout(later);
  }, []);
  useEffect(() => {
    if (map.current === null || drawn.current === n) return;
    drawn.current = n;
    map.current.update(areas);
  });
  useEffect(() => map.current?.select(selected), [selected]);

  const out = totals?.customers_out ?? 0;
  return (
    <div class={`public ${moment === null ? "" : "is-past"}`} data-n={n}>
      <header class="head">
        <h1>{config.title}</h1>
        <button type="button" class="tool" onClick={() => (toggleTheme(), redraw())} aria-label={t("public.theme")}>
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <path d="M10 3a7 7 0 1 0 0 14z" fill="currentColor" />
            <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.7" />
          </svg>
        </button>
      </header>
      <main>
        <div class="column">
          <Languages offered={config.languages} />
          <EarlierNote moment={moment} />
          <ModeSaid mode={mode} />
          <section class="hero">
            {totals === undefined ? (
              <p class="hero-none">{t("public.loading")}</p>
            ) : out === 0 ? (
              <>
                <p class="hero-none" data-out="0">
                  {t("public.none")}
                </p>
                <p class="hero-detail">{t("public.none_hint")}</p>
              </>
            ) : (
              <>
                <p class="hero-value" data-out={out}>
                  {format.number(out)}
                </p>
                <p class="hero-label">{t("public.out", { count: out })}</p>
                <p class="hero-detail">
                  {t("public.of", {
                    percent: format.percent(out, totals.customers),
                    customers: totals.customers,
                    count: totals.areas_affected,
                  })}
                </p>
              </>
            )}
          </section>
          <UnheardSaid unheard={unheard} />
          {moment === null ? <Age feed={feed} oldMs={oldMs} phone={config.phone} /> : null}
          {moment === null ? <TransitStrip nowMs={nowMs} /> : null}
          <a class="button primary wide report" href="/report">
            {t("public.report")}
          </a>
          <p class="danger">{t("public.danger")}</p>
        </div>
        <section class="map-box" aria-label={t("public.map")}>
          <div ref={box} class="map" />
          {problem ? <p class="problem">{t("public.map_problem")}</p> : null}
          <ul class="shares" aria-label={t("public.legend")}>
            {SHARE_STEPS.map((step, index) => (
              <li>
                <Swatch step={index} />
                {t(step.label)}
              </li>
            ))}
          </ul>
        </section>
        <Earlier index={past} onShow={setMoment} />
        <div class="column second">
          <Find onFound={setSelected} />
          {sorted.length ? <AreaTable areas={sorted} nowMs={nowMs} selected={selected} onSelect={setSelected} /> : null}
          <Receipt nowMs={feed.platformMs()} />
          <Places />
          <footer>
            <p>{t("public.privacy")}</p>
            <CallUs phone={config.phone} />
            <p>
              <a href="/text">{t("public.table")}</a>
            </p>
          </footer>
        </div>
      </main>
    </div>
  );
}
