/** The desk: one page for a whole shift. State lives here; the parts only show it. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Config, Incident, Session } from "../contract";
import { t } from "../i18n";
import type { DeskMap, Place } from "../map/desk-map";
import { toggleTheme } from "../theme";
import type { Actions } from "./actions";
import { Help, SignInAgain, Toasts } from "./dialogs";
import { useRedraw, useTitle, useToasts } from "./hooks";
import { Icon, type IconName } from "./icons";
import { IncidentPanel } from "./incident-panel";
import type { Doing } from "./intents";
import { type KeyMap, listenKeys } from "./keys";
import { MapPane } from "./map-pane";
import { Overview } from "./overview";
import { reportsInOrder, unmatchedInOrder } from "./report-lists";
import { ReportPanel } from "./report-panel";
import type { Filter } from "./select";
import { Side } from "./side";
import type { Desk } from "./store";
import { FreshnessSpoken, TopBar } from "./top-bar";

const ACTING_ROLES = new Set(["dispatcher", "supervisor"]);
/** How close the map goes when a report is opened. */
const REPORT_ZOOM = 15.5;

type Kind = "incident" | "report";
type Selection = { kind: Kind; id: string } | null;
/** On a narrow screen one of the three is shown at a time. */
type Pane = "list" | "map" | "panel";
const PANES: Record<Pane, IconName> = { list: "list", map: "map", panel: "panel" };

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
  const [tab, setTab] = useState(1);
  const [pane, setPane] = useState<Pane>("list");
  const [selection, setSelection] = useState<Selection>(null);
  const [doing, setDoing] = useState<Doing>(null);
  const [help, setHelp] = useState(false);
  const [picking, setPicking] = useState(false);
  const [picked, setPicked] = useState<{ lon: number; lat: number } | null>(null);
  const [filter, setFilter] = useState<Filter>({ text: "", states: new Set(), utility: "", sort: "customers" });
  const [toasts, dismiss] = useToasts(actions);
  const map = useRef<DeskMap>(null);
  const shownIncidents = useRef<Incident[]>([]);
  useRedraw(desk, actions);
  useTitle(desk, config.title);

  const mayAct = session.roles.some((role) => ACTING_ROLES.has(role));
  const incident = selection?.kind === "incident" ? desk.incidents.get(selection.id) : undefined;
  const receipt = selection?.kind === "report" ? selection.id : null;
  const report = receipt === null ? undefined : desk.reports.get(receipt);

  const choose = useCallback((next: Selection) => {
    setSelection(next);
    setDoing(null);
    setPicking(false);
    setPicked(null);
  }, []);
  /** Choose it, show its panel, and bring it into sight on the map. */
  const open = useCallback((kind: Kind, id: string) => {
    choose({ kind, id });
    setPane("panel");
    if (kind === "incident") {
      const found = desk.incidents.get(id);
      if (found !== undefined) map.current?.showIncident(found);
      return;
    }
    const place = desk.reports.get(id) ?? desk.unmatched.get(id)?.candidates[0];
    if (place?.lon != null && place.lat != null) map.current?.show(place.lon, place.lat, REPORT_ZOOM);
  }, []);
  const openIncident = useCallback((id: string) => open("incident", id), []);
  const openReport = useCallback((id: string) => open("report", id), []);
  const showTab = (number: number) => {
    setTab(number);
    setPane("list");
  };
  const toSafety = () => {
    setPane("list");
    document.querySelector<HTMLElement>(".safety-row")?.focus();
  };

  // The keyboard walks whichever list is shown, from anywhere on the page.
  const walk = (step: number) => {
    const kind: Kind = tab === 1 ? "incident" : "report";
    const ids =
      tab === 1
        ? shownIncidents.current.map((item) => item.id)
        : (tab === 2 ? unmatchedInOrder(desk) : tab === 3 ? reportsInOrder(desk) : []).map((item) => item.receipt);
    const at = ids.indexOf(selection?.id ?? "");
    const next = ids[Math.max(0, Math.min(ids.length - 1, at + step))];
    if (next !== undefined) choose({ kind, id: next });
  };
  const enter = () => {
    if (selection === null) return;
    open(selection.kind, selection.id);
    requestAnimationFrame(() => {
      const panel = document.querySelector(".panel");
      const first = [".candidate", "input[name=premise]", ".actions button", "button"].map((s) =>
        panel?.querySelector<HTMLElement>(s),
      );
      first.find((element) => element != null)?.focus();
    });
  };
  const back = () => {
    if (picking) return setPicking(false);
    if (doing !== null) return setDoing(null);
    if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
    else choose(null);
    setPane("list");
  };
  const start = (what: NonNullable<Doing>) => () => {
    if (incident === undefined || !mayAct) return;
    setPane("panel");
    setDoing(what);
  };
  const keys: KeyMap = {
    j: () => walk(1),
    k: () => walk(-1),
    ArrowDown: () => walk(1),
    ArrowUp: () => walk(-1),
    Enter: enter,
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
    z: () => selection !== null && open(selection.kind, selection.id),
    "0": () => map.current?.showCity(),
    t: toggleTheme,
  };
  const latestKeys = useRef(keys);
  latestKeys.current = keys;
  useEffect(() => listenKeys(() => latestKeys.current), []);

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
      <Side
        desk={desk}
        actions={actions}
        tab={tab}
        filter={filter}
        incident={selection?.kind === "incident" ? selection.id : null}
        receipt={receipt}
        onTab={setTab}
        onFilter={setFilter}
        onItems={(items) => {
          shownIncidents.current = items;
        }}
        onSelect={(kind, id) => choose({ kind, id })}
        onOpen={open}
      />
      <MapPane
        config={config}
        desk={desk}
        map={map}
        incident={incident}
        report={report}
        picking={picking}
        onIncident={openIncident}
        onReport={openReport}
        onPicked={(place) => {
          setPicked(place);
          setPicking(false);
          setPane("panel");
        }}
      />
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
            onClose={() => choose(null)}
            onShow={() => {
              setPane("map");
              map.current?.showIncident(incident);
            }}
            onSignedOut={props.onSignedOut}
          />
        ) : receipt !== null ? (
          <ReportPanel
            receipt={receipt}
            desk={desk}
            actions={actions}
            mayAct={mayAct}
            picked={picked}
            picking={picking}
            onPick={(on) => {
              setPicking(on);
              if (on) setPane("map");
            }}
            onCandidates={(places: Place[]) => map.current?.mark(places)}
            onIncident={openIncident}
            onShow={(lon, lat) => map.current?.show(lon, lat, REPORT_ZOOM)}
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
        {(Object.keys(PANES) as Pane[]).map((name) => (
          <button type="button" aria-pressed={pane === name} onClick={() => setPane(name)}>
            <Icon name={PANES[name]} size={20} />
            {t(`pane.${name}`)}
          </button>
        ))}
      </div>
      <Toasts items={toasts} onDismiss={dismiss} />
      <Help open={help} onClose={() => setHelp(false)} />
      <SignInAgain open={props.signedOut} session={session} onDone={props.onSignedIn} />
    </div>
  );
}
