import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { nextFrame, Pace } from "../src/pace";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("acts soon, then at most so often, and sooner for who asks for it sooner", () => {
  const act = vi.fn();
  const pace = new Pace(act);
  pace.ask(1000);
  pace.ask(1000);
  vi.advanceTimersByTime(1);
  expect(act).toHaveBeenCalledTimes(1);
  pace.ask(1000);
  vi.advanceTimersByTime(300);
  expect(act).toHaveBeenCalledTimes(1);
  pace.ask(400);
  pace.ask(1000); // does not put it off again
  vi.advanceTimersByTime(100);
  expect(act).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5000);
  expect(act).toHaveBeenCalledTimes(2);
  pace.ask(400);
  pace.stop();
  vi.advanceTimersByTime(5000);
  expect(act).toHaveBeenCalledTimes(2);
});

it("waits for a frame where one will be drawn, and not for ever", () => {
  const frames: (() => void)[] = [];
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
  vi.stubGlobal("document", { hidden: false });
  const then = vi.fn();
  nextFrame(then);
  expect(then).not.toHaveBeenCalled();
  frames[0]?.();
  vi.advanceTimersByTime(5000);
  expect(then).toHaveBeenCalledTimes(1);
  nextFrame(then);
  vi.advanceTimersByTime(1000);
  expect(then).toHaveBeenCalledTimes(2);
  vi.stubGlobal("document", { hidden: true });
  nextFrame(then);
  expect(then).toHaveBeenCalledTimes(3);
  vi.unstubAllGlobals();
});
