import { Button, Group, Kbd, NativeSelect, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useDesk } from "./DeskProvider";
import classes from "./desk.module.css";
import { Panel } from "./Panel";
import { isOpen } from "./rows";
import { useName } from "./useName";
import { useNow } from "./useNow";
import type { Alert } from "./wire";

const REASONS = [
  "ALERT_REASON_UNSPECIFIED",
  "ALERT_REASON_ANGRY_CUSTOMER",
  "ALERT_REASON_HARASSMENT",
  "ALERT_REASON_UNSURE_OF_ANSWER",
  "ALERT_REASON_TECHNICAL",
  "ALERT_REASON_OTHER",
] as const;

const TOLD = {
  ALERT_LEVEL_UNSPECIFIED: "toldTeam",
  ALERT_LEVEL_TEAM: "toldTeam",
  ALERT_LEVEL_ALL: "toldAll",
  ALERT_LEVEL_MANAGERS: "toldManagers",
} as const;

/** Calls for help by one click or one key; says who comes. */
export function AlertPanel({ raise, canRaise }: { raise: () => void; canRaise: boolean }) {
  const { t } = useTranslation("desk");
  const { concerns, contactId, ask, busy } = useDesk();
  const alert = concerns.alert;
  const shown = alert && (isOpen(alert) || alert.contactId === contactId) ? alert : undefined;
  return (
    <Panel name={t("alert")} className={classes["alertPlace"]}>
      <Button
        fullWidth
        size="lg"
        color="red.9"
        disabled={!canRaise || isOpen(shown)}
        loading={busy.has("MonitoringService/RaiseAlert")}
        onClick={raise}
        rightSection={<Kbd>F9</Kbd>}
      >
        {t("alert")}
      </Button>
      <div style={{ minHeight: 84 }}>
        {shown ? (
          <>
            <AlertWords alert={shown} />
            <Group gap="xs" mt={4} wrap="nowrap">
              <NativeSelect
                size="xs"
                flex={1}
                aria-label={t("alertReason")}
                value={shown.reason}
                data={REASONS.map((reason) => ({ value: reason, label: t(`alertReasons.${reason}`), disabled: reason === "ALERT_REASON_UNSPECIFIED" }))}
                onChange={(event) =>
                  void ask("MonitoringService/GiveAlertReason", { alertId: shown.alertId, reason: event.currentTarget.value })
                }
              />
              <Button
                size="xs"
                variant="default"
                disabled={!isOpen(shown)}
                onClick={() => void ask("MonitoringService/CancelAlert", { alertId: shown.alertId })}
              >
                {t("cancelAlert")}
              </Button>
            </Group>
          </>
        ) : (
          <Text size="xs" c="dimmed" mt={4}>
            {t("alertHint")}
          </Text>
        )}
      </div>
    </Panel>
  );
}

function AlertWords({ alert }: { alert: Alert }) {
  const { t } = useTranslation("desk");
  const name = useName();
  const now = useNow();
  const seconds = (ms: number) => t("seconds", { seconds: Math.max(0, Math.round(ms / 1000)) });
  if (alert.state === "FLOOR_ALERT_STATE_CLAIMED")
    return (
      <Text role="status" fw={700} mt={4}>
        ✓ {t("received", { name: name(alert.supervisorId), length: seconds(Number(alert.waitedMs)) })}
      </Text>
    );
  if (alert.state === "FLOOR_ALERT_STATE_OPEN" || alert.state === "FLOOR_ALERT_STATE_UNSPECIFIED")
    return (
      <Text fw={700} mt={4}>
        <span role="status">
          … {t("alerting")} · {t(TOLD[alert.level])}
        </span>{" "}
        <span>{alert.since ? seconds(now - Date.parse(alert.since)) : ""}</span>
      </Text>
    );
  return (
    <Text role="status" mt={4}>
      {t(`alertOver.${alert.state}`)}
    </Text>
  );
}
