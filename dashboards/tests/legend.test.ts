import { describe, expect, it } from "vitest";
import pages from "../../src/stormops/feed/templates/pages.css?raw";
import css from "../../src/stormops/pages/mode.css?raw";
import {
  DRAWINGS,
  GROUND,
  GROUPS,
  incidentSign,
  METER_SIGNS,
  MODE_SIGNS,
  modeSign,
  SHARE_STEPS,
  shareStep,
  type Theme,
} from "../src/legend";
import tokens from "../src/styles/tokens.css?raw";

const THEMES: Theme[] = ["light", "dark"];

function rgb(hex: string): [number, number, number] {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}

const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);

/** Relative luminance and contrast ratio after WCAG 2. */
function luminance(hex: string): number {
  const [r, g, b] = rgb(hex).map(linear) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe("the edge of a field", () => {
  it.each([
    ["built pages", tokens, "field"],
    ["server's pages", pages, "paper"],
  ])("can be told from what is in it, on %s", (_, sheet, ground) => {
    const all = (name: string) => [...sheet.matchAll(new RegExp(`--${name}: (#\\w{6})`, "g"))].map((found) => found[1]);
    const edges = all("edge");
    expect(edges.length).toBeGreaterThan(1);
    edges.forEach((edge, at) => {
      expect(contrast(edge ?? "", all(ground)[at] ?? "")).toBeGreaterThanOrEqual(3);
    });
  });
});

describe("the legend's table", () => {
  it("tells the signs of a group apart by shape alone", () => {
    for (const group of GROUPS) {
      const shapes = group.signs.map((sign) => sign.shape);
      expect(new Set(shapes).size, group.key).toBe(shapes.length);
      for (const shape of shapes) expect(DRAWINGS[shape].parts.length).toBeGreaterThan(0);
    }
  });

  it("makes every sign of incidents and reports stand out from the ground (3 to 1)", () => {
    for (const theme of THEMES) {
      for (const group of GROUPS.filter((g) => g.key !== "network")) {
        for (const sign of group.signs) {
          expect(contrast(sign.colour[theme], GROUND[theme].land), `${sign.key} ${theme}`).toBeGreaterThan(3);
        }
      }
    }
  });

  it("never hides an incident of a state that it does not know", () => {
    expect(incidentSign("something new").key).toBe("predicted");
  });
});

describe("the signs of meters", () => {
  it("differ by shape and stand out from the ground", () => {
    expect(METER_SIGNS.off.shape).not.toBe(METER_SIGNS.unknown.shape);
    for (const theme of THEMES) {
      for (const sign of Object.values(METER_SIGNS)) {
        expect(contrast(sign.colour[theme], GROUND[theme].land), `${sign.key} ${theme}`).toBeGreaterThan(3);
      }
    }
  });
});

describe("the signs of modes", () => {
  const signs = Object.values(MODE_SIGNS);

  it("differ by shape alone, and their names can be read on the ground (4.5 to 1)", () => {
    expect(new Set(signs.map((sign) => sign.shape)).size).toBe(signs.length);
    for (const theme of THEMES) {
      for (const sign of signs) {
        expect(contrast(sign.colour[theme], GROUND[theme].land), `${sign.key} ${theme}`).toBeGreaterThan(4.5);
      }
    }
  });

  it("have the same colours on the pages that the server makes", () => {
    for (const sign of signs.filter((each) => each.key !== "normal")) {
      const said = [...css.matchAll(new RegExp(`--${sign.key}: (#[0-9a-f]{6})`, "g"))].map((match) => match[1]);
      expect(said, sign.key).toEqual([sign.colour.light, sign.colour.dark, sign.colour.dark]);
    }
  });

  it("show a mode that they do not know as the harshest", () => {
    expect(modeSign("something new").key).toBe("island");
  });
});

describe("the public map's steps", () => {
  it("run from weak to strong in lightness, so that they read without colour", () => {
    for (const theme of THEMES) {
      const steps = SHARE_STEPS.map((step) => luminance(step.colour[theme]));
      const ordered = [...steps].sort((a, b) => (theme === "light" ? b - a : a - b));
      expect(steps).toEqual(ordered);
      for (let at = 1; at < SHARE_STEPS.length; at++) {
        const [before, after] = [SHARE_STEPS[at - 1]!, SHARE_STEPS[at]!];
        expect(contrast(before.colour[theme], after.colour[theme]), `${theme} ${at}`).toBeGreaterThan(1.25);
      }
    }
  });

  it("put a share into its step", () => {
    expect([1, 5, 20, 50, 80, 100].map((out) => shareStep(out, 100))).toEqual([0, 1, 2, 3, 4, 4]);
    expect(shareStep(0, 0)).toBe(0);
  });
});
