import { afterEach, describe, expect, it } from "vitest";
import { addMessages, fromServer, useLanguage } from "../src/i18n";
import { desk } from "../src/messages/desk";
import { useStaffLanguage } from "../src/messages/staff";
import { told } from "../src/sentence";

addMessages("en", desk);

afterEach(() => useLanguage("en"));

const shares = { key: "shares", args: { kind: "transformer", device: "T-7" } };
const pace = { key: "share_out", args: { count: 24_000, share: "40.0%" } };

describe("a sentence of the core", () => {
  it("is said in the reader's language, the words of the contract small", async () => {
    expect(told(shares)).toBe("Its reports share the transformer T-7.");
    await useStaffLanguage("es");
    expect(told(shares)).toBe("Sus reportes comparten un equipo: transformador T-7.");
    await useStaffLanguage("ht");
    expect(told(shares)).toBe("Rapò li yo sou menm aparèy la: transfòmatè T-7.");
  });

  it("counts in the reader's plural", async () => {
    expect(told(pace)).toBe("24,000 customers are out, 40.0% of all.");
    expect(told({ key: "name_differs", args: { count: 1, text: "OAC", known: "Oak" } })).toBe(
      "street name differs by 1 letter: 'OAC' for 'Oak'",
    );
    await useStaffLanguage("es");
    expect(told({ key: "stands_often", args: { count: 1 } })).toContain("1 vez");
    expect(told({ key: "stands_often", args: { count: 2 } })).toContain("2 veces");
  });

  it("may hold another", () => {
    const why = { key: "of_field", args: { field: "service_point", why: { key: "no_street" } } };
    const both = { key: "both", args: { first: why, second: { key: "as_said" } } };
    expect(told(both)).toBe("service point: no such street is known; address as said");
  });

  it("holds what people typed as they typed it", async () => {
    await useStaffLanguage("ht");
    expect(told({ key: "merged", args: { by: "ana", reason: "{by} <b>toString" } })).toContain(": {by} <b>toString");
    expect(told("Its reports share the fuse F-1.")).toBe("Its reports share the fuse F-1.");
  });

  it("that is newer than the page shows its values", () => {
    expect(told({ key: "constructor", args: { device: "F-1" } })).toBe("constructor · F-1");
  });
});

describe("what the server says", () => {
  it("stays in English where there are no other words", async () => {
    expect(fromServer("problem", "busy", "Too many at once")).toBe("Too many at once");
    await useStaffLanguage("es");
    expect(fromServer("problem", "busy", "Too many at once")).toContain("Demasiado a la vez");
    expect(fromServer("problem", "brand_new", "A new one")).toBe("A new one");
  });
});
