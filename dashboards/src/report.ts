/**
 * Makes the report form kinder where there is JavaScript: the phone's location, sending without
 * leaving the page, a receipt that can be copied, and a form that works without a network. The form and
 * its words come from the server and work without any of this; whatever fails here falls back to the plain form.
 */
import { ApiError, newKey, sendReport, type Received, Unreachable } from "./api";
import type { Problem } from "./contract";
import { t, useLanguage, word } from "./i18n";
import { span } from "./format";
import { empty, Outbox, Shelves } from "./report-offline";
import style from "./styles/report.css?url";

const TEXTS = ["address", "landmark", "account", "phone", "meter", "service_point", "note", "callback"] as const;
const LOCATE_MS_MAX = 15_000;
const TRIES_MAX = 4;
const WAIT_S_MAX = 30;

/** The report as the API takes it; empty fields are left out. */
export function reportOf(form: FormData): Record<string, unknown> {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const body: Record<string, unknown> = { symptom: text("symptom") };
  for (const name of TEXTS) if (text(name)) body[name] = text(name);
  if (text("latitude") && text("longitude")) {
    body.latitude = Number(text("latitude"));
    body.longitude = Number(text("longitude"));
  }
  if (text("medical")) body.medical = true;
  return body;
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function hidden(form: HTMLFormElement, name: string): HTMLInputElement {
  const found = form.querySelector<HTMLInputElement>(`input[type=hidden][name=${name}]`);
  if (found !== null) return found;
  const made = element("input", { type: "hidden", name });
  form.append(made);
  return made;
}

/** A button that fills in where this phone is. */
function addLocation(form: HTMLFormElement): void {
  const address = form.querySelector<HTMLInputElement>("input[name=address]");
  if (address === null || !("geolocation" in navigator)) return;
  const button = element("button", { type: "button", class: "locate" }, t("form.here"));
  const note = element("span", { class: "hint", role: "status" });
  button.addEventListener("click", () => {
    note.textContent = t("form.here_busy");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        hidden(form, "latitude").value = coords.latitude.toFixed(6);
        hidden(form, "longitude").value = coords.longitude.toFixed(6);
        note.textContent = t("form.here_done", { metres: Math.round(coords.accuracy) });
      },
      () => {
        note.textContent = t("form.here_failed");
      },
      { enableHighAccuracy: true, timeout: LOCATE_MS_MAX, maximumAge: 60_000 },
    );
  });
  (address.closest(".field") ?? address).after(element("div", { class: "field" }, button, note));
}

