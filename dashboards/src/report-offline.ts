/**
 * The report form without a network: what is typed is kept, what is sent waits, and each says so. The worker (`sw.ts`)
 * keeps and sends; here it is shown. Its words stand hidden in the form's page, in the page's language.
 */
import type { Told, Word } from "./sw";
import type { Shelf, Waiting } from "./waiting";

const DRAFT_MS = 400;
const ANSWER_MS = 10_000;

/** Asks the worker. Where there is none (an old browser, plain HTTP), nothing is kept and nothing waits. */
export class Outbox {
  private readonly worker: Promise<ServiceWorker | null>;

  constructor(private readonly changed: (shelf: Shelf) => void) {
    this.worker = "serviceWorker" in navigator ? this.begin().catch(() => null) : Promise.resolve(null);
  }

  private async begin(): Promise<ServiceWorker | null> {
    navigator.serviceWorker.addEventListener("message", (event: MessageEvent<Told>) => this.changed(event.data.shelf));
    const offline = document.documentElement.dataset.stored !== undefined;
    if (!offline) await navigator.serviceWorker.register("/sw.js");
    const worker = (await navigator.serviceWorker.ready).active;
    worker?.postMessage({ keep: [], form: languages() } satisfies Word);
    addEventListener("online", () => void this.ask({ send: true }));
    setTimeout(() => void this.ask({ look: true }));
    return worker;
  }

  /** What waits then; null where it could not be kept. */
  async ask(word: Word): Promise<Shelf | null> {
    const late = new Promise<null>((settle) => setTimeout(() => settle(null), ANSWER_MS));
    const worker = await Promise.race([this.worker, late]);
    if (worker === null) return null;
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise<Shelf | null>((settle) => {
      port1.onmessage = (event: MessageEvent<Partial<Told>>) => settle(event.data.shelf ?? null);
    });
    worker.postMessage(word, [port2]);
    const shelf = await Promise.race([answered, late]);
    if (shelf !== null) this.changed(shelf);
    return shelf;
  }

  /** Whether the worker has it on its disk. */
  async wait(one: Omit<Waiting, "sinceMs">): Promise<boolean> {
    return (await this.ask({ wait: { ...one, sinceMs: Date.now() } })) !== null;
  }

  async drafted(draft: Record<string, string> | null): Promise<void> {
    await this.ask({ draft });
  }
}

/** The form's languages, the reader's first. */
function languages(): string[] {
  const offered = [...document.querySelectorAll<HTMLAnchorElement>(".languages a[hreflang]")].map((a) => a.hreflang);
  const own = document.documentElement.lang;
  return [own, ...offered.filter((code) => code !== own)];
}

/** What waits and what was received, above the form; and what was typed before, in it. */
export class Shelves {
  private readonly place: HTMLElement | null;
  private outbox: Outbox | null = null;
  private first = true;
  /** What waited, and is in the form again. */
  private taken = "";

  constructor(
    private readonly form: HTMLFormElement,
    private readonly refused: (problem: unknown) => void,
  ) {
    this.place = document.getElementById("shelf");
    const none = document.getElementById("no-network");
    const tell = () => {
      if (none !== null) none.hidden = navigator.onLine && document.documentElement.dataset.stored === undefined;
    };
    tell();
    addEventListener("offline", tell);
    addEventListener("online", () => {
      delete document.documentElement.dataset.stored;
      tell();
    });
  }

  connect(outbox: Outbox): void {
    this.outbox = outbox;
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.form.addEventListener("input", () => {
      const none = document.getElementById("no-network");
      if (none === null || none.hidden) return; // with a network nothing is kept
      clearTimeout(timer);
      timer = setTimeout(() => void outbox.drafted(fieldsOf(this.form)), DRAFT_MS);
    });
    this.form.addEventListener("submit", () => clearTimeout(timer)); // what was sent is no draft
  }

  show(shelf: Shelf): void {
    if (this.place === null) return;
    if (this.first && shelf.draft !== null) fill(this.form, shelf.draft);
    this.first = false;
    const again = shelf.waiting.find((one) => shelf.again.includes(one.key));
    // What is being typed is not written over.
    if (again !== undefined && Object.keys(fieldsOf(this.form)).length === 0) this.again(again);
    const sections = [
      ...shelf.waiting
        .filter((one) => one.key !== this.taken)
        .map((one) => this.section("waiting", one.key, one.advice, "")),
      ...shelf.received.map((one) => this.section("received", one.key, one.advice, one.receipt)),
    ];
    this.place.replaceChildren(...sections);
  }

  /** To what has just been said. */
  focus(): void {
    scrollTo({ top: 0 });
    this.place?.querySelector<HTMLElement>("h2")?.focus();
  }

  /** It was not taken as it is, or is too old to be sent unasked: back into the form, until that is sent. */
  private again(one: Waiting): void {
    this.taken = one.key;
    const body = Object.entries(one.body).map(([name, value]) => [name, value === true ? "yes" : String(value)]);
    fill(this.form, Object.fromEntries(body) as Record<string, string>);
    const late = document.getElementById("late");
    if (one.problem !== undefined) this.refused(one.problem);
    else if (late !== null) late.hidden = false;
    document.querySelector("#late [data-do=drop]")?.addEventListener("click", () => {
      empty(this.form);
      if (late !== null) late.hidden = true;
      this.sent();
    });
  }

  /** What is in the form has left it: what it was made of waits no more. */
  sent(): void {
    if (this.taken !== "") void this.outbox?.ask({ drop: this.taken });
    this.taken = "";
  }

  private section(name: "waiting" | "received", key: string, advice: string, receipt: string): HTMLElement {
    const template = document.getElementById(`shelf-${name}`) as HTMLTemplateElement;
    const made = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    made.dataset.key = key;
    for (const place of made.querySelectorAll(".receipt")) place.textContent = receipt;
    for (const link of made.querySelectorAll<HTMLAnchorElement>("a.follow"))
      link.href = `/r/${encodeURIComponent(receipt)}`;
    for (const place of made.querySelectorAll<HTMLElement>(".advice")) {
      place.textContent = advice;
      place.hidden = advice === "";
    }
    made.querySelector("[data-do=send]")?.addEventListener("click", () => void this.outbox?.ask({ send: true }));
    made.querySelector("[data-do=drop]")?.addEventListener("click", () => void this.outbox?.ask({ drop: key }));
    return made;
  }
}

const HIDDEN = new Set(["key", "lang"]);
/** A place that was pointed at; it has no field that is seen. */
const POINTED = ["latitude", "longitude", "service_point"];

/** For another report: a reset leaves what a script put in. */
export function empty(form: HTMLFormElement): void {
  form.reset();
  for (const name of POINTED) form.querySelector(`input[type=hidden][name=${name}]`)?.remove();
  for (const note of form.querySelectorAll("[role=status]")) note.textContent = "";
}

function fieldsOf(form: HTMLFormElement): Record<string, string> {
  const typed = [...new FormData(form)].filter(([name, value]) => !HIDDEN.has(name) && String(value) !== "");
  return Object.fromEntries(typed.map(([name, value]) => [name, String(value)]));
}

/** Put what was typed back. */
function fill(form: HTMLFormElement, fields: Record<string, string>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (HIDDEN.has(name)) continue;
    const inputs = form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(`[name="${CSS.escape(name)}"]`);
    for (const input of inputs) {
      if (input instanceof HTMLInputElement && ["radio", "checkbox"].includes(input.type)) {
        input.checked = input.value === value;
      } else input.value = value;
    }
    if (inputs.length === 0 && POINTED.includes(name)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
  }
}
