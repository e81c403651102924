/** The desk's keys. Keys typed into a field belong to the field, except Escape. */
export interface KeyMap {
  [key: string]: () => void;
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export function listenKeys(keys: () => KeyMap): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") !== null) return; // a dialog has its own keys
    if (typing(event.target) && event.key !== "Escape") return;
    if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.closest("button, a, summary"))
      return;
    const action = keys()[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
