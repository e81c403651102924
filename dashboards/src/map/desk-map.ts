/** The desk's map: network and reports by zoom, incidents as signs sized by customers out. */
import type {
  ExpressionSpecification,
  GeoJSONSource,
  LayerSpecification,
  Map as MapLibre,
  MapMouseEvent,
} from "maplibre-gl";
import { MAP_URLS } from "../api";
import type { Config, Incident, ReportPoint } from "../contract";
import type { Changed, Desk } from "../desk/store";
import { GROUND, INCIDENT_SIGNS, NETWORK_SIGNS, REPORT_SIGNS, SAFETY_SIGN, type Theme } from "../legend";
import { calm, createMap, EMPTY, FONT } from "./base";
import { chosenFeatures, hullFeature, incidentFeature, reportFeature } from "./features";

export interface MapEvents {
  incident: (id: string) => void;
  report: (receipt: string) => void;
  hover: (text: { incident: string } | null, at: { x: number; y: number }) => void;
  place: (lon: number, lat: number) => void;
}

/** A place that may be chosen, by its letter in the list. */
export interface Place {
  letter: string;
  lon: number;
  lat: number;
}

/** Layers that a group of the legend switches on and off. */
export const TOGGLES: Record<string, string[]> = {
  incidents: ["hulls", "hull-lines", "incidents", "incident-safety"],
  reports: ["reports", "report-signs", "links"],
  network: ["network-lateral", "network-feeder", "devices"],
};

const ACCENT: Record<Theme, string> = { dark: "#7cc4ff", light: "#0b5cb0" };

/** Sign size on the square root of customers out, so that area follows the count. */
const SIZE: ExpressionSpecification = [
  "interpolate",
  ["linear"],
  ["get", "size"],
  0,
  0.72,
  4,
  0.85,
  10,
  1.25,
  32,
  2,
  70,
  2.8,
  170,
  3.6,
];

function byState(of: Theme): ExpressionSpecification {
  const pairs = Object.values(INCIDENT_SIGNS).flatMap((sign) => [sign.key, sign.colour[of]]);
  return [
    "match",
    ["get", "state"],
    ...pairs,
    INCIDENT_SIGNS.predicted.colour[of],
  ] as unknown as ExpressionSpecification;
}

function reportColour(of: Theme): ExpressionSpecification {
  const pairs = Object.values(REPORT_SIGNS).flatMap((sign) => [sign.key, sign.colour[of]]);
  return ["match", ["get", "state"], ...pairs, REPORT_SIGNS.received.colour[of]] as unknown as ExpressionSpecification;
}

const IS_FEEDER: ExpressionSpecification = ["==", ["get", "level"], "main"];
const KIND: ExpressionSpecification = ["coalesce", ["get", "kind"], ""];

function under(of: Theme): LayerSpecification[] {
  return [
    {
      id: "network-lateral",
      type: "line",
      source: "network",
      minzoom: 12.5,
      filter: ["!", IS_FEEDER],
      paint: {
        "line-color": NETWORK_SIGNS.lateral.colour[of],
        "line-width": ["interpolate", ["linear"], ["zoom"], 12.5, 0.5, 14, 0.9, 17, 2],
        "line-opacity": ["interpolate", ["linear"], ["zoom"], 12.5, 0.3, 14.5, 0.9],
      },
    },
    {
      id: "network-feeder",
      type: "line",
      source: "network",
      filter: IS_FEEDER,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": NETWORK_SIGNS.feeder.colour[of],
        "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.6, 13, 1.3, 17, 3.4],
        "line-opacity": ["interpolate", ["linear"], ["zoom"], 10, 0.4, 13, 0.75, 15, 1],
      },
    },
    {
      id: "feeder-selected",
      type: "line",
      source: "feeder",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": ACCENT[of], "line-width": 2, "line-opacity": 0.55 },
    },
    {
      id: "hulls",
      type: "fill",
      source: "hulls",
      paint: { "fill-color": byState(of), "fill-opacity": 0.13 },
    },
    {
      id: "hull-lines",
      type: "line",
      source: "hulls",
      paint: { "line-color": byState(of), "line-width": 1.2, "line-opacity": 0.55, "line-dasharray": [3, 2] },
    },
    {
      id: "hull-selected",
      type: "line",
      source: "chosen",
      filter: ["==", ["get", "kind"], "hull"],
      paint: { "line-color": ACCENT[of], "line-width": 2.4 },
    },
  ];
}

