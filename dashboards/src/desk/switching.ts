/** What the desk knows of opening and closing devices: what is sent, and what is said. Pure. */
import type { Incident, Switch, SwitchEffect } from "../contract";
import { t } from "../i18n";
import type { Intent } from "./actions";

/** Kinds of devices that people open and close. */
export const SWITCHABLE: ReadonlySet<string> = new Set(["switch", "fuse", "recloser", "breaker", "tie"]);

/** Whether the incident's device can be opened and closed. */
export const switchable = (incident: Incident | undefined): boolean =>
  incident?.device != null && SWITCHABLE.has(incident.device_kind ?? "");

/** Open or close a device. */
export function operate(device: Pick<Switch, "device" | "normally_open">, open: boolean, reason: string): Intent {
  const name = device.device;
  return {
    target: `switch/${name}`,
    path: "switches",
    body: { device: name, open, reason },
    text: t(open ? "did.open" : "did.close", { device: name }),
    seen: device.normally_open ? "open" : "closed", // as usual
  };
}

/** What it would do, in sentences. */
export function effectSaid(effect: SwitchEffect): string[] {
  const feeders = effect.feeders.join(", ");
  const said = [
    effect.dark ? t("switch.dark", { count: effect.dark }) : "",
    effect.fed ? t("switch.fed", { count: effect.fed, feeders }) : "",
    effect.moved ? t("switch.moved", { count: effect.moved, feeders }) : "",
    effect.parallel ? t("switch.parallel") : "",
  ].filter(Boolean);
  return said.length ? said : [t("switch.nobody")];
}

/** The last operated first. */
export const lastFirst = (switches: Iterable<Switch>): Switch[] =>
  [...switches].sort((a, b) => (b.since_ms ?? 0) - (a.since_ms ?? 0) || (a.device < b.device ? -1 : 1));
