/** The curve on the wall, with its scale, its peak and what is expected: nothing, as long as nobody forecasts. */
import type { Ref } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import * as format from "../format";
import { t } from "../i18n";
import { type Curve, curveOf, type Point } from "./course";

/** A size before the first measure. */
const FIRST: [number, number] = [1600, 400];

/** The drawing has the pixels of its box: nothing is stretched, and words have their size on every screen. */
function useSize(): [Ref<HTMLDivElement>, [number, number]] {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState(FIRST);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setSize([element.clientWidth, element.clientHeight]));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, size];
}

interface Props {
  samples: readonly Point[];
  now: Point;
  offsetMs: number;
}

export function CurvePage({ samples, now, offsetMs }: Props) {
  const [box, [width, height]] = useSize();
  const curve = curveOf(samples, now, offsetMs);
  // The box is the same before there is a curve and with one: its size is followed from the first moment on.
  return (
    <div class="wall-curve">
      <div class="wall-drawing" ref={box}>
        {curve === null ? (
          <p class="wall-empty">{t("wall.course_none")}</p>
        ) : (
          <Drawing curve={curve} now={now} width={width} height={height} />
        )}
      </div>
      <p class="wall-expected">
        <b>{t("wall.expected")}</b>
        {t("wall.no_forecast")}
      </p>
    </div>
  );
}

function Drawing({ curve, now, width, height }: { curve: Curve; now: Point; width: number; height: number }) {
  const { fromMs, toMs, top, peak } = curve;
  const letter = Math.max(13, Math.min(width / 48, height / 9));
  const edge = { left: letter * 4.2, right: letter, top: letter * 1.9, bottom: letter * 1.9 };
  const x = (ms: number) => edge.left + ((ms - fromMs) / (toMs - fromMs)) * (width - edge.left - edge.right);
  const y = (out: number) => height - edge.bottom - (out / top) * (height - edge.top - edge.bottom);
  const line = curve.points.map((each) => `${x(each.atMs).toFixed(1)},${y(each.out).toFixed(1)}`).join(" ");
  const first = curve.points[0] as Point;
  const spoken = t("wall.course_spoken", {
    ...{ from: format.clock(first.atMs), to: format.clock(toMs), first: first.out },
    ...{ peak: peak.out, peak_at: format.clock(peak.atMs), last: now.out },
  });
  const early = x(peak.atMs) < width / 2;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={spoken} font-size={letter}>
      {curve.steps.map((step) => (
        <g key={step}>
          <line class="grid" x1={edge.left} x2={width - edge.right} y1={y(step)} y2={y(step)} />
          <text x={edge.left - letter / 2} y={y(step) + letter / 3} text-anchor="end">
            {format.number(step)}
          </text>
        </g>
      ))}
      {curve.times
        .filter((at) => x(at) < width - edge.right - letter * (2 + 0.55 * t("wall.now").length)) // "now" stands there
        .map((at) => (
          <text key={at} x={x(at)} y={height - letter / 2} text-anchor="middle">
            {format.clock(at)}
          </text>
        ))}
      <text x={width - edge.right} y={height - letter / 2} text-anchor="end" class="strong">
        {t("wall.now")}
      </text>
      <polygon class="area" points={`${x(first.atMs)},${y(0)} ${line} ${x(toMs)},${y(0)}`} />
      <polyline class="line" points={line} />
      <circle class="dot" cx={x(toMs)} cy={y(now.out)} r="9" />
      {peak.out > now.out ? (
        <>
          <circle class="peak" cx={x(peak.atMs)} cy={y(peak.out)} r="8" />
          <text x={x(peak.atMs)} y={y(peak.out) - letter * 0.8} text-anchor={early ? "start" : "end"} class="strong">
            {t("wall.peak", { count: peak.out, time: format.clock(peak.atMs) })}
          </text>
        </>
      ) : null}
    </svg>
  );
}
