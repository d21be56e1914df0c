import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Refused } from "../api/client";
import { wordOf } from "../app/refusals";
import { useDesk } from "./DeskProvider";
import { texts } from "./texts";

type Word = keyof (typeof texts)["en"]["refused"];

const known = (reason: string): reason is Word => reason in texts.en.refused;

/** Why the last click did nothing, always in the same place. */
export function Refusal() {
  const { t } = useTranslation("desk");
  const { t: app } = useTranslation("app");
  const { refusal } = useDesk();
  const reason = refusal instanceof Refused ? refusal.refusal.reason : "";
  return (
    <Text role="alert" size="sm" lh={1.2} fw={600} c="var(--mantine-color-red-text)">
      {refusal ? (known(reason) ? t(`refused.${reason}`) : app(`refused.${wordOf(refusal)}`)) : ""}
    </Text>
  );
}