function deviceLayers(of: Theme): LayerSpecification[] {
  return [
    {
      id: "devices",
      type: "symbol",
      source: "devices",
      minzoom: 12,
      filter: [
        "any",
        ["in", KIND, ["literal", ["power_transformer", "breaker"]]],
        ["all", [">=", ["zoom"], 13.5], ["in", KIND, ["literal", ["recloser", "tie"]]]],
        ["all", [">=", ["zoom"], 15], ["==", KIND, "fuse"]],
        [">=", ["zoom"], 16],
      ],
      layout: {
        "icon-image": ["match", KIND, ["power_transformer", "breaker"], "source", "tie", "switch", "device"],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.4, 15, 0.6, 18, 0.9],
        "icon-allow-overlap": true,
        "text-field": ["step", ["zoom"], "", 16.5, ["get", "id"]],
        "text-font": FONT,
        "text-size": 10,
        "text-offset": [0, 1.1],
        "text-optional": true,
      },
      paint: { "text-color": GROUND[of].label, "text-halo-color": GROUND[of].halo, "text-halo-width": 1.2 },
    },
  ];
}

function reportLayers(of: Theme): LayerSpecification[] {
  return [
    {
      id: "links",
      type: "line",
      source: "chosen",
      filter: ["==", ["get", "kind"], "link"],
      paint: { "line-color": ACCENT[of], "line-width": 1, "line-opacity": 0.5 },
    },
    {
      id: "reports",
      type: "circle",
      source: "reports",
      paint: {
        "circle-color": reportColour(of),
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 1.1, 13, 2.2, 16, 4.5, 18, 6],
        "circle-opacity": ["interpolate", ["linear"], ["zoom"], 10, 0.55, 14, 0.95],
        "circle-stroke-color": GROUND[of].land,
        "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 13, 0, 15, 1],
      },
    },
    {
      id: "report-signs",
      type: "symbol",
      source: "reports",
      filter: ["in", ["get", "state"], ["literal", ["unmatched", "safety"]]],
      layout: {
        "icon-image": ["get", "state"],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.5, 14, 0.75, 17, 0.95],
        "icon-allow-overlap": true,
        "symbol-sort-key": ["case", ["==", ["get", "state"], "safety"], 1, 0],
      },
    },
    {
      id: "incident-reports",
      type: "circle",
      source: "chosen",
      filter: ["==", ["get", "kind"], "report"],
      paint: {
        "circle-color": ACCENT[of],
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 2.2, 14, 3.6, 17, 6],
        "circle-stroke-color": GROUND[of].land,
        "circle-stroke-width": 1.2,
      },
    },
    {
      id: "report-selected",
      type: "circle",
      source: "chosen",
      filter: ["==", ["get", "kind"], "one-report"],
      paint: {
        "circle-color": "rgba(0,0,0,0)",
        "circle-radius": 10,
        "circle-stroke-color": ACCENT[of],
        "circle-stroke-width": 2.4,
      },
    },
    {
      id: "candidates",
      type: "circle",
      source: "candidates",
      paint: {
        "circle-color": ACCENT[of],
        "circle-radius": 11,
        "circle-stroke-color": GROUND[of].land,
        "circle-stroke-width": 2,
      },
    },
    {
      id: "candidate-letters",
      type: "symbol",
      source: "candidates",
      layout: {
        "text-field": ["get", "letter"],
        "text-font": FONT,
        "text-size": 12,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": GROUND[of].land },
    },
  ];
}

