import { describe, expect, it } from "vitest";
import { chooseLanguage, currentLanguage, LANGUAGES, t, word } from "../src/i18n";
import { en } from "../src/messages/en";

const FILES = import.meta.glob<string>("../src/**/*.{ts,tsx}", { eager: true, query: "?raw", import: "default" });
const sources = Object.entries(FILES)
  .filter(([name]) => !name.includes("/messages/"))
  .map(([, text]) => text)
  .join("\n");

describe("messages", () => {
  it("fill their places and count in the reader's plural", () => {
    expect(t("list.count", { count: 1 })).toBe("1 incident");
    expect(t("list.count", { count: 1234 })).toBe("1,234 incidents");
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
    const unused = Object.keys(en).filter((key) => {
      const [group = "", rest = ""] = key.split(".");
      const byPattern = group === "do" ? made.some((end) => rest.endsWith(end ?? "-")) : patterns.includes(group);
      return !sources.includes(`"${key}"`) && !groups.includes(group) && !byPattern;
    });
    expect(unused).toEqual([]);
  });

  it("have the same places in every language", () => {
    const places = (message: unknown) =>
      [...new Set([...JSON.stringify(message).matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort();
    for (const messages of Object.values(LANGUAGES)) {
      for (const [key, message] of Object.entries(messages)) {
        expect(places(message), key).toEqual(places(en[key as keyof typeof en]));
      }
    }
  });

  it("follow the reader among the city's languages", () => {
    chooseLanguage(["en", "xx"], ["xx-YY", "en-US"]);
    expect(currentLanguage()).toBe("en");
  });
});
