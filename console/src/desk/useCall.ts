import { useRef } from "react";

import { usePhone } from "../phone/PhoneProvider";
import { useDesk } from "./DeskProvider";

/** What can be done with the call at the desk, and how it stands: as the media node says, never as it was asked. */
export interface Call {
  readonly rings: boolean;
  readonly talks: boolean;
  /** Whether the browser is the phone: a telephone is picked up by hand. */
  readonly byBrowser: boolean;
  readonly muted: boolean;
  readonly mutePending: boolean;
  readonly held: boolean;
  readonly holdPending: boolean;
  readonly cardPaused: boolean;
  readonly cardPending: boolean;
  readonly talkBack: boolean;
  readonly talkBackPending: boolean;
  readonly canTalkBack: boolean;
  readonly answerPending: boolean;
  readonly answer: () => void;
  readonly putDown: () => void;
  readonly toggleMute: () => void;
  readonly toggleHold: () => void;
  readonly toggleCardPause: () => void;
  readonly setTalkBack: (on: boolean) => void;
}

/** Supervisors who listen or whisper hear a talk-back; who barged in hears the operator anyway. */
const PRIVATE = ["SUPERVISION_MODE_LISTEN", "SUPERVISION_MODE_WHISPER"];

export function useCall(): Call {
  const phone = usePhone();
  const { leg, contactId, ask, busy, concerns } = useDesk();
  const byBrowser = phone.line.at !== "off" && phone.line.at !== "no_microphone";
  const rings = leg?.state === "PHONE_LEG_STATE_RINGING";
  const talks = leg?.state === "PHONE_LEG_STATE_TALKING";
  const muted = leg?.muted ?? false;
  const held = leg?.customerHeld ?? false;
  const cardPaused = leg?.recordingPaused ?? false;
  const canTalkBack = talks && concerns.listeners.some((each) => each.contactId === contactId && PRIVATE.includes(each.mode));
  const talkBack = leg?.talkBack ?? false;
  // What was asked for last: a key may be let go of before the first press is seen.
  const talkBackAsked = useRef(false);
  return {
    rings,
    talks,
    byBrowser,
    muted,
    mutePending: contactId in phone.wishes.muted || busy.has("MediaService/Mute"),
    held,
    holdPending: busy.has("MediaService/Hold"),
    cardPaused,
    cardPending: busy.has("MediaService/PauseRecording"),
    talkBack,
    talkBackPending: contactId in phone.wishes.talkBack || busy.has("MediaService/TalkBack"),
    canTalkBack,
    answerPending: phone.wishes.pickUp.includes(contactId),
    answer: () => {
      if (rings && byBrowser) phone.pickUp(contactId);
    },
    putDown: () => {
      if (!rings && !talks) return;
      if (byBrowser) phone.putDown(contactId);
      else void ask("MediaService/PutDown", { contactId });
    },
    toggleMute: () => {
      if (!talks) return;
      if (byBrowser) phone.mute(contactId, !muted);
      else void ask("MediaService/Mute", { contactId, muted: !muted });
    },
    toggleHold: () => {
      if (talks) void ask("MediaService/Hold", { contactId, held: !held });
    },
    toggleCardPause: () => {
      if (talks) void ask("MediaService/PauseRecording", { contactId, paused: !cardPaused, reason: "card" });
    },
    setTalkBack: (on) => {
      if (on ? !canTalkBack || talkBackAsked.current : !talkBackAsked.current && !talkBack) return;
      talkBackAsked.current = on;
      if (byBrowser) phone.talkBack(contactId, on);
      else void ask("MediaService/TalkBack", { contactId, on });
    },
  };
}