function over(of: Theme): LayerSpecification[] {
  return [
    ...deviceLayers(of),
    ...reportLayers(of),
    {
      id: "incident-selected",
      type: "circle",
      source: "chosen",
      filter: ["==", ["get", "kind"], "incident"],
      paint: {
        "circle-color": "rgba(0,0,0,0)",
        "circle-radius": ["interpolate", ["linear"], ["get", "size"], 0, 12, 10, 19, 32, 28, 70, 38, 170, 48],
        "circle-stroke-color": ACCENT[of],
        "circle-stroke-width": 3,
      },
    },
    {
      id: "incidents",
      type: "symbol",
      source: "incidents",
      layout: {
        "icon-image": ["get", "state"],
        "icon-size": SIZE,
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "symbol-sort-key": ["-", ["get", "open"], ["/", ["get", "out"], 1_000_000]],
        "text-field": ["get", "count"],
        "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["get", "size"], 4, 9, 10, 10.5, 32, 14, 70, 18],
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: {
        "text-color": ["case", ["==", ["get", "state"], "confirmed"], GROUND[of].land, GROUND[of].text],
        "text-halo-color": ["case", ["==", ["get", "state"], "confirmed"], "rgba(0,0,0,0)", GROUND[of].halo],
        "text-halo-width": 1.4,
      },
    },
    {
      id: "incident-safety",
      type: "symbol",
      source: "incidents",
      filter: ["==", ["get", "safety"], 1],
      layout: {
        "icon-image": "safety",
        "icon-size": 0.6,
        "icon-offset": [
          "interpolate",
          ["linear"],
          ["get", "size"],
          0,
          ["literal", [10, -10]],
          10,
          ["literal", [17, -17]],
          32,
          ["literal", [27, -27]],
          70,
          ["literal", [38, -38]],
          170,
          ["literal", [48, -48]],
        ],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
  ];
}

const SIGNS = [
  ...Object.values(INCIDENT_SIGNS),
  ...Object.values(REPORT_SIGNS),
  NETWORK_SIGNS.source,
  NETWORK_SIGNS.switch,
  NETWORK_SIGNS.device,
  SAFETY_SIGN,
];

const live = (): { type: "geojson"; data: GeoJSON.FeatureCollection; promoteId: string } => ({
  type: "geojson",
  data: EMPTY,
  promoteId: "id",
});

export class DeskMap {
  private picking = false;
  private feeder = "";

  private constructor(
    readonly map: MapLibre,
    private readonly desk: Desk,
    private readonly config: Config,
    events: MapEvents,
  ) {
    this.update({ incidents: null, reports: null });
    const forget = desk.subscribe((changed) => this.update(changed));
    map.once("remove", forget);
    this.listen(events);
  }

  static async open(container: HTMLElement, config: Config, desk: Desk, events: MapEvents): Promise<DeskMap> {
    const map = await createMap({
      container,
      config,
      sources: {
        network: { type: "geojson", data: MAP_URLS.network, tolerance: 0.5 },
        devices: { type: "geojson", data: MAP_URLS.devices },
        hulls: live(),
        chosen: { type: "geojson", data: EMPTY },
        feeder: { type: "geojson", data: EMPTY },
        candidates: { type: "geojson", data: EMPTY },
        reports: live(),
        incidents: live(),
      },
      under,
      over,
      signs: SIGNS,
    });
    return new DeskMap(map, desk, config, events);
  }

  /** Draw what is chosen. Small sources of their own: the large ones are not touched by a selection. */
  select(incident: Incident | undefined, report: ReportPoint | undefined): void {
    const features = incident === undefined ? [] : chosenFeatures(incident, this.desk.reports.values());
    const one = report === undefined ? null : reportFeature(report);
    if (one !== null) features.push({ ...one, properties: { kind: "one-report" } });
    void this.source("chosen").setData({ type: "FeatureCollection", features });
    const feeder = incident?.feeder ?? "";
    if (feeder === this.feeder) return;
    this.feeder = feeder;
    this.drawFeeder();
  }

  /** The chosen incident's feeder, as far as its lines are in sight. */
  private drawFeeder(): void {
    const lines =
      this.feeder === ""
        ? []
        : this.map.querySourceFeatures("network", { filter: ["==", ["get", "feeder_id"], this.feeder] });
    const features = lines.map(({ geometry }): GeoJSON.Feature => ({ type: "Feature", geometry, properties: {} }));
    void this.source("feeder").setData({ type: "FeatureCollection", features });
  }

  /** Bring a place into sight, closer only when the map is far out. */
  show(lon: number, lat: number, zoom = 14.5): void {
    const to = { center: [lon, lat] as [number, number], zoom: Math.max(this.map.getZoom(), zoom) };
    if (calm()) this.map.jumpTo(to);
    else this.map.easeTo({ ...to, duration: 500 });
  }

  showCity(): void {
    const [west, south, east, north] = this.config.bbox;
    this.map.fitBounds([west, south, east, north], { padding: 32, animate: !calm() });
  }

  toggle(group: string, visible: boolean): void {
    for (const layer of TOGGLES[group] ?? []) {
      this.map.setLayoutProperty(layer, "visibility", visible ? "visible" : "none");
    }
  }

  /** While picking, a click names a place instead of selecting. */
  pick(on: boolean): void {
    this.picking = on;
    this.map.getCanvas().style.cursor = on ? "crosshair" : "";
  }

  /** Mark the places that a report may mean. */
  mark(places: readonly Place[]): void {
    const features = places.map(({ letter, lon, lat }): GeoJSON.Feature => {
      return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { letter } };
    });
    void this.source("candidates").setData({ type: "FeatureCollection", features });
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }

  private update(changed: Changed): void {
    this.patch("incidents", changed.incidents, this.desk.incidents, incidentFeature);
    this.patch("hulls", changed.incidents, this.desk.incidents, hullFeature);
    this.patch("reports", changed.reports, this.desk.reports, reportFeature);
  }

  private patch<T>(
    name: string,
    ids: Set<string> | null,
    values: ReadonlyMap<string, T>,
    feature: (value: T) => GeoJSON.Feature | null,
  ): void {
    if (ids !== null && ids.size === 0) return;
    const drawn = (value: T | undefined) => (value === undefined ? null : feature(value));
    if (ids === null) {
      const features = [...values.values()].map(drawn).filter((f) => f !== null);
      void this.source(name).setData({ type: "FeatureCollection", features });
      return;
    }
    const add: GeoJSON.Feature[] = [];
    const remove: string[] = [];
    for (const id of ids) {
      const made = drawn(values.get(id));
      if (made === null) remove.push(id);
      else add.push(made);
    }
    void this.source(name).updateData({ remove, add });
  }

  private at(event: MapMouseEvent, layers: string[]): string | undefined {
    const { x, y } = event.point;
    const near: [[number, number], [number, number]] = [
      [x - 4, y - 4],
      [x + 4, y + 4],
    ];
    return this.map.queryRenderedFeatures(near, { layers })[0]?.properties.id as string | undefined;
  }

  private listen(events: MapEvents): void {
    this.map.on("click", (event) => {
      if (this.picking) return events.place(event.lngLat.lng, event.lngLat.lat);
      const report = this.at(event, ["report-signs"]);
      const incident = this.at(event, ["incidents"]);
      if (incident !== undefined) return events.incident(incident);
      const point = report ?? this.at(event, ["reports"]);
      if (point !== undefined) return events.report(point);
      const hull = this.at(event, ["hulls"]);
      if (hull !== undefined) events.incident(hull);
    });
    this.map.on("mousemove", (event) => {
      const incident = this.picking ? undefined : this.at(event, ["incidents"]);
      if (!this.picking) this.map.getCanvas().style.cursor = incident ? "pointer" : "";
      events.hover(incident === undefined ? null : { incident }, event.point);
    });
    this.map.on("moveend", () => {
      if (this.feeder !== "") this.map.once("idle", () => this.drawFeeder());
    });
    this.map.on("mouseout", () => events.hover(null, { x: 0, y: 0 }));
  }
}
