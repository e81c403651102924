/** What a dispatcher may do with an incident: what is sent, and by what the situation shows it. */
import type { Incident } from "../contract";
import { t } from "../i18n";
import type { Intent } from "./actions";

export type Doing = "confirm" | "restore" | "cancel" | "merge" | "split" | null;

/** Nothing more can be done with it. */
export const done = (incident: Incident | undefined): boolean =>
  incident === undefined || ["restored", "cancelled", "closed"].includes(incident.state);

export function intent(
  doing: NonNullable<Doing>,
  incident: Incident,
  reason: string,
  device: string,
  others: string[],
  receipts: string[],
): Intent {
  const id = incident.id;
  const place = incident.place || id;
  const base = { target: id, path: `incidents/${encodeURIComponent(id)}/${doing}` };
  const at = device.trim() ? { device: device.trim() } : {};
  const now = incident.updated_ms;
  switch (doing) {
    case "confirm":
      return {
        ...base,
        body: { reason, ...at },
        text: t("did.confirm", { place }),
        applied: (desk) => desk.incidents.get(id)?.state !== "predicted",
      };
    case "restore":
      return {
        ...base,
        body: { reason, ...at },
        text: t("did.restore", { place }),
        applied: (desk) => {
          const after = desk.incidents.get(id);
          return done(after) || (after?.state === "partly_restored" && after.updated_ms > now);
        },
      };
    case "cancel":
      return {
        ...base,
        body: { reason },
        text: t("did.cancel", { place }),
        applied: (desk) => done(desk.incidents.get(id)),
      };
    case "merge":
      return {
        ...base,
        body: { incidents: others, reason },
        text: t("did.merge", { place, count: others.length }),
        applied: (desk) => others.every((other) => done(desk.incidents.get(other))),
      };
    case "split":
      return {
        ...base,
        body: { receipts, reason },
        text: t("did.split", { place, count: receipts.length }),
        applied: (desk) => receipts.every((receipt) => desk.reports.get(receipt)?.incident !== id),
      };
  }
}
