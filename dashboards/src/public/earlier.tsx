/** How it was earlier: a scrubber over the moments that were published (ARCHITECTURE.md, "The public tree"). */
import "../styles/earlier.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Area, PublicMode, PublicTotals, Unheard } from "../contract";
import * as format from "../format";
import { t } from "../i18n";

/** A line of the index. */
interface Line {
  at_ms: number;
  n: number;
  out: number;
  path: string;
}

/** The public map at a past moment. */
export interface Moment {
  n: number;
  at_ms: number;
  totals: Omit<PublicTotals, "at_ms">;
  mode: PublicMode;
  unheard?: Unheard;
  areas: Area[];
}

const WIDTH = 600;
const HEIGHT = 60;
const TIMEOUT_MS = 15_000;
/** A slider that is dragged asks for what it rests on. */
const REST_MS = 120;

/** `?past` keeps it out of what is stored for a time without a network: that place is the present's. */
async function read<T>(path: string): Promise<T> {
  const response = await fetch(`/public/${path}?past`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`the public tree lacks ${path}`);
  return (await response.json()) as T;
}

/** The polygon of customers out over the moments, each as wide as the next. Pure. */
export function outline(outs: readonly number[]): string {
  const top = Math.max(1, ...outs);
  const step = WIDTH / Math.max(1, outs.length - 1);
  const points = outs.map((out, place) => `${(place * step).toFixed(1)},${(HEIGHT - (out / top) * HEIGHT).toFixed(1)}`);
  return `0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`;
}

interface Props {
  index: string;
  /** Show this moment; null: now. */
  onShow: (moment: Moment | null) => void;
}

export function Scrubber({ index, onShow }: Props) {
  const [lines, setLines] = useState<Line[] | null>(null);
  const [place, setPlace] = useState(0);
  const [problem, setProblem] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const wanted = useRef("");
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    read<{ moments: Line[] }>(index).then(
      ({ moments }) => {
        setLines(moments);
        setPlace(Math.max(0, moments.length - 1));
        requestAnimationFrame(() => field.current?.focus());
      },
      () => setProblem(true),
    );
    return () => {
      clearTimeout(rest.current);
      wanted.current = "";
    };
  }, [index]);

  const go = (to: number) => {
    const line = lines?.[to];
    if (line === undefined) return;
    setPlace(to);
    wanted.current = line.path;
    clearTimeout(rest.current);
    rest.current = setTimeout(() => {
      read<Moment>(line.path).then(
        (moment) => {
          if (wanted.current !== line.path) return;
          setProblem(false);
          onShow(moment);
        },
        () => wanted.current === line.path && setProblem(true),
      );
    }, REST_MS);
  };

  if (problem && lines === null) return <p class="problem">{t("earlier.away")}</p>;
  if (lines === null) return <p class="hint">{t("public.loading")}</p>;
  const line = lines[place];
  if (line === undefined) return <p class="hint">{t("earlier.none")}</p>;
  const time = said(line.at_ms);
  return (
    <div class="scrubber" data-moments={lines.length}>
      <button
        type="button"
        class="tool"
        disabled={place === 0}
        aria-label={t("earlier.before")}
        onClick={() => go(place - 1)}
      >
        ‹
      </button>
      <div class="scrubber-rail" style={{ "--at": place / Math.max(1, lines.length - 1) }}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <polygon points={outline(lines.map((each) => each.out))} />
        </svg>
        <span class="scrubber-head" aria-hidden="true" />
        <input
          ref={field}
          type="range"
          min={0}
          max={lines.length - 1}
          value={place}
          aria-label={t("earlier.moment")}
          aria-valuetext={t("earlier.text", { time, count: line.out })}
          onInput={(event) => go(Number(event.currentTarget.value))}
        />
      </div>
      <button
        type="button"
        class="tool"
        disabled={place === lines.length - 1}
        aria-label={t("earlier.after")}
        onClick={() => go(place + 1)}
      >
        ›
      </button>
      <p class="scrubber-ends" aria-hidden="true">
        <span>{said(lines[0]?.at_ms ?? 0)}</span>
        <span>{said(lines.at(-1)?.at_ms ?? 0)}</span>
      </p>
      {problem ? <p class="problem">{t("earlier.away")}</p> : null}
    </div>
  );
}

const said = (ms: number): string => `${format.day(ms)}, ${format.clock(ms)}`;
