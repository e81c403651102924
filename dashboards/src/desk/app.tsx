/** The desk: one page for a whole shift. State lives here; the parts only show it. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Config, Incident, Session } from "../contract";
import { t } from "../i18n";
import type { DeskMap, Place } from "../map/desk-map";
import { toggleTheme } from "../theme";
import type { Actions } from "./actions";
import { Alarm } from "./alarm";
import type { Task } from "./agenda";
import { tasksOf } from "./agenda-box";
import type { Command } from "./commands";
import { Customer } from "./customer";
import { deskCommands, goTo, pastKeys } from "./desk-commands";
import { Help, SignInAgain, Toasts } from "./dialogs";
import { useMedia, useRedraw, useTitle, useToasts } from "./hooks";
import { Entry } from "./entry";
import { Icon, type IconName } from "./icons";
import { IncidentPanel } from "./incident-panel";
import { arguable, type Doing } from "./intents";
import { type KeyMap, listenKeys } from "./keys";
import { MapPane } from "./map-pane";
import { ModeBar } from "./mode-bar";
import { ModeDialog } from "./mode-dialog";
import { Overview } from "./overview";
import { PastBanner } from "./past-banner";
import { unmatchedInOrder } from "./report-lists";
import { Palette } from "./palette";
import { panelCommands } from "./panel-commands";
import { ReportPanel } from "./report-panel";
import { RetractDialog } from "./retract-dialog";
import type { Filter } from "./select";
import { SafetySpoken } from "./safety-queue";
import { Side, TAB } from "./side";
import { latestFirst } from "./sightings";
import { ShiftClock } from "./shift-clock";
import { SwitchDialog, type Switching } from "./switch-dialog";
import { lastFirst, switchable } from "./switching";
import type { Desk } from "./store";
import type { TimeMachine } from "./time-machine";
import { FreshnessSpoken, TopBar } from "./top-bar";
import { Track } from "./track";
import { useLoaded } from "./use-loaded";

const ACTING_ROLES = new Set(["dispatcher", "supervisor"]);
const RELAXING_ROLE = "supervisor";
/** How close the map goes when a report is opened. */
const REPORT_ZOOM = 15.5;

type Kind = "incident" | "report";
type Selection = { kind: Kind; id: string } | null;
/** On a narrow screen one of the three is shown at a time. */
type Pane = "list" | "map" | "panel";
const NARROW = "(max-width: 1060px)";
const PANES: Record<Pane, IconName> = { list: "list", map: "map", panel: "panel" };

interface Props {
  config: Config;
  session: Session;
  desk: Desk;
  actions: Actions;
  machine: TimeMachine;
  signedOut: boolean;
  onSignedOut: () => void;
  onSignInAgain: () => Promise<void>;
  onSignedIn: () => Promise<void>;
}

