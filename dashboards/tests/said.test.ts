import { expect, test } from "vitest";
import { addMessages, t, useLanguage } from "../src/i18n";
import { desk } from "../src/messages/desk";
import { useStaffLanguage } from "../src/messages/staff";
import { placeSaid } from "../src/desk/said";

addMessages("en", desk);

test("what was given instead of a place is named in the reader's language", async () => {
  await useStaffLanguage("es");
  expect(placeSaid("account 7 · service point E-P1 · phone")).toBe("cuenta 7 · punto de servicio E-P1 · phone");
  useLanguage("en");
});

test("a bare position is told as a point on the map, and what was said beside it stays", () => {
  expect(placeSaid("30.16473, -84.66617")).toBe("a point on the map, no address");
  expect(placeSaid("30.16473, -84.66617 · by the mill")).toBe("a point on the map, no address · by the mill");
  expect(placeSaid("phone 1 · 30.16473, -84.66617")).toBe("phone 1 · a point on the map, no address");
  expect(placeSaid("12.5, the old road")).toBe("12.5, the old road");
  expect(placeSaid("")).toBe(t("unmatched.nothing_said"));
});
