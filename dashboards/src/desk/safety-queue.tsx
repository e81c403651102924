/** The safety queue: a tab of its own, and a strip above every other tab. Never filtered, never behind anything. */
import type { SafetyItem } from "../contract";
import { t } from "../i18n";
import { SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { placeIn } from "../sentence";
import type { Alarm } from "./alarm";
import { Icon } from "./icons";
import type { ListProps } from "./report-lists";
import { isLate, SafetyClock, safetyKind } from "./safety-box";
import { placeSaid } from "./said";
import type { Desk } from "./store";
import { VirtualList } from "./virtual-list";

/** Rows of the strip; it scrolls, and says how many more there are. */
const STRIP_ROWS = 20;

/** How often it was heard again: what was said then may be graver, and its panel has it. */
function Again({ desk, item }: { desk: Desk; item: SafetyItem }) {
  const count = desk.reports.get(item.receipt)?.repeats ?? 0;
  return count ? <span class="tag">{t("customer.repeats", { count })}</span> : null;
}

/** Where it is: the place of its incident, else what was said. */
function place(desk: Desk, item: SafetyItem): string {
  const incident = placeIn(desk, item.incident);
  return (item.said && placeSaid(item.said)) || incident || t("safety.unlocated");
}

function Heading({ waiting, nowMs }: { waiting: SafetyItem[]; nowMs: number }) {
  const late = waiting.filter((item) => isLate(item, nowMs)).length;
  return (
    <>
      <SignIcon sign={SAFETY_SIGN} size={18} />
      <span>{waiting.length ? t("safety.strip", { count: waiting.length }) : t("safety.none")}</span>
      {late ? <b class="tag tag-late">{t("safety.strip_late", { count: late })}</b> : null}
    </>
  );
}

export function SafetyStrip({ desk, selected, onOpen }: Pick<ListProps, "desk" | "selected" | "onOpen">) {
  const waiting = desk.safetyWaiting();
  const now = desk.feed.platformMs();
  return (
    <section
      class={`safety ${waiting.length ? "has-items" : ""}`}
      aria-label={t("safety.title")}
      data-count={waiting.length}
    >
      <h2>
        <Heading waiting={waiting} nowMs={now} />
      </h2>
      {waiting.length ? (
        <ul>
          {waiting.slice(0, STRIP_ROWS).map((item) => (
            <li key={item.receipt}>
              <button
                type="button"
                class={`safety-row ${selected === item.receipt ? "is-selected" : ""}`}
                data-receipt={item.receipt}
                onClick={() => onOpen(item.receipt)}
              >
                <span class="safety-what">{safetyKind(item)}</span>
                <span class="safety-where">{place(desk, item)}</span>
                <SafetyClock item={item} nowMs={now} />
              </button>
            </li>
          ))}
          {waiting.length > STRIP_ROWS ? (
            <li class="hint">{t("safety.more", { count: waiting.length - STRIP_ROWS })}</li>
          ) : null}
        </ul>
      ) : null}
    </section>
  );
}

export function SafetyList({ desk, selected, onSelect, onOpen, alarm }: ListProps & { alarm: Alarm }) {
  const items = desk.safetyQueue();
  const waiting = desk.safetyWaiting();
  const now = desk.feed.platformMs();
  return (
    <section class="list-pane safety-pane" aria-label={t("tab.safety")}>
      <div class={`safety-head ${waiting.length ? "has-items" : ""}`} data-count={waiting.length}>
        <h2>
          <Heading waiting={waiting} nowMs={now} />
        </h2>
        <button
          type="button"
          class="quiet"
          aria-pressed={alarm.on}
          title={t("safety.sound_hint")}
          onClick={() => alarm.toggle()}
        >
          <Icon name={alarm.on ? "sound" : "silent"} size={16} />
          {t(alarm.on ? "safety.sound_on" : "safety.sound_off")}
        </button>
      </div>
      <VirtualList
        id="safety"
        label={t("tab.safety")}
        items={items}
        rowHeight={72}
        keyOf={(item) => item.receipt}
        selected={selected}
        onSelect={(item) => onSelect(item.receipt)}
        onOpen={(item) => onOpen(item.receipt)}
        render={(item) => (
          <div
            class={`safety-item ${isLate(item, now) ? "is-late" : ""} ${item.state === "acknowledged" ? "is-done" : ""}`}
            data-receipt={item.receipt}
            data-state={item.state}
          >
            <SignIcon sign={SAFETY_SIGN} size={22} />
            <span class="row-main">
              <span class="row-title">
                <span>{safetyKind(item)}</span> <Again desk={desk} item={item} />
              </span>
              <span class="row-detail row-line">{place(desk, item)}</span>
            </span>
            <span class="safety-figures">
              <SafetyClock item={item} nowMs={now} />
              {item.state !== "acknowledged" && item.level > 0 ? (
                <b class="safety-level">{t("safety.level", { level: item.level })}</b>
              ) : null}
            </span>
          </div>
        )}
        empty={t("safety.none_hint")}
      />
    </section>
  );
}

/** Spoken when more wait, or one gets late; not with every second of a clock. */
export function SafetySpoken({ desk }: { desk: Desk }) {
  const waiting = desk.safetyWaiting();
  const late = waiting.find((item) => item.state === "escalated");
  return (
    <div class="sr-only" role="status">
      {waiting.length ? t("safety.spoken", { count: waiting.length }) : ""}{" "}
      {late ? t("safety.spoken_late", { what: safetyKind(late) }) : ""}
    </div>
  );
}