/** Says what is wrong beside each field that the server named. */
function showProblem(form: HTMLFormElement, problem: Problem): void {
  for (const old of form.querySelectorAll(".error")) old.remove();
  for (const old of form.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  let first: HTMLElement | null = null;
  for (const { field, detail } of problem.errors ?? []) {
    const input = form.querySelector<HTMLElement>(`[id="${CSS.escape(field)}"], [name="${CSS.escape(field)}"]`);
    if (input === null) continue;
    input.setAttribute("aria-invalid", "true");
    const typed = (input as HTMLInputElement).value?.trim() && field !== "note" && field !== "symptom";
    const said = word("form_wrong", typed ? "too_long" : field);
    const known = said !== field.replaceAll("_", " ");
    input.after(element("span", { class: "error", id: `${field}-error` }, known ? said : detail));
    input.setAttribute("aria-describedby", `${field}-error`);
    first ??= input;
  }
  first?.focus();
}

/** What to do until help comes, in the page's language: it stands on the chosen card. */
function adviceOf(form: HTMLFormElement): string {
  const card = form.querySelector("input[name=symptom]:checked")?.closest("label");
  const medical = form.querySelector<HTMLInputElement>("input[name=medical]")?.checked;
  const sentences = [card?.querySelector(".now")?.textContent ?? "", medical ? t("advice.medical") : ""];
  return sentences.filter(Boolean).join(" ");
}

/** The receipt in the form's place: large, and easy to keep. */
function showReceipt(form: HTMLFormElement, received: Received): void {
  const heading = element("h2", { tabindex: "-1" }, t("form.thanks"));
  const number = element("output", { class: "receipt" }, received.receipt);
  const copy = element("button", { type: "button" }, t("form.copy"));
  copy.addEventListener("click", () => {
    navigator.clipboard.writeText(received.receipt).then(
      () => {
        copy.textContent = t("form.copied");
      },
      () => getSelection()?.selectAllChildren(number),
    );
  });
  const follow = element(
    "a",
    { class: "follow", href: `/r/${encodeURIComponent(received.receipt)}` },
    t("form.follow"),
  );
  const block = element(
    "section",
    { class: "done" },
    heading,
    number,
    element("div", { class: "row" }, copy, follow),
    element("p", {}, t("form.keep")),
    element("p", {}, element("a", { href: "/report" }, t("form.another"))),
  );
  const advice = adviceOf(form);
  if (advice) block.append(element("p", { class: "advice", role: "alert" }, advice));
  document.body.classList.add("is-done");
  form.replaceWith(block);
  scrollTo({ top: 0 });
  heading.focus();
}

/**
 * Send; where the platform is too busy, send the same again when it says so: it counts once.
 * After `TRIES_MAX` the person decides, with everything typed still there.
 */
async function send(intake: string, key: string, body: object, note: HTMLElement): Promise<Received> {
  for (let tried = 1; ; tried++) {
    try {
      return await sendReport(intake, key, body);
    } catch (error) {
      const busy = error instanceof ApiError && (error.status === 429 || error.status === 503);
      if (!busy || tried >= TRIES_MAX) throw error;
      const wait = Math.min(WAIT_S_MAX, Math.max(1, error.retryAfterSeconds)) * 1000;
      note.textContent = t("form.again", { span: span(wait) });
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** A key that the browser makes, for one report: whoever sends it, from wherever, it counts once. */
const reportKey = (): string => (typeof crypto.randomUUID === "function" ? `form:${crypto.randomUUID()}` : newKey());

function enhance(form: HTMLFormElement): void {
  addLocation(form);
  const intake = new URL(form.action).origin;
  let key = reportKey();
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const label = button?.textContent ?? "";
  const note = element("p", { class: "error", role: "alert" });
  button?.before(note);
  let said = "";
  const shelves = new Shelves(form, (refused) => showProblem(form, refused as Problem));
  const outbox = new Outbox((shelf) => shelves.show(shelf));
  shelves.connect(outbox);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = reportOf(new FormData(form));
    // The same words sent again are the same report; corrected words are another one.
    if (said !== "" && said !== JSON.stringify(body)) key = reportKey();
    said = JSON.stringify(body);
    note.textContent = "";
    if (button !== null) {
      button.disabled = true;
      button.textContent = t("form.sending");
    }
    send(intake, key, body, note)
      .then((received) => {
        void outbox.drafted(null);
        shelves.sent();
        showReceipt(form, received);
      })
      .catch(async (error: unknown) => {
        if (error instanceof ApiError && error.status === 422) {
          note.textContent = t("form.wrong");
          showProblem(form, error.problem);
          return;
        }
        const url = `${intake}/api/v1/reports`;
        const waits = error instanceof Unreachable && (await outbox.wait({ key, url, body, advice: adviceOf(form) }));
        if (!waits) {
          note.textContent = t("form.failed");
          return;
        }
        // It has left this form, with its key: what is typed next is another report.
        empty(form);
        shelves.sent();
        [key, said] = [reportKey(), ""];
        shelves.focus();
      })
      .finally(() => {
        if (button === null) return;
        button.disabled = false;
        button.textContent = label;
      });
  });
}

if (typeof document !== "undefined") {
  const form = document.querySelector<HTMLFormElement>('form[method="post"][action$="/report"]');
  if (form !== null) {
    useLanguage(document.documentElement.lang); // the server has chosen it
    document.head.append(element("link", { rel: "stylesheet", href: style }));
    enhance(form);
  }
}