export function App(props: Props) {
  const { config, session, desk, actions, machine } = props;
  const [tab, setTab] = useState<number>(TAB.incidents);
  const [pane, setPane] = useState<Pane>("list");
  const [selection, setSelection] = useState<Selection>(null);
  const [doing, setDoing] = useState<Doing>(null);
  const [help, setHelp] = useState(false);
  const [palette, setPalette] = useState(false);
  const [customer, setCustomer] = useState(false);
  const [declaring, setDeclaring] = useState(false);
  const [switching, setSwitching] = useState<Switching | null>(null);
  const [retracting, setRetracting] = useState<string | null>(null);
  const [entering, setEntering] = useState(false);
  const [acknowledging, setAcknowledging] = useState(false);
  const [picking, setPicking] = useState(false);
  const [picked, setPicked] = useState<{ lon: number; lat: number } | null>(null);
  const [filter, setFilter] = useState<Filter>({ text: "", states: new Set(), utility: "", sort: "customers" });
  const [toasts, dismiss] = useToasts(actions);
  const map = useRef<DeskMap>(null);
  const shownIncidents = useRef<readonly Incident[]>([]);
  useRedraw(desk, actions, machine);
  const narrow = useMedia(NARROW);
  useTitle(desk, config.title);
  const [alarm] = useState(() => new Alarm());
  useEffect(() => {
    alarm.look(desk.liveSafetyWaiting());
  }, [desk.version.safety, desk.live.replica.n]);
  const table = useLoaded("modes", 0, api.modes, props.onSignedOut).value;

  const mayAct = !desk.past && session.roles.some((role) => ACTING_ROLES.has(role));
  const incident = selection?.kind === "incident" ? desk.incidents.get(selection.id) : undefined;
  const receipt = selection?.kind === "report" ? selection.id : null;
  const report = receipt === null ? undefined : desk.reports.get(receipt);

  const choose = useCallback((next: Selection) => {
    setSelection(next);
    setDoing(null);
    setEntering(false);
    setCustomer(false);
    setAcknowledging(false);
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
    const place = desk.safety.get(id) ?? desk.reports.get(id) ?? desk.unmatched.get(id)?.candidates[0];
    if (place?.lon != null && place.lat != null) map.current?.show(place.lon, place.lat, REPORT_ZOOM);
  }, []);
  const openIncident = useCallback((id: string) => open("incident", id), []);
  const openReport = useCallback((id: string) => open("report", id), []);
  const showTab = (number: number) => {
    setTab(number);
    setPane("list");
  };
  /** The safety report that waits longest, on its tab. */
  const toSafety = () => {
    const first = desk.safetyQueue()[0];
    if (first !== undefined) choose({ kind: "report", id: first.receipt });
    showTab(TAB.safety);
  };
  /** The chosen safety report if it waits, else the one that waits longest. */
  const acknowledge = () => {
    const waiting = desk.safetyWaiting();
    const item = waiting.find((each) => each.receipt === receipt) ?? waiting[0];
    if (item === undefined || !mayAct) return;
    open("report", item.receipt);
    setAcknowledging(true);
  };
  const enter = () => {
    if (!mayAct) return;
    choose(null);
    setEntering(true);
    setPane("panel");
  };

  const lookUp = () => {
    choose(null);
    setCustomer(true);
    setPane("panel");
  };
  const doTask = (task: Task | undefined) => {
    if (task === undefined) return;
    open(task.kind === "predicted" ? "incident" : "report", task.id);
    if (task.kind === "safety" && mayAct) setAcknowledging(true);
  };

  // The keyboard walks whichever list is shown, from anywhere on the page.
  const walk = (step: number) => {
    const kind: Kind = tab === TAB.incidents ? "incident" : "report";
    const lists: Record<number, () => readonly { receipt: string }[]> = {
      [TAB.safety]: () => desk.safetyQueue(),
      [TAB.unmatched]: () => unmatchedInOrder(desk),
      [TAB.reports]: () => desk.reportsInOrder(),
    };
    const ids =
      tab === TAB.incidents
        ? shownIncidents.current.map((item) => item.id)
        : (lists[tab]?.() ?? []).map((item) => item.receipt);
    const at = ids.indexOf(selection?.id ?? "");
    const next = ids[Math.max(0, Math.min(ids.length - 1, at + step))];
    if (next !== undefined) choose({ kind, id: next });
  };
  const openSelected = () => {
    if (selection === null) return;
    open(selection.kind, selection.id);
    requestAnimationFrame(() => {
      const panel = document.querySelector(".panel");
      if (panel?.contains(document.activeElement)) return; // a form that was opened since has it: what is typed goes there
      const first = [".safety-box button", ".candidate", "input[name=premise]", ".actions button", "button"].map((s) =>
        panel?.querySelector<HTMLElement>(s),
      );
      first.find((element) => element != null)?.focus();
    });
  };
  const lookBack = () => {
    if (machine.on) return machine.leave();
    choose(null);
    setDeclaring(false);
    setSwitching(null);
    setRetracting(null);
    void machine.enter();
  };
  const back = () => {
    if (machine.on) return machine.leave();
    if (picking) return setPicking(false);
    if (doing !== null) return setDoing(null);
    if (acknowledging) return setAcknowledging(false);
    if (entering) return setEntering(false);
    if (customer) return setCustomer(false);
    if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
    else choose(null);
    setPane("list");
  };
  const start = (what: NonNullable<Doing>) => () => {
    if (incident === undefined || !mayAct) return;
    // Whom people switched off has service again by switching, and by nothing else.
    if (incident.switched) return setSwitching({ device: incident.device ?? "" });
    setPane("panel");
    setDoing(what);
  };
  const toNormal = (device: string | undefined) => {
    if (device !== undefined && mayAct) setSwitching({ device, normal: true });
  };
  const retractOne = (action: string) => {
    if (mayAct && desk.sightings.size > 0) setRetracting(action);
  };
  const keys: KeyMap = {
    j: () => walk(1),
    k: () => walk(-1),
    ArrowDown: () => walk(1),
    ArrowUp: () => walk(-1),
    Enter: openSelected,
    Escape: back,
    "/": () => {
      showTab(TAB.incidents);
      requestAnimationFrame(() => document.getElementById("filter")?.focus());
    },
    ...Object.fromEntries(Object.values(TAB).map((number) => [String(number), () => showTab(number)])),
    "!": toSafety,
    a: acknowledge,
    n: enter,
    o: () => mayAct && setDeclaring(true),
    w: () => mayAct && setSwitching({ device: switchable(incident) ? (incident?.device ?? "") : "" }),
    b: () => toNormal(lastFirst(desk.switches.values())[0]?.device),
    v: () => retractOne(""),
    "?": () => setHelp(true),
    c: () => incident?.state === "predicted" && start("confirm")(),
    r: start("restore"),
    x: start("cancel"),
    m: start("merge"),
    s: start("split"),
    d: () => arguable(incident) && incident?.device && start("seen-closed")(),
    e: () => arguable(incident) && start("service-only")(),
    z: () => selection !== null && open(selection.kind, selection.id),
    "0": () => map.current?.showCity(),
    t: toggleTheme,
    h: lookUp,
    g: () => doTask(tasksOf(desk)[0]),
    u: () => actions.undo(),
    p: lookBack,
    ...(machine.on ? pastKeys(machine) : {}),
  };
  // What is opened is read from its beginning.
  useLayoutEffect(() => {
    document.querySelector(".panel")?.scrollTo(0, 0);
  }, [selection?.kind, selection?.id, entering, customer]);
  const commands = (): Command[] => [
    ...deskCommands(keys, {
      mayAct,
      incident,
      waiting: desk.safetyWaiting().length > 0,
      held: actions.unsent().some((each) => each.stage === "held"),
      clear: () => choose(null),
      sound: () => alarm.toggle(),
      machine,
      abnormal: lastFirst(desk.switches.values()).map((each) => each.device),
      onDevice: toNormal,
      sightings: latestFirst(desk.sightings.values()),
      onRetract: retractOne,
      languages: config.languages,
    }),
    ...panelCommands(document.querySelector(".panel")),
  ];
  const latestKeys = useRef(keys);
  latestKeys.current = keys;
  useEffect(
    () =>
      listenKeys(
        () => latestKeys.current,
        () => setPalette(true),
      ),
    [],
  );

  // What the page is mainly about: the only pane in sight, else the map, whose place the customer's page takes.
  const main: Pane = narrow ? pane : customer ? "panel" : "map";
  return (
    <div
      class={`desk pane-${pane} ${customer ? "is-customer" : ""} ${machine.on ? "is-past" : ""}`}
      data-connection={desk.feed.connection}
      data-n={desk.feed.replica.n}
    >
      <TopBar
        config={config}
        session={session}
        desk={desk}
        mayAct={mayAct}
        unsent={actions.unsent().length}
        onCustomer={lookUp}
        onPalette={() => setPalette(true)}
        onEntry={enter}
        onTab={showTab}
        onSafety={toSafety}
        onPast={lookBack}
        onHelp={() => setHelp(true)}
      />
      {machine.on ? <PastBanner machine={machine} desk={desk} /> : null}
      <FreshnessSpoken desk={desk} />
      <SafetySpoken desk={desk} />
      <ModeBar
        mode={desk.mode}
        table={table}
        nowMs={desk.feed.platformMs()}
        mayAct={mayAct}
        onDeclare={() => setDeclaring(true)}
      >
        <ShiftClock sinceMs={session.shift_since_ms} nowMs={desk.live.platformMs()} unsent={actions.unsent().length} />
      </ModeBar>
      <Side
        main={main === "list"}
        desk={desk}
        actions={actions}
        alarm={alarm}
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
        main={main === "map"}
        config={config}
        desk={desk}
        map={map}
        incident={incident}
        report={report}
        picking={picking}
        onIncident={openIncident}
        onReport={openReport}
        onDevice={(device) => mayAct && setSwitching({ device })}
        onPicked={(place) => {
          setPicked(place);
          setPicking(false);
          setPane("panel");
        }}
      />
      <div class="panel" role={main === "panel" ? "main" : "complementary"} aria-label={t("panel.title")} tabIndex={0}>
        {customer ? (
          <Customer
            nowMs={desk.feed.platformMs()}
            at={desk.at}
            mayAct={mayAct}
            counterUrl={session.counter_url}
            onShow={(lon, lat) => map.current?.show(lon, lat, REPORT_ZOOM)}
            onIncident={openIncident}
            onOpenReport={openReport}
            onEntry={enter}
            onSignedOut={props.onSignedOut}
            onClose={() => setCustomer(false)}
          />
        ) : entering ? (
          <Entry
            session={session}
            nowMs={desk.feed.platformMs()}
            onShow={(lon, lat) => map.current?.show(lon, lat, REPORT_ZOOM)}
            onIncident={openIncident}
            onReport={openReport}
            onSignInAgain={props.onSignInAgain}
            onSignedOut={props.onSignedOut}
            onClose={() => setEntering(false)}
          />
        ) : incident !== undefined ? (
          <IncidentPanel
            incident={incident}
            desk={desk}
            actions={actions}
            mayAct={mayAct}
            doing={doing}
            onDoing={setDoing}
            onSwitch={(device) => setSwitching({ device })}
            onRetract={retractOne}
            onIncident={openIncident}
            onPlace={(lon, lat) => {
              setPane("map");
              map.current?.show(lon, lat, REPORT_ZOOM);
            }}
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
            acknowledging={acknowledging}
            onAcknowledging={setAcknowledging}
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
            onTask={doTask}
            onNormal={mayAct ? toNormal : undefined}
            onRetract={mayAct ? retractOne : undefined}
            languages={config.languages}
            onShow={(lon, lat) => map.current?.show(lon, lat, REPORT_ZOOM)}
            onSignedOut={props.onSignedOut}
            onFilter={(text) => {
              showTab(TAB.incidents);
              setFilter({ ...filter, text });
            }}
          />
        )}
      </div>
      {machine.on ? <Track machine={machine} desk={desk} /> : null}
      <nav class="pane-switch" aria-label={t("side.panes")}>
        {(Object.keys(PANES) as Pane[]).map((name) => (
          <button type="button" data-pane={name} aria-pressed={pane === name} onClick={() => setPane(name)}>
            <Icon name={PANES[name]} size={20} />
            {t(`pane.${name}`)}
          </button>
        ))}
      </nav>
      <Toasts
        items={toasts}
        onDismiss={dismiss}
        onUndo={(sent) => actions.undo(sent)}
        onNow={(sent) => actions.sendNow(sent)}
      />
      <Palette
        open={palette}
        commands={palette ? commands() : []}
        more={(text) => goTo(desk, text, openIncident)}
        onClose={() => setPalette(false)}
      />
      <ModeDialog
        open={declaring}
        now={desk.mode}
        table={table}
        mayRelax={session.roles.includes(RELAXING_ROLE)}
        onSend={(intent) => void actions.send(intent)}
        onClose={() => setDeclaring(false)}
      />
      <SwitchDialog
        open={switching}
        again={desk.version.switches}
        nowMs={desk.feed.platformMs()}
        onSend={(intent) => void actions.send(intent)}
        onClose={() => setSwitching(null)}
        onSignedOut={props.onSignedOut}
      />
      <RetractDialog
        open={retracting}
        sightings={desk.sightings}
        nowMs={desk.feed.platformMs()}
        onSend={(intent) => void actions.send(intent)}
        onClose={() => setRetracting(null)}
      />
      <Help open={help} languages={config.languages} onClose={() => setHelp(false)} />
      <SignInAgain open={props.signedOut} session={session} onDone={props.onSignedIn} />
    </div>
  );
}
