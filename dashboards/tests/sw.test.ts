import { describe, expect, it } from "vitest";
import { formCopy, plan } from "../src/sw";

const ORIGIN = "https://outages.example";
const of = (path: string, mode = "cors", method = "GET") => plan(method, mode, new URL(path, ORIGIN), ORIGIN);

describe("the service worker", () => {
  it("keeps the map's page and what everybody may read", () => {
    expect(of("/", "navigate")).toBe("fresh");
    expect(of("/?lang=ht", "navigate")).toBe("fresh");
    expect(of("/public/current.json")).toBe("fresh");
    expect(of("/api/v1/map/areas.geojson")).toBe("fresh");
    expect(of("/assets/index-abc12345.js")).toBe("asset");
    expect(of("/public/f/0123.json")).toBe("asset");
  });

  it("keeps nothing about one person and nothing of staff", () => {
    for (const path of ["/r/01234567890123", "/mine", "/desk", "/sign-in", "/report/messages"]) {
      expect(of(path, "navigate")).toBe("none");
    }
    for (const path of [
      "/api/v1/reports/1",
      "/api/v1/desk/snapshot",
      "/api/v1/session",
      "/api/v1/map/network.geojson",
    ]) {
      expect(of(path)).toBe("none");
    }
    expect(of("/api/v1/public/area?address=1+A+St")).toBe("none");
  });

  it("has a copy of the report form where there is no network, without anybody's key", () => {
    expect(of("/report", "navigate")).toBe("form");
    expect(of("/report?lang=es", "navigate")).toBe("form");
    expect(of("/assets/report.js")).toBe("form"); // its name stays the same when it changes
    expect(of("/assets/report-abc12345.css")).toBe("asset");
    expect(of("/report")).toBe("none");
    const page =
      '<!doctype html><html lang="es"><input type="hidden" name="key" value="abc_-9"><input name="lang" value="es">';
    expect(formCopy(page)).toBe(
      '<!doctype html><html data-stored lang="es"><input type="hidden" name="key" value=""><input name="lang" value="es">',
    );
  });

  it("answers no writes and no other origin", () => {
    expect(of("/api/v1/public/premise", "cors", "POST")).toBe("none");
    expect(of("/public/f/0123.json?past")).toBe("none");
    expect(of("/public/f/0123.json")).toBe("asset");
    expect(plan("GET", "cors", new URL("https://elsewhere.example/assets/a.js"), ORIGIN)).toBe("none");
  });
});
