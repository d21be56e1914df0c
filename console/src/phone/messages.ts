import type { components } from "../contract/api";

type Schemas = components["schemas"];

/** What the browser says on the phone's socket, and what it hears there. */
export type PhoneSays = Schemas["PhoneSays"];
export type PhoneHears = Schemas["PhoneHears"];
export type PhoneLeg = Schemas["PhoneLeg"];
/** The phone as the media node has it. */
export type PhoneView = Pick<Schemas["WatchPhoneResponse"], "browser" | "connectionId" | "legs">;

/** A message that was refused: `about` is its type. */
export interface PhoneFault {
  readonly about: string;
  readonly reason: string;
}
