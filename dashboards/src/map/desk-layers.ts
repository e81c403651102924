/** What the desk's map draws, from the legend's table: network and reports by zoom, incidents by size. */
import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import { GROUND, INCIDENT_SIGNS, NETWORK_SIGNS, REPORT_SIGNS, SAFETY_SIGN, type Theme } from "../legend";
import { FONT } from "./base";

/** Layers that a group of the legend switches on and off. */
export const TOGGLES: Record<string, string[]> = {
  incidents: ["hulls", "hull-lines", "incident-dots", "incidents", "incident-safety"],
  reports: ["report-dots", "report-signs", "links"],
  network: ["network-lateral", "network-feeder", "devices", "switched-ring", "switched"],
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

/** Every incident and every report is a dot (`points-layer`); a sign is drawn over those that `thin` chooses. */
export const INCIDENT_KINDS = Object.values(INCIDENT_SIGNS);
export const REPORT_KINDS = Object.values(REPORT_SIGNS);

export const DOTS = {
  incidents: {
    radius: [
      [10, 2],
      [13, 3],
      [16, 5],
    ],
    opacity: [
      [10, 0.85],
      [14, 1],
    ],
  },
  reports: {
    radius: [
      [10, 1.1],
      [13, 2.2],
      [16, 4.5],
      [18, 6],
    ],
    opacity: [
      [10, 0.55],
      [14, 0.95],
    ],
  },
} as const;

const IS_FEEDER: ExpressionSpecification = ["==", ["get", "level"], "main"];
const KIND: ExpressionSpecification = ["coalesce", ["get", "kind"], ""];

/** Signs and outlines are of one source: each source has its own tiles to keep, to ask for and to give up. */
const part = (name: "hull" | "incident" | "report"): ExpressionSpecification => ["==", ["get", "part"], name];

/** Below the street names. */
export function under(of: Theme): LayerSpecification[] {
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
      source: "signs",
      filter: part("hull"),
      paint: { "fill-color": byState(of), "fill-opacity": 0.13 },
    },
    {
      id: "hull-lines",
      type: "line",
      source: "signs",
      filter: part("hull"),
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
        ["all", [">=", ["zoom"], 13.5], ["in", KIND, ["literal", ["recloser", "tie", "switch"]]]],
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

/** What is not as it normally is, at any zoom: an open square is open, a full one closed. */
function switchLayers(of: Theme): LayerSpecification[] {
  return [
    {
      id: "switched-ring",
      type: "circle",
      source: "switches",
      paint: {
        "circle-color": GROUND[of].land,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 6, 15, 10],
        "circle-stroke-color": ACCENT[of],
        "circle-stroke-width": 2,
      },
    },
    {
      id: "switched",
      type: "symbol",
      source: "switches",
      layout: {
        "icon-image": ["case", ["==", ["get", "open"], 1], "switch", "source"],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.4, 15, 0.7],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "text-field": ["step", ["zoom"], "", 13.5, ["get", "id"]],
        "text-font": FONT,
        "text-size": 10,
        "text-offset": [0, 1.4],
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
      id: "report-signs",
      type: "symbol",
      source: "signs",
      filter: part("report"),
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

/** Above everything. */
export function over(of: Theme): LayerSpecification[] {
  return [
    ...deviceLayers(of),
    ...switchLayers(of),
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
      source: "signs",
      filter: part("incident"),
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
      source: "signs",
      filter: ["all", part("incident"), ["==", ["get", "safety"], 1]],
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

export const SIGNS = [
  ...Object.values(INCIDENT_SIGNS),
  ...Object.values(REPORT_SIGNS),
  NETWORK_SIGNS.source,
  NETWORK_SIGNS.switch,
  NETWORK_SIGNS.device,
  SAFETY_SIGN,
];

/** Layers of what is mostly not there, by source. While it is not, they are hidden: then the map keeps no tiles of it. */
export const SELDOM: Record<string, string[]> = Object.fromEntries(
  ["chosen", "feeder", "candidates", "switches"].map((source) => [
    source,
    [...under("dark"), ...over("dark")]
      .filter((layer) => "source" in layer && layer.source === source)
      .map(({ id }) => id),
  ]),
);
