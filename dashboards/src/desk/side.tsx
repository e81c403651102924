/** The left of the desk: the safety queue above everything, then the lists in tabs. */
import type { Incident } from "../contract";
import * as format from "../format";
import { t } from "../i18n";
import type { Actions } from "./actions";
import { IncidentList } from "./incident-list";
import { Activity, ReportList, SafetyQueue, UnmatchedList } from "./report-lists";
import type { Filter } from "./select";
import type { Desk } from "./store";

const TABS = ["incidents", "unmatched", "reports", "activity"] as const;

interface Props {
  desk: Desk;
  actions: Actions;
  /** 1 to 4. */
  tab: number;
  filter: Filter;
  incident: string | null;
  receipt: string | null;
  onTab: (tab: number) => void;
  onFilter: (filter: Filter) => void;
  onItems: (items: Incident[]) => void;
  onSelect: (kind: "incident" | "report", id: string) => void;
  onOpen: (kind: "incident" | "report", id: string) => void;
}

export function Side({ desk, actions, tab, receipt, ...props }: Props) {
  const counts = [desk.incidents.size, desk.unmatched.size, desk.reports.size, actions.sent.length];
  const reports = {
    desk,
    selected: receipt,
    onSelect: (id: string) => props.onSelect("report", id),
    onOpen: (id: string) => props.onOpen("report", id),
  };
  return (
    <nav class="side" aria-label={t("side.title")}>
      <SafetyQueue {...reports} />
      <div class="tabs" role="tablist" aria-label={t("side.title")}>
        {TABS.map((name, index) => (
          <button
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === index + 1}
            aria-controls="tab-panel"
            onClick={() => props.onTab(index + 1)}
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
            filter={props.filter}
            onFilter={props.onFilter}
            selected={props.incident}
            onSelect={(item) => props.onSelect("incident", item.id)}
            onOpen={(item) => props.onOpen("incident", item.id)}
            onItems={props.onItems}
          />
        ) : null}
        {tab === 2 ? <UnmatchedList {...reports} /> : null}
        {tab === 3 ? <ReportList {...reports} /> : null}
        {tab === 4 ? <Activity sent={actions.sent} /> : null}
      </div>
    </nav>
  );
}
