/** The scrubber: the storm's curve as its track, what stands out as marks, and the replay's buttons. */
import { useMemo, useState } from "preact/hooks";
import type { Mark } from "../contract";
import * as format from "../format";
import { t } from "../i18n";
import { modeSign } from "../legend";
import { theme } from "../theme";
import { reach, samplesOf } from "../past/reach";
import { curveOf } from "../wall/course";
import { markSaid } from "./desk-commands";
import { Icon, type IconName } from "./icons";
import type { Desk } from "./store";
import { SPEEDS, type TimeMachine } from "./time-machine";

/** Hours that the track may show; 0 = all there is. */
export const SPANS_H = [6, 24, 72, 0] as const;
const SPAN_FIRST_H = 24;
const WIDTH = 1000;
const HEIGHT = 100;

interface Props {
  machine: TimeMachine;
  desk: Desk;
}

export function Track({ machine, desk }: Props) {
  const [hours, setHours] = useState<number>(SPAN_FIRST_H);
  const moment = machine.source.momentMs;
  const last = machine.lastMs;
  const [from, to] = reach(hours, machine.firstMs, last, moment);
  const out = desk.past ? (desk.totals?.customers_out ?? 0) : 0;
  const time = `${format.day(moment)}, ${format.clockSeconds(moment)}`;
  const marks = machine.marks.filter((mark) => mark.at_ms >= from && mark.at_ms <= to);
  const share = (ms: number) => Math.min(1, Math.max(0, (ms - from) / (to - from)));
  const tool = (icon: IconName, label: string, key: string, run: () => void, name: string) => (
    <button type="button" class="tool" data-past={name} aria-label={label} title={`${label} (${key})`} onClick={run}>
      <Icon name={icon} />
    </button>
  );
  return (
    <section class="track" aria-label={t("past.track")} data-busy={machine.busy}>
      <div class="track-tools">
        {tool("stepBack", t("past.previous"), "←", () => void machine.step(-1), "previous")}
        {tool(
          machine.playing ? "pause" : "play",
          t(machine.playing ? "past.pause" : "past.play"),
          "Space",
          () => machine.toggle(),
          "play",
        )}
        {tool("stepOn", t("past.next"), "→", () => void machine.step(1), "next")}
        <label class="track-choice">
          <span class="sr-only">{t("past.speed")}</span>
          <select value={machine.speed} onChange={(event) => machine.setSpeed(Number(event.currentTarget.value))}>
            {SPEEDS.map((speed) => (
              <option value={speed}>{t("past.speed_of", { speed })}</option>
            ))}
          </select>
        </label>
        <label class="track-choice">
          <span class="sr-only">{t("past.span")}</span>
          <select value={hours} onChange={(event) => setHours(Number(event.currentTarget.value))}>
            {SPANS_H.map((h) => (
              <option value={h}>{h > 0 ? t("past.span_h", { h }) : t("past.span_all")}</option>
            ))}
          </select>
        </label>
      </div>
      <div class="track-rail" style={{ "--at": share(moment) }}>
        <Curve machine={machine} from={from} to={to} />
        <Signs marks={marks} share={share} />
        <span class="track-head" aria-hidden="true" />
        <input
          type="range"
          min={from}
          max={to}
          step={1000}
          value={Math.min(to, Math.max(from, moment))}
          aria-label={t("past.moment")}
          aria-valuetext={t("past.moment_text", { time, count: out })}
          onInput={(event) => void machine.seek(Number(event.currentTarget.value))}
        />
      </div>
    </section>
  );
}

function Curve({ machine, from, to }: { machine: TimeMachine; from: number; to: number }) {
  const minute = Math.floor(to / 60_000);
  const curve = useMemo(() => {
    const points = samplesOf(machine.samples, from, to);
    const last = points.at(-1) ?? { atMs: from, out: 0 };
    return curveOf(points, { atMs: to, out: last.out }, format.zoneOffsetMs(to));
  }, [machine.samples, from, minute]);
  if (curve === null) return null;
  const inside = (ms: number) => Math.min(ms - from, to - ms) > (to - from) / 30;
  const x = (ms: number) => (((ms - from) / (to - from)) * WIDTH).toFixed(1);
  const y = (count: number) => (HEIGHT - (count / curve.top) * HEIGHT * 0.94).toFixed(1);
  const line = curve.points.map((point) => `${x(point.atMs)},${y(point.out)}`).join(" ");
  return (
    <>
      <svg class="track-curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
        <polyline points={line} vector-effect="non-scaling-stroke" />
      </svg>
      <span class={`track-most ${curve.peak.atMs - from < (to - from) / 2 ? "is-right" : ""}`} aria-hidden="true">
        {t("past.most", { count: curve.peak.out })}
      </span>
      <span class="track-times" aria-hidden="true">
        {curve.times.filter(inside).map((ms) => (
          <span key={ms} style={{ left: `${((ms - from) / (to - from)) * 100}%` }}>
            {format.clock(ms)}
          </span>
        ))}
      </span>
    </>
  );
}

/** Marks are for the eye; the palette has the same by name. */
function Signs({ marks, share }: { marks: readonly Mark[]; share: (ms: number) => number }) {
  const most = Math.max(1, ...marks.map((mark) => (mark.kind === "incident" ? mark.customers : 0)));
  return (
    <span class="track-marks" aria-hidden="true">
      {marks.map((mark) => (
        <span
          key={`${mark.kind}${mark.n}`}
          class={`is-${mark.kind}`}
          title={markSaid(mark)}
          style={{
            left: `${share(mark.at_ms) * 100}%`,
            ...(mark.kind === "mode"
              ? { "--mode": modeSign(mark.mode).colour[theme()] }
              : { height: `${20 + 60 * Math.sqrt(mark.customers / most)}%` }),
          }}
        />
      ))}
    </span>
  );
}
