import { expect, it } from "vitest";

import { type Device, same, used } from "./devices";

const device = (deviceId: string, label: string, kind: Device["kind"] = "audioinput"): Device => ({ kind, deviceId, groupId: label, label });
const BUILT_IN = device("a", "Built-in");
const HEADSET = device("b", "Headset");
const SPEAKER = device("a", "Built-in", "audiooutput");

it("uses the chosen device while it is there, else the system's", () => {
  expect(used([SPEAKER, BUILT_IN, HEADSET], "audioinput", "b")).toBe(HEADSET);
  expect(used([SPEAKER, BUILT_IN], "audioinput", "b")).toBe(BUILT_IN);
  expect(used([SPEAKER, BUILT_IN, HEADSET], "audioinput", "")).toBe(BUILT_IN);
  expect(used([SPEAKER], "audioinput", "b")).toBeUndefined();
});

it("knows that the system's device is another one now, though it is called the same", () => {
  const before = { ...device("default", "Default - Built-in"), groupId: "1" };
  const after = { ...device("default", "Default - Headset"), groupId: "2" };
  expect(same(before, { ...before })).toBe(true);
  expect(same(before, after)).toBe(false);
  expect(same(before, undefined)).toBe(false);
  expect(same(undefined, undefined)).toBe(true);
});
