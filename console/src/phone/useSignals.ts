import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { takeBack, tell } from "../app/telling";
import type { Phone } from "./PhoneProvider";

/** The beat of these two is a Japanese telephone's ring: 400 Hz, 16 times a second. */
const RING_PITCHES = [392, 408] as const;
const RING_SECONDS = 1;
const RING_EVERY_MS = 3_000;
const WARNING_PITCHES = [330] as const;

/** Rings, warns and notifies as the phone stands; answers the words for a screen reader. */
export function useSignals(phone: Phone): string {
  const { t } = useTranslation("phone");
  const { tone } = phone;
  const [words, setWords] = useState("");
  const ringing = phone.view?.legs.find((leg) => leg.state === "PHONE_LEG_STATE_RINGING" && leg.role === "LEG_ROLE_OPERATOR");
  const rings = ringing !== undefined && phone.line.at === "connected";
  useEffect(() => {
    if (!rings) return;
    const ring = () => tone(RING_PITCHES, RING_SECONDS);
    ring();
    const again = window.setInterval(ring, RING_EVERY_MS);
    const shown =
      document.hidden && "Notification" in window && Notification.permission === "granted"
        ? new Notification(t("rings"), { body: t("ringsHint") })
        : undefined;
    shown?.addEventListener("click", () => window.focus());
    return () => {
      window.clearInterval(again);
      shown?.close();
    };
  }, [rings, tone, t]);

  const before = useRef<"fine" | "lost" | "unused">("unused");
  const { at } = phone.line;
  useEffect(() => {
    if (at === "connected") {
      if (before.current === "lost") setWords(t("back"));
      before.current = "fine";
      void takeBack("phone-lost");
    } else if (before.current === "fine" && (at === "waiting" || at === "opening" || at === "joining" || at === "no_microphone")) {
      before.current = "lost";
      setWords(t("lost"));
      tone(WARNING_PITCHES, 0.4);
      void tell({ id: "phone-lost", color: "red", title: t("phone"), message: t("lost"), autoClose: false });
    } else if (at === "off" || at === "taken_over") {
      before.current = "unused";
      void takeBack("phone-lost");
    }
  }, [at, t, tone]);

  const { unheard } = phone;
  const wasUnheard = useRef(false);
  useEffect(() => {
    if (unheard) {
      setWords(`${t("unheard")}: ${t(`why.${unheard}`)}`);
      tone(WARNING_PITCHES, 0.4);
      void tell({ id: "unheard", color: "red", title: t("unheard"), message: t(`why.${unheard}`), autoClose: false });
    } else if (wasUnheard.current) {
      setWords(t("heardAgain"));
      void takeBack("unheard");
    }
    wasUnheard.current = unheard !== undefined;
  }, [unheard, t, tone]);

  const { replaced } = phone;
  useEffect(() => {
    if (!replaced || replaced.kind === "videoinput") return;
    const message = t(`replaced.${replaced.kind}`, { name: replaced.label || t("system") });
    setWords(message);
    void tell({ id: replaced.kind, message });
  }, [replaced, t]);

  const { fault } = phone;
  useEffect(() => {
    if (fault && fault.about !== "offer") void tell({ color: "red", message: t("refused") });
  }, [fault, t]);
  return words;
}
