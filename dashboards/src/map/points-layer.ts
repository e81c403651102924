/** Dots in one draw call: a layer of MapLibre's own picture, without its tiles, workers or symbol placement. */
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from "maplibre-gl";
import type { MercatorPosition } from "./mercator";
import { STRIDE } from "./points";

const KINDS_MAX = 8;

const VERTEX = `#version 300 es
uniform mat4 u_matrix;
uniform float u_size;
uniform vec4 u_colours[${KINDS_MAX}];
in vec3 a_point;
out vec4 v_colour;
void main() {
  gl_Position = u_matrix * vec4(a_point.xy, 0.0, 1.0);
  gl_PointSize = u_size;
  v_colour = u_colours[int(a_point.z)];
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform float u_size;
in vec4 v_colour;
out vec4 colour;
void main() {
  float edge = (0.5 - length(gl_PointCoord - 0.5)) * u_size + 0.5;
  if (edge <= 0.0) discard;
  colour = v_colour * min(edge, 1.0);
}`;

/** Value at a zoom on a line through [zoom, value] pairs, level outside them. */
export function along(stops: readonly (readonly [number, number])[], zoom: number): number {
  let before = stops[0] ?? [0, 0];
  for (const stop of stops) {
    if (zoom <= stop[0]) {
      const share = stop[0] === before[0] ? 1 : (zoom - before[0]) / (stop[0] - before[0]);
      return before[1] + (stop[1] - before[1]) * Math.min(1, Math.max(0, share));
    }
    before = stop;
  }
  return before[1];
}

/** "#rrggbb" as premultiplied colour. */
export function premultiplied(colour: string, opacity: number): [number, number, number, number] {
  const part = (at: number) => (Number.parseInt(colour.slice(at, at + 2), 16) / 255) * opacity;
  return [part(1), part(3), part(5), opacity];
}

export interface PointsStyle {
  /** By kind. */
  colours: () => string[];
  radius: readonly (readonly [number, number])[];
  opacity: readonly (readonly [number, number])[];
}

export class PointsLayer implements CustomLayerInterface {
  readonly type = "custom" as const;
  visible = true;
  private map: MapLibre | undefined;
  private program: WebGLProgram | null = null;
  private buffer: WebGLBuffer | null = null;
  private array: WebGLVertexArrayObject | null = null;
  private places: Record<"matrix" | "size" | "colours", WebGLUniformLocation | null> | undefined;
  private data = new Float32Array(0);
  private count = 0;
  private stale = false;

  /** Positions are relative to `origin`. */
  constructor(
    readonly id: string,
    private readonly origin: MercatorPosition,
    private readonly style: PointsStyle,
  ) {}

  /** Radius at a zoom, in CSS pixels. */
  radius(zoom: number): number {
    return along(this.style.radius, zoom);
  }

  /** The dots to draw from now on: `count` of them in `data`, by `STRIDE`. */
  show(data: Float32Array<ArrayBuffer>, count: number): void {
    this.data = data;
    this.count = count;
    this.stale = true;
    this.map?.triggerRepaint();
  }

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.program = linked(gl);
    this.buffer = gl.createBuffer();
    this.array = gl.createVertexArray();
    this.stale = true;
    // Asked once: each question waits until the graphics card has done everything before it.
    const place = (name: string) => gl.getUniformLocation(this.program as WebGLProgram, name);
    this.places = { matrix: place("u_matrix"), size: place("u_size"), colours: place("u_colours") };
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const point = gl.getAttribLocation(this.program, "a_point");
    gl.enableVertexAttribArray(point);
    gl.vertexAttribPointer(point, STRIDE, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
  }

  onRemove(_map: MapLibre, gl: WebGL2RenderingContext): void {
    gl.deleteProgram(this.program);
    gl.deleteBuffer(this.buffer);
    gl.deleteVertexArray(this.array);
    this.map = undefined;
  }

  render(gl: WebGL2RenderingContext, options: CustomRenderMethodInput): void {
    const { map, program, places } = this;
    if (map === undefined || program === null || places === undefined || !this.visible || this.count === 0) return;
    const zoom = map.getZoom();
    const opacity = along(this.style.opacity, zoom);
    const colours = this.style.colours().flatMap((colour) => premultiplied(colour, opacity));
    gl.useProgram(program);
    gl.bindVertexArray(this.array);
    if (this.stale) {
      this.stale = false;
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
      gl.bufferData(gl.ARRAY_BUFFER, this.data, gl.DYNAMIC_DRAW, 0, this.count * STRIDE);
    }
    const matrix = moved(options.defaultProjectionData.mainMatrix as unknown as number[], this.origin);
    gl.uniformMatrix4fv(places.matrix, false, matrix);
    gl.uniform1f(places.size, this.radius(zoom) * 2 * map.getPixelRatio());
    gl.uniform4fv(places.colours, colours);
    gl.drawArrays(gl.POINTS, 0, this.count);
    gl.bindVertexArray(null);
  }
}

/** The matrix for positions relative to `origin`, reckoned in 64 bits before it becomes 32. */
function moved(matrix: ArrayLike<number>, [x, y]: readonly [number, number]): Float32Array {
  const out = Float32Array.from(matrix);
  for (let row = 0; row < 4; row++) {
    out[12 + row] = (matrix[row] ?? 0) * x + (matrix[4 + row] ?? 0) * y + (matrix[12 + row] ?? 0);
  }
  return out;
}

function linked(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) throw new Error("no shader can be made");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "not linked");
  return program;
}
