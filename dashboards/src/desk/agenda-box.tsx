/** The work agenda: the next things to do, each one key away. */
import { useMemo, useState } from "preact/hooks";
import * as format from "../format";
import { t } from "../i18n";
import { INCIDENT_SIGNS, REPORT_SIGNS, SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { AGENDA_MAX, agenda, STEP_MS, type Task } from "./agenda";
import { safetyKind } from "./safety-box";
import { placeSaid } from "./said";
import type { Desk } from "./store";

/** Tasks shown before the others are asked for, all of safety among them: what else the desk says is below. */
const SHOWN = 5;

const SIGN = { safety: SAFETY_SIGN, unmatched: REPORT_SIGNS.unmatched, predicted: INCIDENT_SIGNS.predicted };

export function tasksOf(desk: Desk): Task[] {
  const known = {
    safety: desk.safetyWaiting(),
    unmatched: desk.unmatched.values(),
    incidents: desk.work().largestPredicted(Infinity),
    saying: safetyKind,
  };
  return agenda(known, desk.feed.platformMs());
}

/** Why a task stands where it does. */
function reason({ why, people, waited }: Task): string {
  if (why !== "people") return t(`agenda.why_${why}`);
  if (waited >= 2) return t("agenda.why_times", { count: people, times: Math.floor(waited) });
  return t("agenda.why_people", { count: people, share: format.percent(waited, 1) });
}

interface Props {
  desk: Desk;
  onTask: (task: Task) => void;
}

export function AgendaBox({ desk, onTask }: Props) {
  const now = desk.feed.platformMs();
  const { incidents, unmatched, safety } = desk.version;
  const [all, setAll] = useState(false);
  const tasks = useMemo(() => tasksOf(desk), [desk, incidents, unmatched, safety, Math.floor(now / STEP_MS)]);
  const lives = tasks.filter((task) => task.kind === "safety").length;
  const shown = all ? AGENDA_MAX : Math.max(SHOWN, lives);
  return (
    <section class="agenda" aria-label={t("agenda.title")}>
      <h2>
        {t("agenda.title")}
        <kbd>g</kbd>
      </h2>
      {tasks.length === 0 ? <p class="hint">{t("agenda.none")}</p> : null}
      <ul>
        {tasks.slice(0, shown).map((task) => {
          const left = task.dueMs - now;
          return (
            <li key={`${task.kind} ${task.id}`}>
              <button
                type="button"
                class="agenda-row"
                data-kind={task.kind}
                data-id={task.id}
                onClick={() => onTask(task)}
              >
                <SignIcon sign={SIGN[task.kind]} size={20} />
                <span class="agenda-what">
                  {t(`agenda.${task.kind}`, { what: placeSaid(task.what) })}
                  <small>{reason(task)}</small>
                </span>
                <span class={`agenda-due ${left < 0 ? "is-late" : ""}`}>
                  {left < 0
                    ? t("agenda.late", { span: format.span(-left) })
                    : t("agenda.due", { span: format.span(left) })}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {tasks.length > shown ? (
        <button type="button" class="button wide" onClick={() => setAll(true)}>
          {t("panel.more", { count: tasks.length - shown })}
        </button>
      ) : null}
      <p class="hint">{t("agenda.promises")}</p>
    </section>
  );
}
