/** The middle of the desk: the map, its legend, and what is said over it. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Config, Incident, ReportPoint } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import type { DeskMap } from "../map/desk-map";
import { placeOf } from "../sentence";
import { Icon } from "./icons";
import { LegendBox } from "./legend-box";
import type { Desk } from "./store";

/** The map follows a selection once it stays this long: a held key runs through the list, not over the map. */
const SETTLE_MS = 120;

interface Props {
  /** The page is mainly about it. */
  main: boolean;
  config: Config;
  desk: Desk;
  /** Where the opened map is put, for whoever moves it. */
  map: RefObject<DeskMap | null>;
  incident: Incident | undefined;
  report: ReportPoint | undefined;
  picking: boolean;
  onIncident: (id: string) => void;
  onReport: (receipt: string) => void;
  onDevice: (device: string) => void;
  onPicked: (place: { lon: number; lat: number }) => void;
}

export function MapPane({ main, config, desk, map, incident, report, picking, ...on }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(on);
  latest.current = on;
  const [ready, setReady] = useState(false);
  const [problem, setProblem] = useState("");
  const [hover, setHover] = useState<{ incident: string; x: number; y: number } | null>(null);

  useEffect(() => {
    const container = box.current;
    if (container === null) return;
    let left = false;
    const open = async () => {
      const { DeskMap: Opener } = await import("../map/desk-map");
      const opened = await Opener.open(container, config, desk, {
        incident: on.onIncident,
        report: on.onReport,
        device: (device) => latest.current.onDevice(device),
        hover: (what, at) => setHover(what === null ? null : { ...what, ...at }),
        place: (lon, lat) => on.onPicked({ lon, lat }),
      });
      if (left) return opened.map.remove();
      map.current = opened;
      setReady(true);
    };
    open().catch((error: unknown) => setProblem(String(error)));
    return () => {
      left = true;
      map.current?.map.remove();
      map.current = null;
    };
  }, []);

  useEffect(() => {
    const settled = setTimeout(() => map.current?.select(incident, report), SETTLE_MS);
    return () => clearTimeout(settled);
  }, [incident?.id, incident?.updated_ms, report?.receipt, ready]);
  useEffect(() => map.current?.switched(desk.switches.values()), [desk.version.switches, ready]);
  useEffect(() => map.current?.pick(picking), [picking, ready]);

  const stale = desk.feed.connection === "lost" || desk.feed.connection === "polling";
  const hovered = hover === null ? undefined : desk.incidents.get(hover.incident);
  return (
    <div class="map-pane" role={main ? "main" : "region"} aria-label={t("map.title")}>
      <div ref={box} class="map" {...(ready ? { "data-ready": "true" } : {})} />
      {problem ? <p class="map-problem">{t("map.problem", { problem })}</p> : null}
      {picking ? <p class="map-banner">{t("place.picking")}</p> : null}
      {stale ? <div class="stale-frame" /> : null}
      <button
        type="button"
        class="tool map-home"
        aria-label={t("map.home")}
        title={t("map.home")}
        onClick={() => map.current?.showCity()}
      >
        <Icon name="home" />
      </button>
      <LegendBox onToggle={(group, visible) => map.current?.toggle(group, visible)} />
      {hovered !== undefined && hover !== null ? (
        <div class="tooltip" style={{ transform: `translate(${hover.x + 14}px, ${hover.y + 14}px)` }}>
          <b>{placeOf(hovered) || hovered.id}</b>
          <span>
            {t("map.tooltip", {
              state: word("state", hovered.state),
              count: hovered.customers_out,
              since: format.span(desk.feed.platformMs() - hovered.since_ms),
            })}
          </span>
        </div>
      ) : null}
    </div>
  );
}
