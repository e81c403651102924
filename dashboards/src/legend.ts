/**
 * The one table that map and legend are both drawn from. Every sign differs from the others of its
 * group by shape as well as by colour, and has a colour for each theme; `tests/legend.test.ts`
 * checks that colour-blind people can tell them apart and that each stands out from the ground.
 */
import type { IncidentState, Mode } from "./contract";
import type { MessageKey } from "./i18n";

export type Theme = "light" | "dark";

export type Shape =
  | "ring-dashed"
  | "disc"
  | "half"
  | "ring-check"
  | "ring-cross"
  | "diamond"
  | "dot"
  | "ring-small"
  | "triangle"
  | "line-thick"
  | "line-thin"
  | "square"
  | "square-open"
  | "chevron"
  | "steps-0"
  | "steps-1"
  | "steps-2"
  | "steps-3"
  | "steps-4";

export interface Sign {
  key: string;
  label: MessageKey;
  shape: Shape;
  colour: Record<Theme, string>;
}

export interface Group {
  key: "incidents" | "reports" | "network";
  label: MessageKey;
  signs: Sign[];
}

export const INCIDENT_SIGNS: Record<Exclude<IncidentState, "closed">, Sign> = {
  predicted: {
    key: "predicted",
    label: "state.predicted",
    shape: "ring-dashed",
    colour: { dark: "#f2b632", light: "#b06500" },
  },
  confirmed: {
    key: "confirmed",
    label: "state.confirmed",
    shape: "disc",
    colour: { dark: "#ff7350", light: "#c4321a" },
  },
  partly_restored: {
    key: "partly_restored",
    label: "state.partly_restored",
    shape: "half",
    colour: { dark: "#a99bff", light: "#5a45c4" },
  },
  restored: {
    key: "restored",
    label: "state.restored",
    shape: "ring-check",
    colour: { dark: "#37cba6", light: "#08755d" },
  },
  cancelled: {
    key: "cancelled",
    label: "state.cancelled",
    shape: "ring-cross",
    colour: { dark: "#8c9bab", light: "#5f6f7e" },
  },
};

export const SAFETY_SIGN: Sign = {
  key: "safety",
  label: "legend.safety",
  shape: "diamond",
  colour: { dark: "#ff6fba", light: "#b80f68" },
};

export const REPORT_SIGNS: Record<"matched" | "received" | "unmatched" | "safety", Sign> = {
  matched: { key: "matched", label: "legend.matched", shape: "dot", colour: { dark: "#5cb8ff", light: "#0a63bd" } },
  received: {
    key: "received",
    label: "legend.received",
    shape: "ring-small",
    colour: { dark: "#a9b6c3", light: "#566675" },
  },
  unmatched: {
    key: "unmatched",
    label: "legend.unmatched",
    shape: "triangle",
    colour: { dark: "#ffd866", light: "#8a5a00" },
  },
  safety: SAFETY_SIGN,
};

/** What meters say, in totals and panels. Not on the map: a meter's premise supports the incident that is drawn. */
export const METER_SIGNS: Record<"off" | "unknown", Sign> = {
  off: {
    key: "meter_off",
    label: "legend.meter_off",
    shape: "square",
    colour: { dark: "#f2b632", light: "#8f5200" },
  },
  unknown: {
    key: "meter_unknown",
    label: "legend.meter_unknown",
    shape: "square-open",
    colour: { dark: "#a9b6c3", light: "#566675" },
  },
};

export const NETWORK_SIGNS: Record<"feeder" | "lateral" | "source" | "switch" | "device", Sign> = {
  feeder: {
    key: "feeder",
    label: "legend.feeder",
    shape: "line-thick",
    colour: { dark: "#3f807c", light: "#6ba39d" },
  },
  lateral: {
    key: "lateral",
    label: "legend.lateral",
    shape: "line-thin",
    colour: { dark: "#305654", light: "#a9cbc6" },
  },
  source: { key: "source", label: "legend.source", shape: "square", colour: { dark: "#7fd1ca", light: "#1f6b66" } },
  switch: {
    key: "switch",
    label: "legend.switch",
    shape: "square-open",
    colour: { dark: "#7fd1ca", light: "#1f6b66" },
  },
  device: { key: "device", label: "legend.device", shape: "chevron", colour: { dark: "#7fd1ca", light: "#1f6b66" } },
};

/** The modes as steps of a ladder: how many are filled says it without colour. Not on the map. */
export const MODE_SIGNS: Record<Mode, Sign> = {
  normal: {
    key: "normal",
    label: "mode_name.normal",
    shape: "steps-0",
    colour: { dark: "#a9b6c3", light: "#566675" },
  },
  watch: { key: "watch", label: "mode_name.watch", shape: "steps-1", colour: { dark: "#5cb8ff", light: "#0a63bd" } },
  storm: { key: "storm", label: "mode_name.storm", shape: "steps-2", colour: { dark: "#f2b632", light: "#8f5200" } },
  surge: { key: "surge", label: "mode_name.surge", shape: "steps-3", colour: { dark: "#ff7350", light: "#c4321a" } },
  island: {
    key: "island",
    label: "mode_name.island",
    shape: "steps-4",
    colour: { dark: "#a99bff", light: "#5a45c4" },
  },
};

/** The sign of a mode; one that we do not know is shown as the harshest. */
export function modeSign(mode: string): Sign {
  return MODE_SIGNS[mode as Mode] ?? MODE_SIGNS.island;
}

