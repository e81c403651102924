import { describe, expect, it } from "vitest";
import { accountHref } from "../src/desk/account-link";

describe("the way to the account", () => {
  it("goes by the premise, with the account that is known there", () => {
    expect(accountHref("https://c.example", { premise: "P-1", account: "4711-0815" })).toBe(
      "https://c.example/counter/premises/P-1?account=4711-0815",
    );
  });

  it("keeps what is odd in its place", () => {
    expect(accountHref("", { premise: "a/b?c", account: null })).toBe("/counter/premises/a%2Fb%3Fc");
  });
});
