/** Draws `Points` in one call: a layer of MapLibre's own picture, without its tiles, workers or symbol placement. */
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from "maplibre-gl";
import { type Points, STRIDE } from "./points";

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
precision mediump float;
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
  private room = 0;

  constructor(
    readonly id: string,
    private readonly points: Points,
    private readonly style: PointsStyle,
  ) {}

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.program = linked(gl);
    this.buffer = gl.createBuffer();
    this.array = gl.createVertexArray();
    this.room = 0;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const place = gl.getAttribLocation(this.program, "a_point");
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, STRIDE, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
  }

  onRemove(_map: MapLibre, gl: WebGL2RenderingContext): void {
    gl.deleteProgram(this.program);
    gl.deleteBuffer(this.buffer);
    gl.deleteVertexArray(this.array);
    this.map = undefined;
  }

  render(gl: WebGL2RenderingContext, options: CustomRenderMethodInput): void {
    const { map, program, points } = this;
    if (map === undefined || program === null || !this.visible || points.count === 0) return;
    const zoom = map.getZoom();
    const size = along(this.style.radius, zoom) * 2 * map.getPixelRatio();
    const opacity = along(this.style.opacity, zoom);
    const colours = this.style.colours().flatMap((colour) => premultiplied(colour, opacity));
    gl.useProgram(program);
    gl.bindVertexArray(this.array);
    this.upload(gl);
    const matrix = moved(options.defaultProjectionData.mainMatrix as unknown as number[], points.origin);
    gl.uniformMatrix4fv(gl.getUniformLocation(program, "u_matrix"), false, matrix);
    gl.uniform1f(gl.getUniformLocation(program, "u_size"), size);
    gl.uniform4fv(gl.getUniformLocation(program, "u_colours"), colours);
    gl.drawArrays(gl.POINTS, 0, points.count);
    gl.bindVertexArray(null);
  }

  /** Only what changed goes to the graphics card. */
  private upload(gl: WebGL2RenderingContext): void {
    const { points } = this;
    const dirty = points.takeDirty();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (points.data.length > this.room) {
      gl.bufferData(gl.ARRAY_BUFFER, points.data, gl.DYNAMIC_DRAW);
      this.room = points.data.length;
    } else if (dirty !== null) {
      const [from, to] = dirty;
      gl.bufferSubData(gl.ARRAY_BUFFER, from * STRIDE * 4, points.data, from * STRIDE, (to - from) * STRIDE);
    }
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
