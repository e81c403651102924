/** The public map: areas by the share of customers out, and nothing finer. */
import "../styles/font.css";
import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, Map as MapLibre } from "maplibre-gl";
import type { Area, Config } from "../contract";
import { GROUND, SHARE_STEPS, type Theme } from "../legend";
import { createMap, EMPTY, FONT } from "./base";
import { type AreaShape, areaFeatures } from "./features";

const INK: Record<Theme, string> = { dark: "#f7fafc", light: "#14202b" };
/** From this step on a fill is so strong that its number is written in the other ink. */
const STRONG = 3;

function ink(of: Theme): ExpressionSpecification {
  const other = of === "dark" ? INK.light : INK.dark;
  return ["case", [">=", ["get", "step"], STRONG], other, INK[of]];
}

function halo(of: Theme): ExpressionSpecification {
  const [soft, strong] =
    of === "dark" ? ["rgba(10,14,20,.8)", "rgba(255,214,160,.5)"] : ["rgba(255,255,255,.85)", "rgba(90,20,5,.5)"];
  return ["case", [">=", ["get", "step"], STRONG], strong, soft];
}

function steps(of: Theme, none: string) {
  const pairs = SHARE_STEPS.flatMap((step, index) => [index, step.colour[of]]);
  return ["match", ["get", "step"], ...pairs, none] as never;
}

function under(of: Theme): LayerSpecification[] {
  return [
    {
      id: "areas",
      type: "fill",
      source: "areas",
      paint: {
        "fill-color": steps(of, of === "dark" ? "#17212b" : "#e3e7e6"),
        "fill-opacity": ["case", [">=", ["get", "step"], 0], 0.86, 0.55],
      },
    },
    {
      id: "area-lines",
      type: "line",
      source: "areas",
      paint: { "line-color": GROUND[of].land, "line-width": 1, "line-opacity": 0.9 },
    },
    {
      id: "area-selected",
      type: "line",
      source: "areas",
      filter: ["==", ["get", "id"], ""],
      paint: { "line-color": INK[of], "line-width": 2.5 },
    },
  ];
}

function over(of: Theme): LayerSpecification[] {
  return [
    {
      id: "area-counts",
      minzoom: 11, // farther out they would not fit into their areas
      type: "symbol",
      source: "area-labels",
      layout: {
        "text-field": ["get", "count"],
        "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 9, 10, 12, 13, 15, 18],
        "symbol-sort-key": ["-", 0, ["get", "out"]],
      },
      paint: {
        "text-color": ink(of),
        "text-halo-color": halo(of),
        "text-halo-width": 1.2,
      },
    },
  ];
}

export class PublicMap {
  private constructor(
    readonly map: MapLibre,
    private readonly shapes: AreaShape[],
  ) {}

  static async open(
    container: HTMLElement,
    config: Config,
    shapes: AreaShape[],
    onArea: (id: string) => void,
  ): Promise<PublicMap> {
    const map = await createMap({
      container,
      config,
      sources: { areas: { type: "geojson", data: EMPTY }, "area-labels": { type: "geojson", data: EMPTY } },
      under,
      over,
      signs: [],
      padding: 12,
    });
    map.on("click", "areas", (event) => {
      const id: unknown = event.features?.[0]?.properties.id;
      if (typeof id === "string") onArea(id);
    });
    return new PublicMap(map, shapes);
  }

  update(areas: ReadonlyMap<string, Area>): void {
    const { fills, labels } = areaFeatures(this.shapes, areas);
    void (this.map.getSource("areas") as GeoJSONSource).setData(fills);
    void (this.map.getSource("area-labels") as GeoJSONSource).setData(labels);
  }

  select(id: string | null): void {
    this.map.setFilter("area-selected", ["==", ["get", "id"], id ?? ""]);
    const shape = this.shapes.find((candidate) => candidate.id === id);
    if (shape !== undefined) this.map.easeTo({ center: shape.label, duration: 400 });
  }
}
