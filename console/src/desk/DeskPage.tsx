import { SimpleGrid, VisuallyHidden } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { usePhone } from "../phone/PhoneProvider";
import { AlertPanel } from "./AlertPanel";
import { CallControls } from "./CallControls";
import { Caller, ScriptPanel } from "./Caller";
import { ContactHead } from "./ContactHead";
import classes from "./desk.module.css";
import { DeskProvider, useDesk } from "./DeskProvider";
import { FeedbackPanel } from "./FeedbackPanel";
import { HandoverDialog } from "./HandoverDialog";
import { focusHandovers } from "./HandoverRow";
import { Handovers } from "./Handovers";
import { Keypad } from "./Keypad";
import { Knowledge } from "./Knowledge";
import { Listening, Whispers } from "./Listening";
import { ReasonPicker } from "./ReasonPicker";
import type { Act } from "./shortcuts";
import { ShortcutList } from "./ShortcutList";
import { StateBar } from "./StateBar";
import { TransferDialog } from "./TransferDialog";
import { useCall } from "./useCall";
import { type About, useAbout } from "./useHandovers";
import { useReasons } from "./useReasons";
import { useShortcuts } from "./useShortcuts";
import { useStates } from "./useStates";
import { WrapUpForm } from "./WrapUpForm";

/** The operator's desk; nothing of it while another tab has the phone. */
export function DeskPage() {
  const { line } = usePhone();
  if (line.at === "taken_over") return undefined;
  return (
    <DeskProvider>
      <Desk />
    </DeskProvider>
  );
}

type Dialog = "list" | "transfer" | "keypad" | "handover";

const focusOn = (id: string): void => document.getElementById(id)?.focus();

function Desk() {
  const { t } = useTranslation("desk");
  const { ask, contactId, state } = useDesk();
  const call = useCall();
  const states = useStates();
  const reasons = useReasons();
  const [dialog, setDialog] = useState<Dialog>();
  const writable = useAbout();
  const [about, setAbout] = useState<About>({ contactId: "", clientId: "" });
  const close = () => setDialog(undefined);
  const canRaise = state?.state === "OPERATOR_STATE_TALKING";
  const raise = () => {
    if (canRaise) void ask("MonitoringService/RaiseAlert", {});
  };
  const handOver = () => {
    if (!writable) return;
    setAbout(writable);
    setDialog("handover");
  };
  const act = (what: Act) => {
    if (typeof what === "object") {
      reasons.choose(what.reason);
      return;
    }
    const deeds: Record<typeof what, () => void> = {
      list: () => setDialog("list"),
      answer: call.answer,
      put_down: call.putDown,
      mute: call.toggleMute,
      hold: call.toggleHold,
      card_pause: call.toggleCardPause,
      alert: raise,
      transfer: () => call.talks && setDialog("transfer"),
      keypad: () => call.talks && call.byBrowser && setDialog("keypad"),
      ready: () => states.set("OPERATOR_STATE_READY"),
      away: () => document.querySelector<HTMLElement>("[data-shortcut='away']")?.click(),
      search: () => focusOn("desk-search"),
      form: () => document.querySelector<HTMLElement>("[id^='wrap-up-']")?.focus(),
      handovers: () => focusHandovers(),
      write_handover: handOver,
      reason_up: reasons.up,
    };
    deeds[what]();
  };
  useShortcuts(act, call.setTalkBack, dialog !== undefined);
  return (
    <div className={classes["page"]}>
      <div className={classes["bar"]}>
        <VisuallyHidden>
          <h1>{t("title")}</h1>
        </VisuallyHidden>
        <StateBar onList={() => setDialog("list")} />
      </div>
      <div className={classes["help"]}>
        <AlertPanel raise={raise} canRaise={canRaise} />
        <Listening />
        <CallControls call={call} onTransfer={() => setDialog("transfer")} onKeypad={() => setDialog("keypad")} />
      </div>
      <div className={classes["contact"]}>
        <ContactHead />
        <Handovers onWrite={writable && handOver} />
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
          <ScriptPanel />
          <Whispers />
        </SimpleGrid>
        <Caller />
        <FeedbackPanel />
      </div>
      <div className={classes["work"]}>
        <ReasonPicker reasons={reasons} />
        <WrapUpForm reasonId={reasons.chosen} />
        <Knowledge />
      </div>
      <ShortcutList opened={dialog === "list"} onClose={close} />
      <TransferDialog opened={dialog === "transfer" && call.talks} onClose={close} />
      <HandoverDialog about={about} opened={dialog === "handover"} onClose={close} />
      {/* A keypad of its own for each call: what was keyed for one customer is not seen at the next. */}
      <Keypad key={contactId} opened={dialog === "keypad" && call.talks} onClose={close} />
    </div>
  );
}
