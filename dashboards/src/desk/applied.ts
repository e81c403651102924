/**
 * By what the situation shows that an action was applied. It is told from what is kept of the action alone: one whose
 * answer was lost is known as applied after a reload too.
 */
import type { Incident, Mode } from "../contract";
import type { Desk } from "./store";

export interface Decided {
  path: string;
  body: object;
  /** What it is about: an incident's id, a receipt, a switch or a sighting. */
  target: string;
  /** What was known of it when it was decided, where only a change of that tells, or what is usual. */
  seen?: string | number;
  /** Its own id, once it is sent. */
  action?: string;
}

/** Nothing more can be done with it. */
export const done = (incident: Incident | undefined): boolean =>
  incident === undefined || ["restored", "cancelled", "closed"].includes(incident.state);

export function applied(desk: Desk, { path, body, target, seen, action }: Decided): boolean {
  if (desk.feed.replica.n < 0) return false; // nothing is known yet
  const incident = desk.incidents.get(target);
  const said = body as {
    incidents?: string[];
    receipts?: string[];
    receipt?: string;
    mode?: Mode;
    reason?: string;
    device?: string;
    open?: boolean;
    sighting?: string;
  };
  switch (path.split("/").at(-1)) {
    case "confirm":
      return incident?.state !== "predicted";
    case "restore":
      return done(incident) || (incident?.state === "partly_restored" && incident.updated_ms > Number(seen));
    case "cancel":
      return done(incident);
    case "merge":
      return said.incidents?.every((other) => done(desk.incidents.get(other))) ?? true;
    case "split":
      return said.receipts?.every((receipt) => desk.reports.get(receipt)?.incident !== target) ?? true;
    case "seen-closed":
    case "service-only": // What becomes of its incident others may have done.
      return desk.sightings.has(action ?? "");
    case "place":
      return seen === undefined
        ? !desk.unmatched.has(target)
        : JSON.stringify(desk.reports.get(target) ?? null) !== seen;
    case "withdraw":
      return !desk.unmatched.has(target) && !desk.reports.has(target);
    case "acknowledge":
      return (desk.safety.get(target)?.state ?? "acknowledged") === "acknowledged";
    case "mode":
      return desk.mode?.mode === said.mode && desk.mode?.reason === said.reason;
    case "retractions":
      return !desk.sightings.has(said.sighting ?? "");
    case "switches": // The situation shows those that are not as usual.
      return (desk.switches.get(said.device ?? "")?.open ?? seen === "open") === said.open;
    default:
      return false;
  }
}
