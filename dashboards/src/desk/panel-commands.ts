/** What the open panel offers, as commands: its buttons, its links, and the fields of its forms. */
import { t } from "../i18n";
import type { Command } from "./commands";

/** More of them than this are reached by typing less: the first ones are the panel's own, the rest are its rows. */
const OFFERED_MAX = 40;
const OFFERS = "button:not([disabled]), a[href], input:not([type=hidden], [disabled]), select, textarea";

const said = (element: Element): string => {
  const copy = element.cloneNode(true) as Element;
  for (const part of copy.querySelectorAll("kbd, svg, [aria-hidden=true]")) part.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
};

/** What it is called: the name that a screen reader gives it, or near enough. */
export function nameOf(element: Element): string {
  const given = element.getAttribute("aria-label") ?? "";
  if (given !== "") return given;
  if (element.matches("input, select, textarea")) {
    const label = (element as HTMLInputElement).labels?.[0];
    const name = label?.querySelector("span") ?? label;
    return name ? said(name) : (element.getAttribute("placeholder") ?? "");
  }
  return said(element);
}

/** Those in sight, each name once. A button is pressed; a field is gone to. */
export function panelCommands(panel: Element | null): Command[] {
  const commands = new Map<string, Command>();
  for (const element of panel?.querySelectorAll<HTMLElement>(OFFERS) ?? []) {
    const name = nameOf(element);
    if (name === "" || element.getClientRects().length === 0) continue;
    const press = element.matches("button, a, input[type=checkbox], input[type=radio]");
    const label = t(press ? "command.press" : "command.field", { name });
    if (commands.has(label)) continue;
    const run = () => {
      element.focus();
      if (press) element.click();
    };
    commands.set(label, { id: `panel.${commands.size}`, label, run });
    if (commands.size === OFFERED_MAX) break;
  }
  return [...commands.values()];
}
