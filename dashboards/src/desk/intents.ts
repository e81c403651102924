/** What a dispatcher may do with an incident: what is sent. */
import type { Incident } from "../contract";
import { t } from "../i18n";
import { placeOf } from "../sentence";
import type { Intent } from "./actions";

export type Doing = "confirm" | "restore" | "cancel" | "merge" | "split" | "seen-closed" | "service-only" | null;

/** A prediction of electricity out that people have not made their own: the field may speak against it. */
export const arguable = (incident: Incident | undefined): boolean =>
  incident?.state === "predicted" && incident.utility === "electric" && !incident.switched;

export function intent(
  doing: NonNullable<Doing>,
  incident: Incident,
  reason: string,
  device: string,
  others: string[],
  receipts: string[],
): Intent {
  const id = incident.id;
  const place = placeOf(incident) || id;
  const base = { target: id, path: `incidents/${encodeURIComponent(id)}/${doing}` };
  const at = device.trim() ? { device: device.trim() } : {};
  switch (doing) {
    case "confirm":
      return { ...base, body: { reason, ...at }, text: t("did.confirm", { place }) };
    case "restore":
      return { ...base, body: { reason, ...at }, text: t("did.restore", { place }), seen: incident.updated_ms };
    case "cancel":
      return { ...base, body: { reason }, text: t("did.cancel", { place }) };
    case "merge":
      return { ...base, body: { incidents: others, reason }, text: t("did.merge", { place, count: others.length }) };
    case "split":
      return { ...base, body: { receipts, reason }, text: t("did.split", { place, count: receipts.length }) };
    case "seen-closed": {
      const seen = incident.device ?? "";
      return { ...base, body: { device: seen, reason }, text: t("did.seen-closed", { device: seen, place }), seen };
    }
    case "service-only":
      return { ...base, body: { receipt: receipts[0] ?? "", reason }, text: t("did.service-only", { place }) };
  }
}
