import { describe, expect, it } from "vitest";

import { measuredOf } from "./measured";

describe("what a rule measured", () => {
  it("is minutes and seconds of a hold", () => {
    expect(measuredOf({ kind: "ALERT_KIND_LONG_HOLD", measured: "61000", threshold: "60000" })).toEqual({ measured: "1:01", threshold: "1:00" });
  });

  it("is a share of a service level", () => {
    expect(measuredOf({ kind: "ALERT_KIND_SERVICE_LEVEL", measured: "792", threshold: "800" })).toEqual({ measured: "79.2%", threshold: "80.0%" });
  });

  it("is times of speaking at once", () => {
    expect(measuredOf({ kind: "ALERT_KIND_OVERTALK", measured: "6", threshold: "5" })?.measured).toBe("×6");
  });

  it("is nothing when an operator calls", () => {
    expect(measuredOf({ kind: "ALERT_KIND_HELP", measured: "0", threshold: "0" })).toBeUndefined();
  });
});
