/** The incidents: filter, sort, and a list that stays still under the hand. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Incident } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import { INCIDENT_SIGNS, incidentSign, SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { placeOf } from "../sentence";
import { Icon, type IconName } from "./icons";
import { type Filter, holdOrder, type Sort } from "./select";
import type { Desk } from "./store";
import { VirtualList } from "./virtual-list";

const SORTS: Sort[] = ["customers", "since", "state", "reports", "updated"];
const STATES = Object.keys(INCIDENT_SIGNS);
const UTILITIES: IconName[] = ["electric", "water", "gas", "sewer"];

interface Props {
  desk: Desk;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  selected: string | null;
  onSelect: (incident: Incident) => void;
  onOpen: (incident: Incident) => void;
  /** Told which rows are shown, so that the keyboard can walk them from anywhere. */
  onItems: (items: readonly Incident[]) => void;
}

export function IncidentRow({ incident, nowMs }: { incident: Incident; nowMs: number }) {
  const sign = incidentSign(incident.state);
  const done = incident.state === "restored" || incident.state === "cancelled";
  return (
    <div class={`incident-row ${done ? "is-done" : ""}`} data-incident={incident.id} data-state={incident.state}>
      <SignIcon sign={sign} size={22} label={word("state", incident.state)} />
      <span class="row-main">
        <span class="row-title">
          <span>{placeOf(incident) || incident.device || incident.id}</span>
          {incident.safety ? <SignIcon sign={SAFETY_SIGN} size={14} label={t("legend.safety")} /> : null}
          {incident.medical ? (
            <span class="medical" title={t("row.medical")}>
              <Icon name="medical" size={13} />
            </span>
          ) : null}
        </span>
        <span class="row-detail">
          <span class={`utility utility-${incident.utility}`} title={word("utility", incident.utility)}>
            <Icon name={incident.utility} size={13} />
          </span>
          {incident.device_kind ? word("device", incident.device_kind) : word("utility", incident.utility)}
          <span class="dot">·</span>
          {t("row.reports", { count: incident.reports })}
          {incident.state === "predicted" && incident.probability > 0 ? (
            <>
              <span class="dot">·</span>
              {format.percent(incident.probability, 10_000)}
            </>
          ) : null}
        </span>
      </span>
      <span class="row-figures">
        <span class="row-count">{format.number(incident.customers_out)}</span>
        <span class="row-since">{format.span(nowMs - incident.since_ms)}</span>
      </span>
    </div>
  );
}

export function IncidentList({ desk, filter, onFilter, selected, onSelect, onOpen, onItems }: Props) {
  const [held, setHeld] = useState(false);
  const order = useRef<string[]>([]);
  const sorted = desk.incidentsBy(filter);
  const items = held ? holdOrder(order.current, sorted) : sorted;
  if (held) order.current = items.map((item) => item.id);
  const hold = (on: boolean) => {
    if (on) order.current = items.map((item) => item.id);
    setHeld(on);
  };
  // Before the next key can be pressed, not some time after.
  useLayoutEffect(() => onItems(items));
  useLayoutEffect(() => setHeld(false), [filter]);
  const now = desk.feed.platformMs();
  const toggleState = (state: string) => {
    const states = new Set(filter.states);
    if (!states.delete(state)) states.add(state);
    onFilter({ ...filter, states });
  };
  const narrowed = filter.text !== "" || filter.states.size > 0 || filter.utility !== "";
  return (
    <section class="list-pane" aria-label={t("tab.incidents")}>
      <div class="filters">
        <label class="search">
          <Icon name="search" size={16} />
          <input
            id="filter"
            type="search"
            placeholder={t("list.filter")}
            aria-label={t("list.filter")}
            value={filter.text}
            onInput={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
          />
          <kbd>/</kbd>
        </label>
        <div class="filter-row">
          <div class="chips" role="group" aria-label={t("list.states")}>
            {STATES.map((state) => (
              <button
                type="button"
                class="chip"
                aria-pressed={filter.states.has(state)}
                title={word("state", state)}
                onClick={() => toggleState(state)}
              >
                <SignIcon sign={incidentSign(state)} size={16} />
                <span class="chip-count">
                  {format.number(desk.totals?.incidents_by_state[state as "predicted"] ?? 0)}
                </span>
                <span class="sr-only">{word("state", state)}</span>
              </button>
            ))}
          </div>
        </div>
        <div class="filter-row">
          <select
            aria-label={t("list.sort")}
            value={filter.sort}
            onChange={(event) => onFilter({ ...filter, sort: event.currentTarget.value as Sort })}
          >
            {SORTS.map((sort) => (
              <option value={sort}>{t(`sort.${sort}`)}</option>
            ))}
          </select>
          <select
            aria-label={t("list.utility")}
            value={filter.utility}
            onChange={(event) => onFilter({ ...filter, utility: event.currentTarget.value })}
          >
            <option value="">{t("list.all_utilities")}</option>
            {UTILITIES.map((utility) => (
              <option value={utility}>{word("utility", utility)}</option>
            ))}
          </select>
        </div>
      </div>
      <p class="list-count">
        {narrowed
          ? t("list.shown", { shown: items.length, count: desk.incidents.size })
          : t("list.count", { count: items.length })}
        {held ? <span class="held">{t("list.held")}</span> : null}
      </p>
      <VirtualList
        id="incidents"
        label={t("tab.incidents")}
        items={items}
        rowHeight={60}
        keyOf={(item) => item.id}
        selected={selected}
        onSelect={onSelect}
        onOpen={onOpen}
        onHold={hold}
        render={(item) => <IncidentRow incident={item} nowMs={now} />}
        beside={(item) => format.span(now - item.since_ms)}
        empty={narrowed ? t("list.none_match") : t("list.none")}
      />
    </section>
  );
}
