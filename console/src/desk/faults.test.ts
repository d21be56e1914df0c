import { expect, it } from "vitest";

import { Refused } from "../api/client";
import { fieldOf } from "./faults";

const invalid = (message: string) => new Refused(400, { code: "INVALID_ARGUMENT", reason: "", message });

it("a refusal leads to the field that it names", () => {
  expect(fieldOf(invalid("answers: 'memo_ja' is required"), ["memo", "memo_ja"])).toBe("memo_ja");
});

it("a refusal that names no field leads to none", () => {
  expect(fieldOf(invalid("contact_id is too long"), ["memo"])).toBeUndefined();
  expect(fieldOf(new Error("memo"), ["memo"])).toBeUndefined();
});
