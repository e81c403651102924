/** Web-mercator as MapLibre has it: the world is the square from 0 to 1, south is down. Pure. */
export type MercatorPosition = readonly [number, number];

/** Pixels of the world's square at zoom 0. */
export const WORLD_PIXELS = 512;

export function mercator(lon: number, lat: number): [number, number] {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}
