import { describe, expect, it } from "vitest";
import {
  addMessages,
  chooseLanguage,
  currentLanguage,
  LANGUAGES,
  type Message,
  OWN_NAMES,
  t,
  useLanguage,
  word,
} from "../src/i18n";
import { desk } from "../src/messages/desk";
import { en } from "../src/messages/en";
import { past } from "../src/messages/past";
import { said } from "../src/messages/said";
import { said as saidEs } from "../src/messages/said-es";
import { said as saidHt } from "../src/messages/said-ht";
import { server as serverEs } from "../src/messages/server-es";
import { server as serverHt } from "../src/messages/server-ht";
import { shift } from "../src/messages/shift";
import { useStaffLanguage } from "../src/messages/staff";
import { es } from "../src/messages/staff-es";
import { ht } from "../src/messages/staff-ht";
import { wall } from "../src/messages/wall";

const customers = Object.entries(LANGUAGES).filter(([code]) => code !== "en");
const staff = { ...desk, ...past, ...shift, ...wall };
addMessages("en", desk);

const FILES = import.meta.glob<string>("../src/**/*.{ts,tsx}", { eager: true, query: "?raw", import: "default" });
const sources = Object.entries(FILES)
  .filter(([name]) => !name.includes("/messages/"))
  .map(([, text]) => text)
  .join("\n");

describe("messages", () => {
  it("fill their places and count in the reader's plural", () => {
    expect(t("list.count", { count: 1 })).toBe("1 incident");
    expect(t("list.count", { count: 1234 })).toBe("1,234 incidents");
    expect(t("unmatched.candidates", { count: 0 })).toBe("No candidate");
    expect(t("public.as_of", { time: "14:02", span: "8 s" })).toBe("As of 14:02, 8 s ago");
  });

  it("name contract words, and show unknown ones as they are", () => {
    expect(word("state", "partly_restored")).toBe("Partly restored");
    expect(word("device", "new_kind")).toBe("new kind");
    expect(word("device", null)).toBe("");
  });

  it("are all used", () => {
    expect(sources).toContain("public.as_of");
    const groups = [...sources.matchAll(/word\("(\w+)"/g)].map((match) => match[1]);
    const patterns = [...sources.matchAll(/`(\w+)\.\$\{/g)].map((match) => match[1]);
    const made = [...sources.matchAll(/`do\.\$\{doing\}(\w+)`/g)].map((match) => match[1]);
    const unused = Object.keys({ ...en, ...desk }).filter((key) => {
      const [group = "", rest = ""] = key.split(".");
      const byPattern = group === "do" ? made.some((end) => rest.endsWith(end ?? "-")) : patterns.includes(group);
      return !sources.includes(`"${key}"`) && !groups.includes(group) && !byPattern;
    });
    expect(unused).toEqual([]);
  });

  const places = (message: unknown) =>
    [...new Set([...JSON.stringify(message).matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort();
  const tables: [string, Record<string, Message>, Record<string, Message>][] = [
    ...customers.map(([code, messages]): [string, typeof en, Record<string, Message>] => [code, en, { ...messages }]),
    ["es, staff", staff, es],
    ["ht, staff", staff, ht],
    ["es, the core", said, saidEs],
    ["ht, the core", said, saidHt],
    ["es and ht, the server", serverEs, serverHt],
  ];

  it("are the same in every language, with the same places", () => {
    expect(customers.map(([code]) => code).sort()).toEqual(["es", "ht"]);
    for (const [code, english, messages] of tables) {
      expect(Object.keys(messages).sort(), code).toEqual(Object.keys(english).sort());
      for (const [key, message] of Object.entries(messages)) {
        expect(places(message), `${code} ${key}`).toEqual(places(english[key]));
      }
    }
  });

  it("are left in English nowhere but where the word is the same", () => {
    const neutral =
      /^(format\.percent|said\.(both|field|of_field)|span\.\w+|mode_name\.normal|channel\.api|utility\.gas|fact\.none|.*\.speed(_of)?)$/;
    const alike = ["top.totals", "wall.totals", "customer.report"];
    for (const [code, english, messages] of tables) {
      const same = Object.entries(messages).filter(([key, text]) => text === english[key]);
      const left = same.map(([key]) => key).filter((key) => !neutral.test(key) && !alike.includes(key));
      expect(left, code).toEqual([]);
    }
  });

  it("of staff are loaded in the language that the page came in", async () => {
    await useStaffLanguage("es");
    expect(t("do.confirm")).toBe("Confirmar");
    await useStaffLanguage("fr");
    expect(t("do.confirm")).toBe("Confirm");
  });

  it("have a name in their own language", () => {
    for (const code of Object.keys(LANGUAGES)) expect(OWN_NAMES[code]).toBeTruthy();
  });

  it("follow the reader among the city's languages", () => {
    chooseLanguage(["en", "xx"], ["xx-YY", "en-US"]);
    expect(currentLanguage()).toBe("en");
    chooseLanguage(["en", "es", "ht"], ["ht"]);
    expect(t("public.report")).toBe("Rapòte yon pàn");
    chooseLanguage(["en", "es"], ["ht", "es-MX"]);
    expect(t("public.of", { percent: "1 %", customers: 60_000, count: 1 })).toBe("1 % de 60,000, en 1 zona");
    useLanguage("xx");
    expect(currentLanguage()).toBe("en");
  });
});
