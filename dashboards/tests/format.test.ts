import { describe, expect, it } from "vitest";
import * as format from "../src/format";
import { useLanguage } from "../src/i18n";

describe("format", () => {
  it("writes spans that a glance takes in", () => {
    const m = 60_000;
    const spans = [0, 45_000, 12 * m, 65 * m, 26 * 60 * m + 5 * m, 75 * 60 * m].map(format.span);
    expect(spans).toEqual(["0 s", "45 s", "12 min", "1 h 05 min", "26 h 05 min", "3 d 3 h"]);
  });

  it("never shows something as nothing", () => {
    expect(format.percent(1, 60_000)).toBe("under 0.1 %");
    expect(format.percent(0, 60_000)).toBe("0 %");
    expect(format.percent(2069, 60_000)).toBe("3.4 %");
    expect(format.percent(78, 100)).toBe("78 %");
    expect(format.percent(1, 0)).toBe("0 %");
  });

  it("tells times in the city's zone, with the day when it is another", () => {
    format.useTimeZone("America/New_York");
    const noon = Date.UTC(2026, 9, 10, 16, 0, 0);
    expect(format.clock(noon)).toBe("12:00");
    expect(format.when(noon, noon + 3_600_000)).toBe("12:00");
    expect(format.when(noon, noon + 48 * 3_600_000)).toBe("Sat, Oct 10, 12:00");
    format.useTimeZone("Not/AZone"); // falls back to the reader's own
    expect(format.clock(noon)).toMatch(/^\d\d:\d\d$/);
  });

  it("names days in the reader's language, also in one that the browser does not know", () => {
    format.useTimeZone("America/New_York");
    const noon = Date.UTC(2026, 8, 21, 16, 0, 0);
    useLanguage("es");
    expect(format.day(noon)).toMatch(/^lun.*21.*sep/);
    expect(format.number(1234)).toBe("1,234");
    useLanguage("ht");
    expect(format.when(noon, noon + 48 * 3_600_000)).toBe("lendi 21 sept., 12:00");
    expect(format.number(1234)).toBe("1,234");
    useLanguage("en");
  });

  it("runs a stopwatch", () => {
    expect([-5, 0, 9_999, 61_000, 3_599_000, 3_661_000].map(format.timer)).toEqual([
      ...["0:00", "0:00", "0:09", "1:01", "59:59", "1:01:01"],
    ]);
  });
});
