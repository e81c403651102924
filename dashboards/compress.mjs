/** Brotli and gzip once, beside each built file that grows smaller by it: a web server sends them as they lie there. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

for (const name of readdirSync("dist/assets").filter((name) => /\.(css|js|mjs|svg)$/.test(name))) {
  const path = `dist/assets/${name}`;
  const body = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(body));
}
