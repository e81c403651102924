/** The desk: one page for a whole shift. State lives here; the parts only show it. */
import { useCallback, useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { Config, Incident, Session } from "../contract";
import { t, word } from "../i18n";
import * as format from "../format";
import type { DeskMap, Place } from "../map/desk-map";
import { onTheme, toggleTheme } from "../theme";
import type { Actions, Sent } from "./actions";
import { Help, SignInAgain, Toasts } from "./dialogs";
import { Icon, type IconName } from "./icons";
import { IncidentList } from "./incident-list";
import { type Doing, IncidentPanel } from "./incident-panel";
import { listenKeys } from "./keys";
import { LegendBox } from "./legend-box";
import { Overview } from "./overview";
import { Activity, ReportList, reportsInOrder, SafetyQueue, UnmatchedList, unmatchedInOrder } from "./report-lists";
import { ReportPanel } from "./report-panel";
import type { Filter } from "./select";
import type { Desk } from "./store";
import { FreshnessSpoken, TopBar } from "./top-bar";

/** Successes pass by themselves after this long; refusals wait to be dismissed. */
const TOAST_MS = 6_000;

/** The map follows a selection once it stays this long: a held key runs through the list, not over the map. */
const SETTLE_MS = 120;

const TABS = ["incidents", "unmatched", "reports", "activity"] as const;
const ACTING_ROLES = new Set(["dispatcher", "supervisor"]);

type Selection = { kind: "incident" | "report"; id: string } | null;
/** On a narrow screen one of the three is shown at a time. */
type Pane = "list" | "map" | "panel";

interface Props {
  config: Config;
  session: Session;
  desk: Desk;
  actions: Actions;
  signedOut: boolean;
  onSignedOut: () => void;
  onSignedIn: () => Promise<void>;
}

export function App(props: Props) {
  const { config, session, desk, actions } = props;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [tab, setTab] = useState(1);
  const [pane, setPane] = useState<Pane>("list");
  const [selection, setSelection] = useState<Selection>(null);
  const [doing, setDoing] = useState<Doing>(null);
  const [help, setHelp] = useState(false);
  const [picking, setPicking] = useState(false);
  const [picked, setPicked] = useState<{ lon: number; lat: number } | null>(null);
  const [filter, setFilter] = useState<Filter>({ text: "", states: new Set(), utility: "", sort: "customers" });
  const [toasts, setToasts] = useState<Sent[]>([]);
  const [mapProblem, setMapProblem] = useState("");
  const [hover, setHover] = useState<{ incident: string; x: number; y: number } | null>(null);
  const mapBox = useRef<HTMLDivElement>(null);
  const map = useRef<DeskMap | null>(null);
  const shownIncidents = useRef<Incident[]>([]);
  const mayAct = session.roles.some((role) => ACTING_ROLES.has(role));

  const incident = selection?.kind === "incident" ? desk.incidents.get(selection.id) : undefined;
  const receipt = selection?.kind === "report" ? selection.id : null;

  const choose = useCallback((next: Selection) => {
    setSelection(next);
    setDoing(null);
    setPicking(false);
    setPicked(null);
  }, []);
  const openIncident = useCallback(
    (id: string) => {
      choose({ kind: "incident", id });
      setPane("panel");
      const found = desk.incidents.get(id);
      if (found !== undefined && found.lon !== null && found.lat !== null)
        map.current?.show(found.lon, found.lat, 13.5);
    },
    [choose, desk],
  );
  const openReport = useCallback(
    (id: string) => {
      choose({ kind: "report", id });
      setPane("panel");
      const found = desk.reports.get(id) ?? desk.unmatched.get(id)?.candidates[0];
      if (found !== undefined && found.lon != null && found.lat != null) map.current?.show(found.lon, found.lat, 15.5);
    },
    [choose, desk],
  );

  useEffect(() => {
    const forgetDesk = desk.subscribe(() => redraw(undefined));
    const forgetTheme = onTheme(() => redraw(undefined));
    const forgetActions = actions.subscribe((sent) => {
      redraw(undefined);
      if (sent.stage !== "applied" && sent.stage !== "refused" && sent.stage !== "failed") return;
      setToasts((before) => [sent, ...before.filter((other) => other.key !== sent.key)].slice(0, 4));
      if (sent.stage === "applied") {
        setTimeout(() => setToasts((before) => before.filter((other) => other.key !== sent.key)), TOAST_MS);
      }
    });
    const second = setInterval(() => redraw(undefined), 1000);
    return () => {
      forgetDesk();
      forgetTheme();
      forgetActions();
      clearInterval(second);
    };
  }, []);

  useEffect(() => {
    const box = mapBox.current;
    if (box === null) return;
    let left = false;
    import("../map/desk-map")
      .then(({ DeskMap: Opener }) =>
        Opener.open(box, config, desk, {
          incident: openIncident,
          report: openReport,
          hover: (what, at) => setHover(what === null ? null : { ...what, ...at }),
          place: (lon, lat) => {
            setPicked({ lon, lat });
            setPicking(false);
          },
        }),
      )
      .then((opened) => {
        if (left) return opened.map.remove();
        map.current = opened;
        box.dataset.ready = "true";
        redraw(undefined);
      })
      .catch((error: unknown) => setMapProblem(String(error)));
    return () => {
      left = true;
      map.current?.map.remove();
      map.current = null;
    };
  }, []);

  const point = receipt === null ? undefined : desk.reports.get(receipt);
  useEffect(() => {
    const settled = setTimeout(() => map.current?.select(incident, point), SETTLE_MS);
    return () => clearTimeout(settled);
  }, [selection, incident?.updated_ms, map.current]);
  useEffect(() => map.current?.pick(picking), [picking]);
  const showCandidates = useCallback((places: Place[]) => map.current?.mark(places), []);

  // The keyboard walks whichever list is shown, from anywhere on the page.
  const walk = (step: number) => {
    const [ids, kind]: [string[], "incident" | "report"] =
      tab === 1
        ? [shownIncidents.current.map((item) => item.id), "incident"]
        : tab === 2
          ? [unmatchedInOrder(desk).map((item) => item.receipt), "report"]
          : tab === 3
            ? [reportsInOrder(desk).map((item) => item.receipt), "report"]
            : [[], "report"];
    const at = ids.indexOf(selection?.id ?? "");
    const next = ids[Math.max(0, Math.min(ids.length - 1, at + step))];
    if (next !== undefined) choose({ kind, id: next });
  };
  const open = () => {
    if (selection?.kind === "incident") openIncident(selection.id);
    if (selection?.kind === "report") openReport(selection.id);
    requestAnimationFrame(() => {
      const panel = document.querySelector(".panel");
      const first = [".candidate", "input[name=premise]", ".actions button", "button"].map((s) =>
        panel?.querySelector(s),
      );
      first.find((element): element is HTMLElement => element instanceof HTMLElement)?.focus();
    });
  };
  const back = () => {
    if (picking) setPicking(false);
    else if (doing !== null) setDoing(null);
    else if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
    else choose(null);
    if (doing === null && !picking) setPane("list");
  };
  const start = (what: NonNullable<Doing>) => () => {
    if (incident === undefined || !mayAct) return;
    setPane("panel");
    setDoing(what);
  };
  const showTab = (number: number) => {
    setTab(number);
    setPane("list");
  };
  const toSafety = () => {
    setPane("list");
    document.querySelector<HTMLElement>(".safety-row")?.focus();
  };
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    ArrowDown: () => walk(1),
    ArrowUp: () => walk(-1),
    Enter: open,
    Escape: back,
    "/": () => {
      showTab(1);
      requestAnimationFrame(() => document.getElementById("filter")?.focus());
    },
    "1": () => showTab(1),
    "2": () => showTab(2),
    "3": () => showTab(3),
    "4": () => showTab(4),
    "!": toSafety,
    "?": () => setHelp(true),
    c: () => incident?.state === "predicted" && start("confirm")(),
    r: start("restore"),
    x: start("cancel"),
    m: start("merge"),
    s: start("split"),
    z: () => incident !== undefined && openIncident(incident.id),
    "0": () => map.current?.showCity(),
    t: toggleTheme,
  };
  const totals = desk.totals;
  useEffect(() => {
    const values = { city: config.title, out: totals?.customers_out ?? 0, safety: totals?.safety_open ?? 0 };
    document.title = totals === undefined ? t("desk.title", values) : t("desk.title_live", values);
  }, [totals?.customers_out, totals?.safety_open]);
  const latestKeys = useRef(keys);
  latestKeys.current = keys;
  useEffect(() => listenKeys(() => latestKeys.current), []);

  const counts = [desk.incidents.size, desk.unmatched.size, desk.reports.size, actions.sent.length];
  const hovered = hover === null ? undefined : desk.incidents.get(hover.incident);
  const paneIcons: Record<Pane, IconName> = { list: "list", map: "map", panel: "panel" };

  return (
    <div class={`desk pane-${pane}`} data-connection={desk.feed.connection} data-n={desk.feed.replica.n}>
      <TopBar
        config={config}
        session={session}
        desk={desk}
        onTab={showTab}
        onSafety={toSafety}
        onHelp={() => setHelp(true)}
      />
      <FreshnessSpoken desk={desk} />
      <nav class="side" aria-label={t("side.title")}>
        <SafetyQueue desk={desk} selected={selection?.id ?? null} onSelect={openReport} onOpen={openReport} />
        <div class="tabs" role="tablist" aria-label={t("side.title")}>
          {TABS.map((name, index) => (
            <button
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={tab === index + 1}
              aria-controls="tab-panel"
              onClick={() => setTab(index + 1)}
            >
              {t(`tab.${name}`)}
              <span class="tab-count">{format.number(counts[index] ?? 0)}</span>
            </button>
          ))}
        </div>
        <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${TABS[tab - 1]}`}>
          {tab === 1 ? (
            <IncidentList
              desk={desk}
              filter={filter}
              onFilter={setFilter}
              selected={selection?.kind === "incident" ? selection.id : null}
              onSelect={(item) => choose({ kind: "incident", id: item.id })}
              onOpen={(item) => openIncident(item.id)}
              onItems={(items) => {
                shownIncidents.current = items;
              }}
            />
          ) : null}
          {tab === 2 ? (
            <UnmatchedList
              desk={desk}
              selected={receipt}
              onSelect={(id) => choose({ kind: "report", id })}
              onOpen={openReport}
            />
          ) : null}
          {tab === 3 ? (
            <ReportList
              desk={desk}
              selected={receipt}
              onSelect={(id) => choose({ kind: "report", id })}
              onOpen={openReport}
            />
          ) : null}
          {tab === 4 ? <Activity sent={actions.sent} /> : null}
        </div>
      </nav>
      <main class="map-pane" aria-label={t("map.title")}>
        <div ref={mapBox} class="map" />
        {mapProblem ? <p class="map-problem">{t("map.problem", { problem: mapProblem })}</p> : null}
        {picking ? <p class="map-banner">{t("place.picking")}</p> : null}
        {desk.feed.connection === "lost" || desk.feed.connection === "polling" ? <div class="stale-frame" /> : null}
        <button
          type="button"
          class="tool map-home"
          aria-label={t("map.home")}
          title={t("map.home")}
          onClick={() => map.current?.showCity()}
        >
          <Icon name="home" />
        </button>
        <LegendBox onToggle={(group, visible) => map.current?.toggle(group, visible)} />
        {hovered !== undefined && hover !== null ? (
          <div class="tooltip" style={{ transform: `translate(${hover.x + 14}px, ${hover.y + 14}px)` }}>
            <b>{hovered.place || hovered.id}</b>
            <span>
              {t("map.tooltip", {
                state: word("state", hovered.state),
                count: hovered.customers_out,
                since: format.span(desk.feed.platformMs() - hovered.since_ms),
              })}
            </span>
          </div>
        ) : null}
      </main>
      <aside class="panel" aria-label={t("panel.title")}>
        {incident !== undefined ? (
          <IncidentPanel
            incident={incident}
            desk={desk}
            actions={actions}
            mayAct={mayAct}
            doing={doing}
            onDoing={setDoing}
            onReport={openReport}
            onIncident={openIncident}
            onClose={() => choose(null)}
            onShow={(lon, lat) => {
              setPane("map");
              map.current?.show(lon, lat);
            }}
            onSignedOut={props.onSignedOut}
          />
        ) : receipt !== null ? (
          <ReportPanel
            receipt={receipt}
            desk={desk}
            actions={actions}
            mayAct={mayAct}
            onCandidates={showCandidates}
            picked={picked}
            picking={picking}
            onPick={(on) => {
              setPicking(on);
              if (on) setPane("map");
            }}
            onIncident={openIncident}
            onShow={(lon, lat) => map.current?.show(lon, lat, 16)}
            onClose={() => choose(null)}
            onSignedOut={props.onSignedOut}
          />
        ) : selection !== null ? (
          <div class="panel-body">
            <p class="hint">{t("panel.gone")}</p>
            <button type="button" class="button" onClick={() => choose(null)}>
              {t("panel.close")}
            </button>
          </div>
        ) : (
          <Overview
            desk={desk}
            onIncident={openIncident}
            onFilter={(text) => {
              showTab(1);
              setFilter({ ...filter, text });
            }}
          />
        )}
      </aside>
      <div class="pane-switch" role="group" aria-label={t("side.panes")}>
        {(["list", "map", "panel"] as const).map((name) => (
          <button type="button" aria-pressed={pane === name} onClick={() => setPane(name)}>
            <Icon name={paneIcons[name]} size={20} />
            {t(`pane.${name}`)}
          </button>
        ))}
      </div>
      <Toasts
        items={toasts}
        onDismiss={(sent) => setToasts((before) => before.filter((other) => other.key !== sent.key))}
      />
      <Help open={help} onClose={() => setHelp(false)} />
      <SignInAgain open={props.signedOut} session={session} onDone={props.onSignedIn} />
    </div>
  );
}
