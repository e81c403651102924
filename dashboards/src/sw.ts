/**
 * The service worker of the public pages: without a network, the last known state of the map and when it was known, and the
 * report form, whose reports wait here (`waiting.ts`) until they can be sent.
 *
 * What it gives from its store carries `Age`, as any cache's answer does, so that the page tells its true age. Of pages it
 * keeps none that is about one person (receipts, accounts, staff's pages): of the form a copy without a key. It answers
 * nothing but reads. Built as one file without imports.
 */
import { browserKeeper, keepDraft, sendAll, type Shelf, shelfOf, wait, type Waiting } from "./waiting";

/** What a page tells its worker, or asks of it: what waits is answered on the port that came along. */
export type Word =
  /** Files of its own that came before there was a worker; languages of the form, the reader's first. */
  | { keep: string[]; form: string[] }
  | { wait: Waiting }
  | { drop: string }
  | { draft: Record<string, string> | null }
  | { send: true }
  | { look: true };
/** What a worker tells its pages. */
export interface Told {
  shelf: Shelf;
}
type Plan = "asset" | "fresh" | "form" | "none";

interface Worker {
  location: Location;
  clients: {
    claim: () => Promise<void>;
    matchAll: (which: object) => Promise<{ postMessage: (told: Told) => void }[]>;
  };
  registration: { sync?: { register: (tag: string) => Promise<void> } };
  skipWaiting: () => Promise<void>;
  addEventListener: (type: string, listener: (event: WorkerEvent) => void) => void;
}
interface WorkerEvent {
  data: Word;
  tag: string;
  ports: readonly MessagePort[];
  request: Request;
  waitUntil: (work: Promise<unknown>) => void;
  respondWith: (answer: Promise<Response>) => void;
}

const STORE = "stormops-public-1";
/** The report form and its files: apart, so that the map does not push them out. */
const FORM_STORE = "stormops-form-1";
const FORM = "/report";
/** The form's script, whose name never changes, and the list of its files. */
const FORM_SCRIPT = "/assets/report.js";
const FORM_FILES = "/assets/report.json";
/** A copy of the form is made anew when it is older. */
const FORM_OLD_MS = 6 * 3_600_000;
/** The tag of the browser's own "when there is a network again". */
const SYNC = "report";
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
  if (url.pathname === FORM_SCRIPT) return "form";
  if (url.pathname.startsWith("/assets/") || url.pathname.startsWith("/public/f/")) return "asset";
  if (mode === "navigate") return url.pathname === "/" ? "fresh" : url.pathname === FORM ? "form" : "none";
  return PUBLIC_READS.test(url.pathname) ? "fresh" : "none";
}

/** An answer with when it was kept; `body` where it is kept otherwise than it came. */
async function dated(answer: Response, body?: string): Promise<Response> {
  const headers = new Headers(answer.headers);
  headers.set(STORED_AT, String(Date.now()));
  return new Response(body ?? (await answer.blob()), { status: 200, headers });
}

async function keep(request: Request, answer: Response): Promise<void> {
  if (answer.status !== 200) return;
  const store = await caches.open(STORE);
  await store.put(key(request), await dated(answer));
  const kept = await store.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - STORED_MAX)).map((old) => store.delete(old)));
}

/** The page is the same in the store whatever its query is. */
function key(request: Request): string {
  const url = new URL(request.url);
  return request.mode === "navigate" ? url.origin + url.pathname : request.url;
}

async function stored(request: Request): Promise<Response | undefined> {
  return aged(await caches.match(key(request)));
}

