/** The desk's keys. Keys typed into a field belong to the field, except Escape. */
import { singleKeys } from "./commands";

export interface KeyMap {
  [key: string]: () => void;
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Keys that work also where single keys are turned off: they are not letters. */
const ALWAYS = new Set(["Escape", "Enter", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", " "]);
/** What these keys do by themselves to what has the focus. */
const OWN: Record<string, string> = { Enter: "button, a, summary", " ": "button, a, summary, input, select" };

export function listenKeys(keys: () => KeyMap, onPalette: () => void): () => void {
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (document.querySelector("dialog[open]") === null) onPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") !== null) return; // a dialog has its own keys
    if (typing(event.target) && event.key !== "Escape") return;
    const own = OWN[event.key];
    if (own !== undefined && event.target instanceof HTMLElement && event.target.closest(own)) return;
    if (!singleKeys() && !ALWAYS.has(event.key)) return;
    const action = keys()[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
