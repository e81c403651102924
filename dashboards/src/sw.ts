/**
 * The service worker of the public map: without a network, the last known state, and when it was known.
 *
 * What it gives from its store carries `Age`, as any cache's answer does, so that the page tells its true age. It keeps
 * nothing that is about one person (receipts, accounts, staff's pages) and answers nothing but reads. On its own: no imports.
 */

/** What a page tells its worker: files of its own that came before there was one. */
export interface Word {
  keep: string[];
}
type Plan = "asset" | "fresh" | "none";

interface Worker {
  location: Location;
  clients: { claim: () => Promise<void> };
  skipWaiting: () => Promise<void>;
  addEventListener: (type: string, listener: (event: WorkerEvent) => void) => void;
}
interface WorkerEvent {
  data: Word;
  request: Request;
  waitUntil: (work: Promise<unknown>) => void;
  respondWith: (answer: Promise<Response>) => void;
}

const STORE = "stormops-public-1";
/** Header of a stored answer: wall milliseconds at which the network gave it. */
const STORED_AT = "X-Stored-At";
/** Stored answers; beyond, the oldest go. */
const STORED_MAX = 120;
/** A network that is slower than this is not waited for when there is something in the store. */
const PATIENCE_MS = 8_000;

const PUBLIC_READS =
  /^\/(api\/v1\/(config|public\/(places|transit-alerts)|map\/(streets|ground|landmarks|areas)\.geojson)|public\/.*)$/;

/** What to do with a request: an asset never changes, a public read is asked for first, the rest is not ours. */
export function plan(method: string, mode: string, url: URL, origin: string): Plan {
  if (method !== "GET" || url.origin !== origin) return "none";
  if (url.search === "?past") return "none"; // earlier moments would push the present out of the store
  if (url.pathname.startsWith("/assets/") || url.pathname.startsWith("/public/f/")) return "asset";
  if (mode === "navigate") return url.pathname === "/" ? "fresh" : "none";
  return PUBLIC_READS.test(url.pathname) ? "fresh" : "none";
}

async function keep(request: Request, answer: Response): Promise<void> {
  if (answer.status !== 200) return;
  const headers = new Headers(answer.headers);
  headers.set(STORED_AT, String(Date.now()));
  const store = await caches.open(STORE);
  await store.put(key(request), new Response(await answer.blob(), { status: 200, headers }));
  const kept = await store.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - STORED_MAX)).map((old) => store.delete(old)));
}

/** The page is the same in the store whatever its query is. */
function key(request: Request): string {
  const url = new URL(request.url);
  return request.mode === "navigate" ? url.origin + url.pathname : request.url;
}

async function stored(request: Request): Promise<Response | undefined> {
  const known = await (await caches.open(STORE)).match(key(request));
  if (known === undefined) return undefined;
  const headers = new Headers(known.headers);
  const before = Number(headers.get("Age")) || 0;
  headers.set("Age", String(before + Math.round((Date.now() - Number(headers.get(STORED_AT))) / 1000)));
  return new Response(known.body, { status: known.status, headers });
}

/** What never changes, from the store if it is there. */
async function asset(request: Request): Promise<Response> {
  const known = await stored(request);
  if (known !== undefined) return known;
  const answer = await fetch(request);
  void keep(request, answer.clone());
  return answer;
}

/** From the network; from the store when that fails, is busy or takes too long. */
async function fresh(request: Request): Promise<Response> {
  const known = await stored(request);
  // Past the browser's own cache: a pointer from there may name files that nobody has read.
  const asked = fetch(request, { cache: "no-cache" }).then((answer) => {
    void keep(request, answer.clone());
    return answer;
  });
  if (known === undefined) return asked;
  const late = new Promise<Response>((settle) => setTimeout(() => settle(known), PATIENCE_MS));
  const answered = asked.then(
    (answer) => (answer.status < 500 && answer.status !== 429 ? answer : known),
    () => known,
  );
  return Promise.race([answered, late]);
}

async function told(word: Word, origin: string): Promise<void> {
  for (const address of word.keep) {
    const url = new URL(address, origin);
    const page = url.pathname === "/";
    if (plan("GET", page ? "navigate" : "cors", url, origin) === "none") continue;
    const request = new Request(page ? `${origin}/` : url);
    if ((await stored(request)) === undefined) await fetch(request).then((answer) => keep(request, answer));
  }
}

function begin(worker: Worker): void {
  worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
  worker.addEventListener("activate", (event) => {
    const old = caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== STORE).map((n) => caches.delete(n))));
    event.waitUntil(old.then(() => worker.clients.claim()));
  });
  worker.addEventListener("message", (event) => event.waitUntil(told(event.data, worker.location.origin)));
  worker.addEventListener("fetch", (event) => {
    const { request } = event;
    const what = plan(request.method, request.mode, new URL(request.url), worker.location.origin);
    if (what !== "none") event.respondWith(what === "asset" ? asset(request) : fresh(request));
  });
}

if (typeof window === "undefined" && "caches" in globalThis) begin(globalThis as unknown as Worker);
