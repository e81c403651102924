import { describe, expect, it } from "vitest";
import type { MessageCounts } from "../src/contract";
import { quiet } from "../src/desk/messages-box";

const none: MessageCounts = {
  signed_up: 0,
  asked: 0,
  waiting: 0,
  hours: 24,
  sent: 0,
  refused: 0,
  unclear: 0,
  late: 0,
  overtaken: 0,
};

describe("text messages at the desk", () => {
  it("are told of as soon as there is anything to tell", () => {
    expect(quiet(none)).toBe(true);
    for (const name of Object.keys(none).filter((each) => each !== "hours")) {
      expect(quiet({ ...none, [name]: 1 })).toBe(false);
    }
  });
});
