import { Alert, Button, Kbd, SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { LevelMeter } from "../phone/LevelMeter";
import { usePhone } from "../phone/PhoneProvider";
import { Panel } from "./Panel";
import type { Call } from "./useCall";
import classes from "./desk.module.css";

interface ControlProps {
  readonly words: string;
  readonly keyName?: string;
  /** Pressed or not; undefined: it does something once. */
  readonly on?: boolean;
  readonly pending?: boolean;
  readonly enabled: boolean;
  readonly colour?: string;
  readonly onClick: () => void;
}

/** One control; always in its place, whether it can be used or not. */
function Control({ words, keyName, on, pending = false, enabled, colour, onClick }: ControlProps) {
  const { t } = useTranslation("desk");
  return (
    <Button
      h={44}
      px="xs"
      justify="space-between"
      variant={on || (colour && enabled) ? "filled" : "default"}
      {...(colour || on ? { color: colour ?? "#a63a00" } : {})}
      aria-pressed={on}
      aria-busy={pending}
      disabled={!enabled}
      onClick={onClick}
      rightSection={keyName ? <Kbd size="xs">{keyName}</Kbd> : undefined}
    >
      {pending ? t("pending") : words}
    </Button>
  );
}

/** What an operator does with the call in their ear. */
export function CallControls({ call, onTransfer, onKeypad }: { call: Call; onTransfer: () => void; onKeypad: () => void }) {
  const { t } = useTranslation("desk");
  const { t: phoneTexts } = useTranslation("phone");
  const phone = usePhone();
  return (
    <Panel name={t("call")}>
      <SimpleGrid cols={2} spacing="xs" verticalSpacing="xs">
        <Control words={t("answer")} keyName="A" colour="teal.9" enabled={call.rings && call.byBrowser} pending={call.answerPending} onClick={call.answer} />
        <Control words={t(call.rings ? "decline" : "putDown")} keyName="X" enabled={call.rings || call.talks} onClick={call.putDown} />
        <Control words={t(call.muted ? "unmute" : "mute")} keyName="M" on={call.muted} pending={call.mutePending} enabled={call.talks} onClick={call.toggleMute} />
        <Control words={t(call.held ? "unhold" : "hold")} keyName="H" on={call.held} pending={call.holdPending} enabled={call.talks} onClick={call.toggleHold} />
        <Control words={t("transfer")} keyName="R" enabled={call.talks} onClick={onTransfer} />
        <Control words={t("keypad")} keyName="T" enabled={call.talks && call.byBrowser} onClick={onKeypad} />
        <Control words={t(call.cardPaused ? "cardResume" : "cardPause")} keyName="P" on={call.cardPaused} pending={call.cardPending} enabled={call.talks} onClick={call.toggleCardPause} />
        <TalkBack call={call} />
      </SimpleGrid>
      <Text size="sm" fw={600} mih={22} mt="xs" role="status">
        {[call.muted ? t("muted") : "", call.held ? t("held") : "", call.talkBack ? t("talkBackOn") : "", call.rings && !call.byBrowser ? t("answerAtPhone") : ""]
          .filter(Boolean)
          .join(" · ")}
      </Text>
      <div className={classes["refusalPlace"]}>
        {call.cardPaused ? (
          <Alert color="orange" variant="light" p="xs" role="alert">
            <Text size="sm" fw={600}>
              ■ {t("cardPaused")}
            </Text>
          </Alert>
        ) : undefined}
      </div>
      <LevelMeter level={phone.level} label={phoneTexts("level")} />
    </Panel>
  );
}

/** Held, not clicked: nobody forgets it switched on. By keyboard: Space on the button, or its own key. */
function TalkBack({ call }: { call: Call }) {
  const { t } = useTranslation("desk");
  const hold = (on: boolean) => () => call.setTalkBack(on);
  return (
    <Button
      h={44}
      px="xs"
      justify="space-between"
      variant={call.talkBack ? "filled" : "default"}
      color="#a63a00"
      aria-pressed={call.talkBack}
      aria-busy={call.talkBackPending}
      disabled={!call.canTalkBack}
      onPointerDown={hold(true)}
      onPointerUp={hold(false)}
      onPointerLeave={hold(false)}
      onKeyDown={(event) => event.key === " " && !event.repeat && call.setTalkBack(true)}
      onKeyUp={(event) => event.key === " " && call.setTalkBack(false)}
      onBlur={hold(false)}
      rightSection={<Kbd size="xs">B</Kbd>}
    >
      {t("talkBack")}
    </Button>
  );
}
