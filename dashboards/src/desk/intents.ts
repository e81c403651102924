/** What a dispatcher may do with an incident: what is sent. */
import type { Incident } from "../contract";
import { t } from "../i18n";
import type { Intent } from "./actions";

export type Doing = "confirm" | "restore" | "cancel" | "merge" | "split" | null;

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
  }
}
