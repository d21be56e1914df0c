import type { PhoneLeg } from "./messages";

/** What was asked for and is not seen yet: the buttons show it as pending, never as done. */
export interface Wishes {
  readonly muted: Readonly<Record<string, boolean>>;
  readonly talkBack: Readonly<Record<string, boolean>>;
  readonly pickUp: readonly string[];
  readonly putDown: readonly string[];
}

export const NO_WISHES: Wishes = { muted: {}, talkBack: {}, pickUp: [], putDown: [] };

const without = (wished: Readonly<Record<string, boolean>>, done: (contactId: string, value: boolean) => boolean) =>
  Object.fromEntries(Object.entries(wished).filter(([contactId, value]) => !done(contactId, value)));

/** What is still to come, now that the phone is seen like this. */
export function seenWith(wishes: Wishes, legs: readonly PhoneLeg[]): Wishes {
  const leg = (contactId: string) => legs.find((each) => each.contactId === contactId);
  const rings = (contactId: string) => leg(contactId)?.state === "PHONE_LEG_STATE_RINGING";
  return {
    muted: without(wishes.muted, (contactId, value) => !leg(contactId) || leg(contactId)?.muted === value),
    talkBack: without(wishes.talkBack, (contactId, value) => !leg(contactId) || leg(contactId)?.talkBack === value),
    pickUp: wishes.pickUp.filter(rings),
    putDown: wishes.putDown.filter((contactId) => leg(contactId) !== undefined),
  };
}

/** What is still to come after a message of this type was refused. */
export function refused(wishes: Wishes, about: string): Wishes {
  switch (about) {
    case "mute":
      return { ...wishes, muted: {} };
    case "talk_back":
      return { ...wishes, talkBack: {} };
    case "pick_up":
      return { ...wishes, pickUp: [] };
    case "put_down":
      return { ...wishes, putDown: [] };
    default:
      return wishes;
  }
}
