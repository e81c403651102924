/** What little of Node a test uses; its whole types would be one more package. */
declare module "node:fs" {
  export function createReadStream(path: string): unknown;
}
declare module "node:readline" {
  export function createInterface(options: { input: unknown }): AsyncIterable<string>;
}
declare const process: { env: Record<string, string | undefined> };
