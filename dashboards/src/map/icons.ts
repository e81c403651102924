/** Map images drawn from the legend's table, so that map and legend cannot disagree. */
import type { Map as MapLibre } from "maplibre-gl";
import { DRAWINGS, GROUND, type Sign, type Theme } from "../legend";

const PIXELS = 96;

export function drawSign(sign: Sign, theme: Theme, pixels = PIXELS): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = pixels;
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("this browser has no 2D canvas");
  pen.scale(pixels / 24, pixels / 24);
  pen.lineJoin = "round";
  const colour = sign.colour[theme];
  const ground = GROUND[theme].land;
  for (const part of DRAWINGS[sign.shape].parts) {
    const path = new Path2D(part.path);
    if (part.fill === "colour") fill(pen, path, colour, 1);
    if (part.fill === "ground") fill(pen, path, ground, 0.92);
    if (part.fill === "tint") {
      fill(pen, path, ground, 0.72);
      fill(pen, path, colour, 0.22);
    }
    if (part.stroke !== undefined) {
      pen.setLineDash(part.dash ?? []);
      pen.lineCap = part.dash ? "butt" : "round";
      pen.lineWidth = Math.abs(part.stroke);
      pen.strokeStyle = part.stroke < 0 ? ground : colour;
      pen.stroke(path);
    }
  }
  return pen.getImageData(0, 0, pixels, pixels);
}

function fill(pen: CanvasRenderingContext2D, path: Path2D, colour: string, alpha: number): void {
  pen.globalAlpha = alpha;
  pen.fillStyle = colour;
  pen.fill(path);
  pen.globalAlpha = 1;
}

export function addSigns(map: MapLibre, signs: Sign[], theme: Theme): void {
  for (const sign of signs) {
    const image = drawSign(sign, theme);
    if (map.hasImage(sign.key)) map.updateImage(sign.key, image);
    else map.addImage(sign.key, image, { pixelRatio: PIXELS / 24 });
  }
}
