import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import classes from "./desk.module.css";
import { useDesk } from "./DeskProvider";
import { Elapsed, Remaining } from "./Elapsed";
import { Panel } from "./Panel";
import { useClient } from "./useContact";
import { useName } from "./useName";

/** For which client company the phone rings, before anything is said; and how long there is left. */
export function ContactHead() {
  const { t } = useTranslation("desk");
  const { state, contactId } = useDesk();
  const client = useClient();
  const name = useName();
  const present = state?.state ?? "OPERATOR_STATE_UNSPECIFIED";
  const colleague = state?.colleagueId ?? "";
  const asked = state?.kind === "OFFER_KIND_CONSULT";
  return (
    <Panel name={t("contact")} className={classes["headPlace"]}>
      {contactId ? (
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Text size="xl" fw={800} role="status">
              {client?.name ?? t("unknownClient")}
            </Text>
            <Text size="sm">
              {[
                t(`state.${present}`),
                state?.kind === "OFFER_KIND_CALLBACK" ? t("callback") : "",
                colleague ? t(asked ? "consultAsked" : "consultWith", { name: name(colleague) }) : "",
              ]
                .filter(Boolean)
                .join(" · ")}
            </Text>
          </div>
          <div style={{ textAlign: "end" }}>
            <Text size="xl" fw={700}>
              <Elapsed since={state?.since} />
            </Text>
            <Text size="sm" mih={22}>
              {state?.respondBy ? (
                <>
                  {t("respondBy")} <Remaining until={state.respondBy} />
                </>
              ) : undefined}
            </Text>
          </div>
        </Group>
      ) : (
        <>
          <Text>{t("noContact")}</Text>
          <Text size="sm" c="dimmed">
            {t(present === "OPERATOR_STATE_READY" ? "waitingForCall" : "notReady")}
          </Text>
        </>
      )}
    </Panel>
  );
}