export const GROUPS: Group[] = [
  { key: "incidents", label: "legend.incidents", signs: Object.values(INCIDENT_SIGNS) },
  { key: "reports", label: "legend.reports", signs: Object.values(REPORT_SIGNS) },
  { key: "network", label: "legend.network", signs: Object.values(NETWORK_SIGNS) },
];

/** The sign of an incident; a state that we do not know is shown as predicted, never hidden. */
export function incidentSign(state: string): Sign {
  return INCIDENT_SIGNS[state as keyof typeof INCIDENT_SIGNS] ?? INCIDENT_SIGNS.predicted;
}

export type GroundColour =
  "land" | "water" | "park" | "street" | "streetMajor" | "casing" | "label" | "waterLabel" | "halo" | "text";

/** Ground that everything is drawn on: quiet, so that what matters stands out. */
export const GROUND: Record<Theme, Record<GroundColour, string>> = {
  dark: {
    land: "#10171f",
    water: "#0c2233",
    park: "#12211f",
    street: "#232e3a",
    streetMajor: "#344353",
    casing: "#0c1219",
    label: "#8494a5",
    waterLabel: "#5f86a3",
    halo: "#10171f",
    text: "#eef3f8",
  },
  light: {
    land: "#f3f4f2",
    water: "#cfe1ec",
    park: "#e0ebdd",
    street: "#e1e5e6",
    streetMajor: "#d0d7da",
    casing: "#f3f4f2",
    label: "#65737f",
    waterLabel: "#5c8098",
    halo: "#f9faf8",
    text: "#14202b",
  },
};

/** Steps of the public map: lower bound of the share of customers out, and the fill. Ordered in lightness. */
export const SHARE_STEPS: { from: number; label: MessageKey; colour: Record<Theme, string> }[] = [
  { from: 0, label: "share.some", colour: { light: "#fbe3a4", dark: "#5c4a1e" } },
  { from: 0.05, label: "share.5", colour: { light: "#f7bd62", dark: "#8a5a1c" } },
  { from: 0.2, label: "share.20", colour: { light: "#e9853a", dark: "#c2701f" } },
  { from: 0.5, label: "share.50", colour: { light: "#c44d1e", dark: "#ee9a4a" } },
  { from: 0.8, label: "share.80", colour: { light: "#8a2410", dark: "#ffd08f" } },
];

/** Which step a share belongs to. */
export function shareStep(out: number, customers: number): number {
  const share = customers > 0 ? out / customers : 0;
  let step = 0;
  SHARE_STEPS.forEach((candidate, index) => {
    if (share >= candidate.from) step = index;
  });
  return step;
}

/** Four steps, the first `filled` of them filled. */
function steps(filled: number): Drawing {
  return {
    parts: [0, 1, 2, 3].map((step) => {
      const left = 2.5 + step * 5;
      const top = 17 - step * 4;
      const path = `M${left} ${top}H${left + 3.6}V21H${left}z`;
      return step < filled ? { path, fill: "colour", stroke: 1 } : { path, fill: "ground", stroke: 1.2 };
    }),
  };
}

const RING = "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17z";

export interface Drawing {
  /** Parts on a 24 x 24 grid. `ground` is filled with the land's colour so that nothing shows through. */
  parts: { path: string; fill?: "colour" | "ground" | "tint"; stroke?: number; dash?: [number, number] }[];
}

/** How each shape is drawn; used for the map's images and for the legend's SVG alike. */
export const DRAWINGS: Record<Shape, Drawing> = {
  "ring-dashed": { parts: [{ path: RING, fill: "tint", stroke: 2.2, dash: [6.1, 2.8] }] },
  disc: { parts: [{ path: RING, fill: "colour", stroke: 2 }] },
  half: {
    parts: [
      { path: RING, fill: "tint", stroke: 2.2 },
      { path: "M12 3.5a8.5 8.5 0 0 0 0 17z", fill: "colour" },
    ],
  },
  "ring-check": {
    parts: [
      { path: RING, fill: "ground", stroke: 2.2 },
      { path: "M8 12.4l2.8 2.8l5.4-5.9", stroke: 2.4 },
    ],
  },
  "ring-cross": {
    parts: [
      { path: RING, fill: "ground", stroke: 2 },
      { path: "M9 9l6 6M15 9l-6 6", stroke: 2.2 },
    ],
  },
  diamond: {
    parts: [
      { path: "M12 1.8L22.2 12L12 22.2L1.8 12z", fill: "colour", stroke: 1 },
      { path: "M12 7v6.2M12 16.2v.9", stroke: -2.4 },
    ],
  },
  dot: { parts: [{ path: "M12 7.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9z", fill: "colour" }] },
  "ring-small": { parts: [{ path: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8z", fill: "ground", stroke: 2 }] },
  triangle: { parts: [{ path: "M12 5L20 18.5H4z", fill: "tint", stroke: 2.2 }] },
  "line-thick": { parts: [{ path: "M2 12H22", stroke: 3.6 }] },
  "line-thin": { parts: [{ path: "M2 12H22", stroke: 1.8 }] },
  square: { parts: [{ path: "M6 6H18V18H6z", fill: "colour", stroke: 1 }] },
  "square-open": { parts: [{ path: "M7 7H17V17H7z", fill: "ground", stroke: 2.2 }] },
  "steps-0": steps(0),
  "steps-1": steps(1),
  "steps-2": steps(2),
  "steps-3": steps(3),
  "steps-4": steps(4),
  chevron: { parts: [{ path: "M12 8L16 12L12 16L8 12z", fill: "ground", stroke: 2 }] },
};
