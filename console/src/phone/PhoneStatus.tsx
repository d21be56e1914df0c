import { Button, Center, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { lazy } from "react";
import { useTranslation } from "react-i18next";

import { Dropdown } from "../app/Dropdown";
import { OnDemand } from "../app/OnDemand";
import { type Phone, useMaybePhone } from "./PhoneProvider";
import { useSignals } from "./useSignals";

const DeviceCheck = lazy(async () => ({ default: (await import("./DeviceCheck")).DeviceCheck }));

const SIGNS: Record<Phone["line"]["at"], { sign: string; colour: string }> = {
  off: { sign: "○", colour: "gray" },
  asking: { sign: "…", colour: "gray" },
  no_microphone: { sign: "✕", colour: "red.9" },
  opening: { sign: "…", colour: "gray" },
  joining: { sign: "…", colour: "gray" },
  connected: { sign: "●", colour: "teal" },
  waiting: { sign: "!", colour: "red.9" },
  taken_over: { sign: "✕", colour: "red.9" },
};

/** How the phone stands, always in the same place; a click shows devices and line. */
export function PhoneStatus() {
  const phone = useMaybePhone();
  return phone ? <Status phone={phone} /> : undefined;
}

function Status({ phone }: { phone: Phone }) {
  const { t } = useTranslation("phone");
  const words = useSignals(phone);
  const { at } = phone.line;
  if (at === "taken_over") return <TakenOver onTakeBack={phone.begin} />;
  const unheard = phone.unheard !== undefined && at !== "off";
  const { sign, colour } = SIGNS[unheard ? "no_microphone" : at];
  const state = phone.audible || at !== "connected" ? t(`state.${at}`) : t("silent");
  return (
    <>
      <Dropdown
        label={t("check")}
        width={360}
        target={(opened, toggle) => (
          <Button size="xs" variant={colour === "red.9" ? "filled" : "light"} color={colour} aria-haspopup="dialog" aria-expanded={opened} onClick={toggle} leftSection={<span aria-hidden>{sign}</span>}>
            <VisuallyHidden>{t("phone")}: </VisuallyHidden>
            {unheard ? t("unheard") : state}
          </Button>
        )}
      >
        <Title order={2} size="h5" mb="xs">
          {t("check")}
        </Title>
        <OnDemand>
          <DeviceCheck />
        </OnDemand>
      </Dropdown>
      <VisuallyHidden role="status">{words}</VisuallyHidden>
    </>
  );
}

/** Covers the page: two tabs with one phone would lead to the wrong microphone. */
function TakenOver({ onTakeBack }: { onTakeBack: () => void }) {
  const { t } = useTranslation("phone");
  return (
    <Center role="alertdialog" aria-modal aria-labelledby="taken-over" pos="fixed" inset={0} bg="var(--mantine-color-body)" style={{ zIndex: 500 }}>
      <Stack align="center" maw={480} p="md">
        <Title order={2} id="taken-over">
          {t("takenTitle")}
        </Title>
        <Text>{t("takenHint")}</Text>
        <Button size="lg" autoFocus onClick={onTakeBack}>
          {t("takeBack")}
        </Button>
      </Stack>
    </Center>
  );
}
