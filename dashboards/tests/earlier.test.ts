import { describe, expect, it } from "vitest";
import { outline } from "../src/public/earlier";

describe("the curve of earlier moments", () => {
  it("stands on the ground, and its peak reaches the top", () => {
    expect(outline([0, 5, 10])).toBe("0,60 0.0,60.0 300.0,30.0 600.0,0.0 600,60");
  });
  it("can be drawn of one moment and of none", () => {
    expect(outline([7])).toBe("0,60 0.0,0.0 600,60");
    expect(outline([])).not.toContain("NaN");
  });
});
