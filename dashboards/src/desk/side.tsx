/** The left of the desk: the safety queue first, also above every other tab; then the lists. */
import type { Incident } from "../contract";
import * as format from "../format";
import { t } from "../i18n";
import type { Actions } from "./actions";
import type { Alarm } from "./alarm";
import { IncidentList } from "./incident-list";
import { Activity, ReportList, UnmatchedList } from "./report-lists";
import { SafetyList, SafetyStrip } from "./safety-queue";
import type { Filter } from "./select";
import type { Desk } from "./store";

/** Numbered from 1, as their keys are. */
export const TAB = { safety: 1, incidents: 2, unmatched: 3, reports: 4, activity: 5 } as const;
const TABS = ["safety", "incidents", "unmatched", "reports", "activity"] as const;

interface Props {
  /** The page is mainly about it. */
  main: boolean;
  desk: Desk;
  actions: Actions;
  alarm: Alarm;
  /** One of `TAB`. */
  tab: number;
  filter: Filter;
  incident: string | null;
  receipt: string | null;
  onTab: (tab: number) => void;
  onFilter: (filter: Filter) => void;
  onItems: (items: readonly Incident[]) => void;
  onSelect: (kind: "incident" | "report", id: string) => void;
  onOpen: (kind: "incident" | "report", id: string) => void;
}

export function Side({ desk, actions, alarm, tab, receipt, ...props }: Props) {
  const waiting = desk.safetyWaiting().length;
  const counts = [waiting, desk.incidents.size, desk.unmatched.size, desk.reports.size, actions.sent.length];
  const reports = {
    desk,
    selected: receipt,
    onSelect: (id: string) => props.onSelect("report", id),
    onOpen: (id: string) => props.onOpen("report", id),
  };
  return (
    <div class="side" role={props.main ? "main" : "navigation"} aria-label={t("side.title")}>
      {tab === TAB.safety ? null : <SafetyStrip {...reports} />}
      <div class="tabs" role="tablist" aria-label={t("side.title")}>
        {TABS.map((name, index) => (
          <button
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === index + 1}
            aria-controls="tab-panel"
            class={name === "safety" && waiting ? "is-urgent" : ""}
            onClick={() => props.onTab(index + 1)}
          >
            {t(`tab.${name}`)}
            <span class="tab-count">{format.number(counts[index] ?? 0)}</span>
          </button>
        ))}
      </div>
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${TABS[tab - 1]}`}>
        {tab === TAB.safety ? <SafetyList {...reports} alarm={alarm} /> : null}
        {tab === TAB.incidents ? (
          <IncidentList
            desk={desk}
            filter={props.filter}
            onFilter={props.onFilter}
            selected={props.incident}
            onSelect={(item) => props.onSelect("incident", item.id)}
            onOpen={(item) => props.onOpen("incident", item.id)}
            onItems={props.onItems}
          />
        ) : null}
        {tab === TAB.unmatched ? <UnmatchedList {...reports} /> : null}
        {tab === TAB.reports ? <ReportList {...reports} /> : null}
        {tab === TAB.activity ? <Activity sent={actions.sent} /> : null}
      </div>
    </div>
  );
}
