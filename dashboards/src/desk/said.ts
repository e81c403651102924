/** What a report without a place said of where it is, as a person reads it. */
import { t } from "../i18n";

const POINT = /(^| · )-?\d{1,3}\.\d{5}, -?\d{1,3}\.\d{5}(?= · |$)/;

/** The line of a report: a bare position is a point on the map, and nothing is said so. */
export function placeSaid(said: string): string {
  return said.replace(POINT, (_, before: string) => before + t("unmatched.point")) || t("unmatched.nothing_said");
}
