import { describe, expect, it } from "vitest";
import { inLanguage, isOld, several } from "../src/transit-told";

describe("alerts of the buses", () => {
  it("know an old feed from its time on, and one that was never heard", () => {
    expect(isOld(null, 5)).toBe(false);
    const feed = { name: "x", as_of_ms: 1, old_from_ms: 5 };
    expect([4, 5].map((nowMs) => isOld(feed, nowMs))).toEqual([false, true]);
    expect(isOld({ name: "x", as_of_ms: null, old_from_ms: null }, 0)).toBe(true);
  });

  it("are in the reader's language, else in English, else in any", () => {
    expect(inLanguage({ en: "e", es: "s" }, "es")).toEqual({ lang: "es", text: "s" });
    expect(inLanguage({ fr: "f", en: "e" }, "ht")).toEqual({ lang: "en", text: "e" });
    expect(inLanguage({ fr: "f" }, "ht")).toEqual({ lang: "fr", text: "f" });
    expect(inLanguage({}, "ht")).toBeNull();
  });

  it("name the first few of many", () => {
    expect(several(["4", "7"])).toBe("4, 7");
    expect(several([..."123456789ab"])).toBe("1, 2, 3, 4, 5, 6, 7, 8 (+3)");
  });
});
