import { expect, it } from "vitest";

import refusals from "../../../tests/contract/wrap_up_refusals.json?raw";
import { Refused } from "../api/client";
import { fieldOf } from "./faults";

interface Refusal {
  readonly form: readonly { readonly key: string }[];
  readonly message: string;
  readonly field: string | null;
}

const invalid = (message: string) => new Refused(400, { code: "INVALID_ARGUMENT", reason: "", message });

// The service's side of the same file: tests/contract/test_wrap_up_refusals.py.
it.each(JSON.parse(refusals) as readonly Refusal[])("a refused wrap-up leads to the field that it names: $message", ({ form, message, field }) => {
  const keys = form.map(({ key }) => key);
  expect(fieldOf(invalid(message), keys)).toBe(field ?? undefined);
});

it("what is not about an answer leads to no field", () => {
  expect(fieldOf(invalid("contact_id: an id, not 'memo'"), ["memo"])).toBeUndefined();
  expect(fieldOf(new Error("answers[memo]: must be answered"), ["memo"])).toBeUndefined();
});
