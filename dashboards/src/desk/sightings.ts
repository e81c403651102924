/** What the field saw closed: how it is said, and how it is taken back. Pure. */
import type { Sighting } from "../contract";
import { t } from "../i18n";
import type { Intent } from "./actions";

export const sightingSaid = (sighting: Sighting): string =>
  sighting.incident === null
    ? t("sighting.closed", { device: sighting.devices[0] ?? "" })
    : t("sighting.house", { incident: sighting.incident });

/** It counts no more. */
export const retract = (sighting: Sighting, reason: string): Intent => ({
  target: `sighting/${sighting.action}`,
  path: "retractions",
  body: { sighting: sighting.action, reason },
  text: t("did.retract", { what: sightingSaid(sighting) }),
});

/** The latest first. */
export const latestFirst = (sightings: Iterable<Sighting>): Sighting[] =>
  [...sightings].sort((a, b) => b.at_ms - a.at_ms || (a.action < b.action ? -1 : 1));
