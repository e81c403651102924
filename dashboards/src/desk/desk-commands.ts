/** The desk's own commands: every one of its actions, as the palette names them. */
import type { Incident, Mark, Sighting } from "../contract";
import * as format from "../format";
import { currentLanguage, type MessageKey, OWN_NAMES, t, word } from "../i18n";
import { placeOf } from "../sentence";
import { type Command, singleKeys, toggleSingleKeys } from "./commands";
import { done } from "./applied";
import { arguable } from "./intents";
import type { KeyMap } from "./keys";
import { acceptIncident, largest } from "./select";
import { TAB } from "./side";
import { sightingSaid } from "./sightings";
import type { Desk } from "./store";
import type { TimeMachine } from "./time-machine";

/** Incidents that the palette offers by their place. */
const PLACES_MAX = 5;

export interface Situation {
  mayAct: boolean;
  incident: Incident | undefined;
  /** A safety report waits. */
  waiting: boolean;
  /** An action can still be called back. */
  held: boolean;
  clear: () => void;
  sound: () => void;
  machine: TimeMachine;
  /** Devices that are not as they normally are. */
  abnormal: readonly string[];
  onDevice: (device: string) => void;
  /** What the field saw closed, the latest first. */
  sightings: readonly Sighting[];
  onRetract: (action: string) => void;
  /** The city's. */
  languages: readonly string[];
}

/** The same page in another language; the server remembers the choice. */
const speak = (code: string): void => location.assign(`?lang=${encodeURIComponent(code)}${location.hash}`);

/** The keys of the past, beside the desk's own. */
export const pastKeys = (machine: TimeMachine): KeyMap => ({
  ArrowLeft: () => void machine.step(-1),
  ArrowRight: () => void machine.step(1),
  " ": () => machine.toggle(),
  Home: () => void machine.first(),
  End: () => void machine.last(),
  f: () => machine.faster(),
});

/** What a mark stands for, in words. */
export function markSaid(mark: Mark): string {
  const time = format.clock(mark.at_ms);
  if (mark.kind === "mode") return t("past.mark_mode", { time, mode: word("mode_name", mark.mode) });
  return t("past.mark_incident", { time, incident: mark.incident, count: mark.customers });
}

function pastCommands(machine: TimeMachine, keys: KeyMap): Command[] {
  if (!machine.on) return [{ id: "past.enter", label: t("past.enter"), key: "p", run: () => keys.p?.() }];
  const table: [string, MessageKey][] = [
    ["Escape", "past.leave"],
    [" ", machine.playing ? "past.pause" : "past.play"],
    ["ArrowLeft", "past.previous"],
    ["ArrowRight", "past.next"],
    ["Home", "past.first"],
    ["End", "past.last"],
    ["f", "past.faster"],
  ];
  const commands = table.map(([key, label]): Command => ({ id: label, label: t(label), run: () => keys[key]?.() }));
  const marks = machine.marks.map((mark): Command => {
    return { id: `past.mark.${mark.n}`, label: markSaid(mark), run: () => void machine.enter({ n: mark.n }) };
  });
  return [...commands, ...marks];
}

/** Those that can be done now. Each does what its key does. */
export function deskCommands(keys: KeyMap, now: Situation): Command[] {
  const { mayAct, incident } = now;
  const open = incident !== undefined && !done(incident) && !incident.switched;
  const table: [string, MessageKey, boolean][] = [
    ["h", "command.customer", true],
    ["n", "keys.entry", mayAct],
    ["g", "command.next", true],
    ["a", "do.acknowledge_title", mayAct && now.waiting],
    ["u", "undo.last", now.held],
    ["c", "do.confirm_title", mayAct && incident?.state === "predicted"],
    ["r", "do.restore_title", mayAct && open],
    ["m", "do.merge_title", mayAct && open],
    ["s", "do.split_title", mayAct && open],
    ["x", "do.cancel_title", mayAct && open],
    ["d", "do.seen-closed_title", mayAct && arguable(incident) && incident?.device !== null],
    ["e", "do.service-only_title", mayAct && arguable(incident)],
    ["w", "switch.title", mayAct],
    ["b", "keys.normal", mayAct && now.abnormal.length > 0],
    ["v", "sighting.retract_title", mayAct && now.sightings.length > 0],
    ["!", "keys.safety", true],
    ["o", "keys.mode", mayAct],
    ["/", "command.filter", true],
    ["j", "keys.next", true],
    ["k", "keys.previous", true],
    ["Enter", "keys.open", true],
    ["Escape", "keys.back", true],
    ["z", "keys.zoom", true],
    ["0", "keys.city", true],
    ["t", "keys.theme", true],
    ["?", "keys.help", true],
  ];
  const commands = table
    .filter(([, , possible]) => possible)
    .map(([key, label]): Command => ({ id: label, label: t(label), key, run: () => keys[key]?.() }));
  for (const [name, number] of Object.entries(TAB)) {
    const label = t("command.tab", { name: t(`tab.${name as keyof typeof TAB}`) });
    commands.push({ id: `tab.${name}`, label, key: String(number), run: () => keys[String(number)]?.() });
  }
  const plain: [MessageKey, () => void][] = [
    ["command.clear", now.clear],
    ["command.sound", now.sound],
    ["command.wall", () => void globalThis.open("/wall", "_blank", "noopener")],
    [singleKeys() ? "command.keys_off" : "command.keys_on", toggleSingleKeys],
  ];
  for (const [label, run] of plain) commands.push({ id: label, label: t(label), run });
  for (const code of now.languages.filter((each) => each !== currentLanguage())) {
    const label = t("command.language", { name: OWN_NAMES[code] ?? code });
    commands.push({ id: `language.${code}`, label, run: () => speak(code) });
  }
  for (const device of mayAct ? now.abnormal : []) {
    const label = t("switch.normal_of", { device });
    commands.push({ id: `switch.${device}`, label, run: () => now.onDevice(device) });
  }
  for (const sighting of mayAct ? now.sightings : []) {
    const label = t("did.retract", { what: sightingSaid(sighting) });
    commands.push({ id: `sighting.${sighting.action}`, label, run: () => now.onRetract(sighting.action) });
  }
  return [...commands, ...pastCommands(now.machine, keys)];
}

/** The largest incidents that fit what is typed. */
export function goTo(desk: Desk, text: string, onIncident: (id: string) => void): Command[] {
  const fits = acceptIncident({ text, states: new Set(), utility: "", sort: "customers" });
  const found = largest(
    (function* () {
      for (const incident of desk.incidents.values()) if (fits(incident)) yield incident;
    })(),
    PLACES_MAX,
  );
  return found.map((incident) => ({
    id: `incident.${incident.id}`,
    label: t("palette.incident", { place: placeOf(incident) || incident.id, count: incident.customers_out }),
    run: () => onIncident(incident.id),
  }));
}
