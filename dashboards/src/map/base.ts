/**
 * The ground of every map: a MapLibre map without tiles or glyphs from anywhere, its streets drawn
 * from the city pack. Loaded only when a map is wanted: it is most of what a page weighs.
 */
import "maplibre-gl/dist/maplibre-gl.css";
import {
  type ExpressionSpecification,
  type LayerSpecification,
  Map as MapLibre,
  NavigationControl,
  ScaleControl,
  setWorkerCount,
  setWorkerUrl,
  type SourceSpecification,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { MAP_URLS } from "../api";
import type { Config } from "../contract";
import { t } from "../i18n";
import { GROUND, type Sign, type Theme } from "../legend";
import { onTheme, theme } from "../theme";
import { addSigns } from "./icons";

setWorkerUrl(workerUrl);
setWorkerCount(1);

export const FONT = ["Inter Variable"];
export const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export type Layers = (theme: Theme) => LayerSpecification[];

export interface MapPlan {
  container: HTMLElement;
  config: Config;
  sources: Record<string, SourceSpecification>;
  /** Layers above the streets and below their names. */
  under: Layers;
  /** Layers above everything. */
  over: Layers;
  signs: Sign[];
  padding?: number;
}

const CLASS: ExpressionSpecification = ["coalesce", ["get", "class"], "local"];

/** Line width by zoom, for arterial, collector and local streets; `more` is added for the casing. */
function width(more: number): ExpressionSpecification {
  const by = (arterial: number, collector: number, local: number): ExpressionSpecification => [
    "match",
    CLASS,
    "arterial",
    arterial + more,
    "collector",
    collector + more,
    local + more,
  ];
  return [
    "interpolate",
    ["exponential", 1.5],
    ["zoom"],
    10,
    by(1.4, 0.7, 0.3),
    13,
    by(3.2, 2, 1),
    15,
    by(7, 5, 3.5),
    18,
    by(30, 24, 18),
  ];
}

function streets(of: Theme): LayerSpecification[] {
  const ground = GROUND[of];
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return [
    {
      id: "ground",
      type: "fill",
      source: "ground",
      paint: { "fill-color": ["match", ["get", "kind"], "water", ground.water, ground.park] },
    },
    {
      id: "street-casings",
      type: "line",
      source: "streets",
      minzoom: 12,
      layout: round,
      paint: {
        "line-color": ground.casing,
        "line-width": width(1.6),
        "line-opacity": ["interpolate", ["linear"], ["zoom"], 12, 0, 13.5, 1],
      },
    },
    {
      id: "streets",
      type: "line",
      source: "streets",
      layout: round,
      paint: {
        "line-opacity": [
          "interpolate",
          ["linear"],
          ["zoom"],
          11.5,
          ["match", CLASS, "local", 0, "collector", 0.5, 1],
          13,
          1,
        ],
        "line-color": ["match", CLASS, ["arterial", "collector"], ground.streetMajor, ground.street],
        "line-width": width(0),
      },
    },
  ];
}

function names(of: Theme): LayerSpecification[] {
  const ground = GROUND[of];
  const halo = { "text-halo-color": ground.halo, "text-halo-width": 1.4 };
  return [
    {
      id: "street-names",
      type: "symbol",
      source: "streets",
      minzoom: 12.5,
      filter: [
        "any",
        ["all", ["==", CLASS, "arterial"], [">=", ["zoom"], 12.5]],
        ["all", ["==", CLASS, "collector"], [">=", ["zoom"], 14]],
        [">=", ["zoom"], 15],
      ],
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 360,
        "text-field": ["coalesce", ["get", "name"], ""],
        "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 13, 10.5, 17, 13],
        "text-padding": 16,
      },
      paint: { "text-color": ground.label, ...halo },
    },
    {
      id: "landmark-names",
      type: "symbol",
      source: "landmarks",
      minzoom: 14.5,
      layout: {
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": 11,
        "text-max-width": 8,
        "text-padding": 10,
      },
      paint: { "text-color": ground.label, ...halo },
    },
  ];
}

function all(plan: MapPlan, of: Theme): LayerSpecification[] {
  const land: LayerSpecification = {
    id: "land",
    type: "background",
    paint: { "background-color": GROUND[of].land },
  };
  return [land, ...streets(of), ...plan.under(of), ...names(of), ...plan.over(of)];
}

/** A map on the city, repainted when the theme changes. Rejects when the browser cannot draw maps. */
export async function createMap(plan: MapPlan): Promise<MapLibre> {
  const [west, south, east, north] = plan.config.bbox;
  const map = new MapLibre({
    container: plan.container,
    style: {
      version: 8,
      sources: {
        ground: { type: "geojson", data: MAP_URLS.ground },
        streets: { type: "geojson", data: MAP_URLS.streets, tolerance: 0.4 },
        landmarks: { type: "geojson", data: MAP_URLS.landmarks },
        ...plan.sources,
      },
      layers: [],
    },
    bounds: [west, south, east, north],
    fitBoundsOptions: { padding: plan.padding ?? 32 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    fadeDuration: 0,
    minZoom: 8,
    maxZoom: 19,
    locale: {
      "NavigationControl.ZoomIn": t("map.zoomIn"),
      "NavigationControl.ZoomOut": t("map.zoomOut"),
      "Map.Title": t("map.title"),
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new ScaleControl({ maxWidth: 90, unit: "imperial" }), "bottom-right");
  await started(map);
  // Images first, then the layers that need them.
  addSigns(map, plan.signs, theme());
  for (const layer of all(plan, theme())) map.addLayer(layer);
  const forget = onTheme((of) => repaint(map, plan, of));
  map.once("remove", forget);
  return map;
}

/** Settles when layers can be added. A failed source is not a failed map; one that never starts is. */
function started(map: MapLibre): Promise<void> {
  return new Promise((resolve, reject) => {
    map.once("style.load", () => resolve());
    map.once("error", (event) => {
      if (!("sourceId" in event)) reject(event.error);
    });
  });
}

function repaint(map: MapLibre, plan: MapPlan, of: Theme): void {
  addSigns(map, plan.signs, of);
  for (const layer of all(plan, of)) {
    const paint = (layer.paint ?? {}) as Record<string, unknown>;
    for (const name of Object.keys(paint)) map.setPaintProperty(layer.id, name as never, paint[name] as never);
  }
}

export function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