function aged(known: Response | undefined): Response | undefined {
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

/** The form as a copy for everybody: it has no key, and says that it comes from the store. */
export function formCopy(page: string): string {
  return page.replace(/(name="key" value=")[^"]*/, "$1").replace("<html ", "<html data-stored ");
}

/** The form in these languages, the reader's first, and its files, as one set that fits together. */
async function keepForm(languages: string[], origin: string): Promise<void> {
  const store = await caches.open(FORM_STORE);
  const own = () => store.match(`${FORM}?lang=${languages[0]}`);
  const copy = await own();
  if (copy !== undefined && Date.now() - Number(copy.headers.get(STORED_AT)) < FORM_OLD_MS) {
    await store.put(origin + FORM, copy); // the reader may have chosen another language
    return;
  }
  const read = async (path: string): Promise<[string, Response]> => [path, await fetch(path, FOR_EVERYBODY)];
  const list = await fetch(FORM_FILES, FOR_EVERYBODY);
  const files = list.ok ? ((await list.json()) as string[]) : [];
  const answers = await Promise.all([...languages.map((code) => `${FORM}?lang=${code}`), ...files].map(read));
  if (answers.some(([, answer]) => answer.status !== 200)) return; // what was there before stays
  for (const [path, answer] of answers.reverse()) {
    // What a file needs is there before it.
    const form = path.startsWith(FORM);
    await store.put(origin + path, await dated(answer, form ? formCopy(await answer.text()) : undefined));
  }
  const first = await own();
  if (first !== undefined) await store.put(origin + FORM, first);
  const wanted = new Set([FORM, ...answers.map(([path]) => path)].map((path) => origin + path));
  for (const old of await store.keys()) if (!wanted.has(old.url)) await store.delete(old);
}
const FOR_EVERYBODY: RequestInit = { credentials: "omit", cache: "no-cache" };

/** From the network; the copy where there is none, or none that answers. */
async function form(request: Request): Promise<Response> {
  const store = await caches.open(FORM_STORE);
  const known = aged((await store.match(request.url)) ?? (await store.match(request.url, { ignoreSearch: true })));
  if (known === undefined) return fetch(request);
  const late = new Promise<Response>((settle) => setTimeout(() => settle(known), PATIENCE_MS));
  return Promise.race([fetch(request).catch(() => known), late]);
}

async function keepAll(addresses: string[], origin: string): Promise<void> {
  for (const address of addresses) {
    const url = new URL(address, origin);
    const page = url.pathname === "/";
    if (plan("GET", page ? "navigate" : "cors", url, origin) === "none") continue;
    const request = new Request(page ? `${origin}/` : url);
    if ((await stored(request)) === undefined) await fetch(request).then((answer) => keep(request, answer));
  }
}

/** The reports that wait: one sends them, here, whoever asks for it. */
class Sender {
  private readonly keeper = browserKeeper();
  private sending: Promise<boolean> = Promise.resolve(false);

  constructor(private readonly worker: Worker) {}

  async told(word: Word): Promise<Shelf> {
    if ("wait" in word) {
      await wait(this.keeper, word.wait);
      // Where there is no such thing the pages tell when there is a network.
      await this.worker.registration.sync?.register(SYNC).catch(() => undefined);
    }
    if ("drop" in word) {
      await this.keeper.drop("waiting", word.drop);
      await this.keeper.drop("received", word.drop);
    }
    if ("draft" in word) await keepDraft(this.keeper, word.draft, Date.now());
    if ("send" in word) await this.send();
    return shelfOf(this.keeper, Date.now());
  }

  /** Whether something is left that is to be tried again. */
  send(): Promise<boolean> {
    this.sending = this.sending.catch(() => true).then(() => this.sendNow());
    return this.sending;
  }

  private async sendNow(): Promise<boolean> {
    const before = await shelfOf(this.keeper, Date.now());
    if (before.waiting.length === 0) return false;
    const left = await sendAll(this.keeper, Date.now());
    const shelf = await shelfOf(this.keeper, Date.now());
    for (const page of await this.worker.clients.matchAll({ type: "window" })) page.postMessage({ shelf });
    return left;
  }
}

function begin(worker: Worker): void {
  const sender = new Sender(worker);
  const { origin } = worker.location;
  worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
  worker.addEventListener("activate", (event) => {
    const old = caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => ![STORE, FORM_STORE].includes(n)).map((n) => caches.delete(n))));
    event.waitUntil(old.then(() => worker.clients.claim()));
  });
  worker.addEventListener("message", (event) => {
    const word = event.data;
    if ("keep" in word) {
      event.waitUntil(Promise.all([keepAll(word.keep, origin), keepForm(word.form, origin), sender.send()]));
      return;
    }
    const answered = sender.told(word).then(
      (shelf) => event.ports[0]?.postMessage({ shelf }),
      () => event.ports[0]?.postMessage({}),
    );
    event.waitUntil(answered);
  });
  worker.addEventListener("sync", (event) => {
    if (event.tag !== SYNC) return;
    const done = sender.send().then((left) => {
      if (left) throw new Error("not sent yet"); // the browser tries again by itself
    });
    event.waitUntil(done);
  });
  worker.addEventListener("fetch", (event) => {
    const { request } = event;
    const what = plan(request.method, request.mode, new URL(request.url), origin);
    if (what === "none") return;
    event.respondWith(what === "asset" ? asset(request) : what === "form" ? form(request) : fresh(request));
  });
}

if (typeof window === "undefined" && "caches" in globalThis) begin(globalThis as unknown as Worker);
