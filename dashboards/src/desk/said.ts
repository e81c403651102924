/** What a report without a place said of where it is, as a person reads it. */
import { currentLocale, t, word } from "../i18n";

const POINT = /(^| · )-?\d{1,3}\.\d{5}, -?\d{1,3}\.\d{5}(?= · |$)/;

/** What stands before a number that somebody gave (`core/view.py`). */
const GIVEN = /(^| · )(account|phone|meter|service point) (?=\S)/g;

/** The line of a report: a bare position is a point on the map, and nothing is said so. */
export function placeSaid(said: string): string {
  const given = said.replace(GIVEN, (_, before: string, field: string) => `${before}${fieldName(field)} `);
  return given.replace(POINT, (_, before: string) => before + t("unmatched.point")) || t("unmatched.nothing_said");
}

const fieldName = (field: string): string => word("field", field.replace(" ", "_")).toLocaleLowerCase(currentLocale());
