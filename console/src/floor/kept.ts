import { useState } from "react";

/** A choice that this browser keeps; values that are none of `known` are forgotten. */
export function useKept<Value extends string>(name: string, known: readonly Value[], first: Value): readonly [Value, (value: Value) => void] {
  const key = `sasayaki.wall.${name}`;
  const [value, setValue] = useState<Value>(() => known.find((each) => each === localStorage.getItem(key)) ?? first);
  const keep = (chosen: Value) => {
    localStorage.setItem(key, chosen);
    setValue(chosen);
  };
  return [value, keep];
}
