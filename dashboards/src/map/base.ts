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
  /** Layers below the streets. */
  below?: Layers;
  /** Layers above the streets and below their names. */
  under: Layers;
  /** Layers above everything. */
  over: Layers;
  signs: Sign[];
  padding?: number;
}

/** Streets, wide where the pack knows that they matter. */
function streets(of: Theme): LayerSpecification[] {
  const ground = GROUND[of];
  const major: ExpressionSpecification = ["==", ["coalesce", ["get", "class"], "minor"], "major"];
  return [
    {
      id: "streets",
      type: "line",
      source: "streets",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ["case", major, ground.streetMajor, ground.street],
        "line-width": [
          "interpolate",
          ["exponential", 1.6],
          ["zoom"],
          10,
          ["case", major, 1, 0.5],
          13,
          ["case", major, 3, 1.6],
          16,
          ["case", major, 12, 8],
          18,
          ["case", major, 30, 22],
        ],
      },
    },
  ];
}

function streetNames(of: Theme): LayerSpecification[] {
  const ground = GROUND[of];
  return [
    {
      id: "street-names",
      type: "symbol",
      source: "streets",
      minzoom: 14,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 320,
        "text-field": ["coalesce", ["get", "name"], ""],
        "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 14, 10, 17, 13],
        "text-padding": 12,
      },
      paint: { "text-color": ground.label, "text-halo-color": ground.halo, "text-halo-width": 1.4 },
    },
  ];
}

function all(plan: MapPlan, of: Theme): LayerSpecification[] {
  const land: LayerSpecification = {
    id: "land",
    type: "background",
    paint: { "background-color": GROUND[of].land },
  };
  return [land, ...(plan.below?.(of) ?? []), ...streets(of), ...plan.under(of), ...streetNames(of), ...plan.over(of)];
}

/** A map on the city, repainted when the theme changes. Rejects when the browser cannot draw maps. */
export async function createMap(plan: MapPlan): Promise<MapLibre> {
  const [west, south, east, north] = plan.config.bbox;
  const map = new MapLibre({
    container: plan.container,
    style: {
      version: 8,
      sources: { streets: { type: "geojson", data: MAP_URLS.streets, tolerance: 0.4 }, ...plan.sources },
      layers: all(plan, theme()),
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
  await new Promise<void>((resolve, reject) => {
    map.once("load", () => resolve());
    map.once("error", (event) => {
      // A failed source is not a failed map; only a map that never starts is.
      if (!map.isStyleLoaded() && !("sourceId" in event)) reject(event.error);
    });
  });
  addSigns(map, plan.signs, theme());
  const forget = onTheme((of) => repaint(map, plan, of));
  map.once("remove", forget);
  return map;
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
