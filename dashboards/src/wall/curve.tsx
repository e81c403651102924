/** The curve on the wall, with its scale, its peak and what is expected: nothing, as long as nobody forecasts. */
import * as format from "../format";
import { t } from "../i18n";
import { curveOf, type Point } from "./course";

const [WIDE, HIGH] = [1600, 560];
const EDGE = { left: 170, right: 40, top: 40, bottom: 70 };

interface Props {
  samples: readonly Point[];
  now: Point;
  offsetMs: number;
}

export function CurvePage({ samples, now, offsetMs }: Props) {
  const curve = curveOf(samples, now, offsetMs);
  if (curve === null) return <p class="wall-empty">{t("wall.course_none")}</p>;
  const { fromMs, toMs, top, peak } = curve;
  const x = (ms: number) => EDGE.left + ((ms - fromMs) / (toMs - fromMs)) * (WIDE - EDGE.left - EDGE.right);
  const y = (out: number) => HIGH - EDGE.bottom - (out / top) * (HIGH - EDGE.top - EDGE.bottom);
  const line = curve.points.map((each) => `${x(each.atMs).toFixed(1)},${y(each.out).toFixed(1)}`).join(" ");
  const first = curve.points[0] as Point;
  const spoken = t("wall.course_spoken", {
    ...{ from: format.clock(first.atMs), to: format.clock(toMs), first: first.out },
    ...{ peak: peak.out, peak_at: format.clock(peak.atMs), last: now.out },
  });
  const early = x(peak.atMs) < WIDE / 2;
  return (
    <div class="wall-curve">
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={spoken}>
        {curve.steps.map((step) => (
          <g key={step}>
            <line class="grid" x1={EDGE.left} x2={WIDE - EDGE.right} y1={y(step)} y2={y(step)} />
            <text x={EDGE.left - 16} y={y(step) + 12} text-anchor="end">
              {format.number(step)}
            </text>
          </g>
        ))}
        {curve.times
          .filter((at) => toMs - at > (toMs - fromMs) / 14 || at === toMs)
          .map((at) => (
            <text key={at} x={x(at)} y={HIGH - 16} text-anchor="middle">
              {format.clock(at)}
            </text>
          ))}
        <text x={WIDE - EDGE.right} y={HIGH - 16} text-anchor="end" class="strong">
          {t("wall.now")}
        </text>
        <polygon class="area" points={`${x(first.atMs)},${y(0)} ${line} ${x(toMs)},${y(0)}`} />
        <polyline class="line" points={line} />
        <circle class="dot" cx={x(toMs)} cy={y(now.out)} r="9" />
        {peak.out > now.out ? (
          <>
            <circle class="peak" cx={x(peak.atMs)} cy={y(peak.out)} r="8" />
            <text
              x={x(peak.atMs) + (early ? 20 : -20)}
              y={y(peak.out) + 12}
              text-anchor={early ? "start" : "end"}
              class="strong"
            >
              {t("wall.peak", { count: peak.out, time: format.clock(peak.atMs) })}
            </text>
          </>
        ) : null}
      </svg>
      <p class="wall-expected">
        <b>{t("wall.expected")}</b>
        {t("wall.no_forecast")}
      </p>
    </div>
  );
}
