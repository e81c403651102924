import { describe, expect, it } from "vitest";
import { reportOf } from "../src/report";

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

describe("reportOf", () => {
  it("leaves out what was not given", () => {
    expect(reportOf(form({ symptom: "lights_out", address: " 12 Elm St ", note: "", phone: " " }))).toEqual({
      symptom: "lights_out",
      address: "12 Elm St",
    });
  });

  it("sends a place only as a pair of numbers", () => {
    const given = { symptom: "tree", latitude: "30.4", longitude: "-84.2", medical: "yes" };
    expect(reportOf(form(given))).toEqual({ symptom: "tree", latitude: 30.4, longitude: -84.2, medical: true });
    expect(reportOf(form({ symptom: "tree", latitude: "30.4" }))).toEqual({ symptom: "tree" });
  });
});
