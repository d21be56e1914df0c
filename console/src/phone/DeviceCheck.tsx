import { Alert, Button, Group, Select, Stack, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useSession } from "../session/SessionProvider";
import { LevelMeter } from "./LevelMeter";
import { LineCheck } from "./LineCheck";
import { usePhone } from "./PhoneProvider";

const TEST_PITCHES = [440, 660] as const;

/** Whether one can be heard and can hear, and by which devices: to be looked at before the shift. */
export function DeviceCheck() {
  const { t } = useTranslation("phone");
  const { user } = useSession();
  const phone = usePhone();
  const { line, settings } = phone;
  const begin = () => {
    if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
    phone.begin();
  };
  const choices = (kind: MediaDeviceKind) => [
    { value: "", label: t("system") },
    ...phone.devices
      .filter((device) => device.kind === kind && device.deviceId !== "default")
      .map((device) => ({ value: device.deviceId, label: device.label || device.deviceId.slice(0, 8) })),
  ];
  const why = line.at === "no_microphone" ? line.why : phone.unheard;
  return (
    <Stack gap="sm">
      {why ? (
        <Alert color="red" variant="light" role="alert" title={t(line.at === "no_microphone" ? "state.no_microphone" : "unheard")}>
          <Text size="sm">{t(`why.${why}`)}</Text>
        </Alert>
      ) : undefined}
      {line.at === "off" || why ? <Button onClick={begin}>{t(why ? "again" : "begin")}</Button> : undefined}
      <div>
        <Text size="sm" fw={600}>
          {t("level")}
        </Text>
        <LevelMeter level={phone.level} label={t("level")} />
        <Text size="xs" c="dimmed">
          {t("levelHint")}
        </Text>
      </div>
      <LineCheck />
      <Select
        label={t("microphone")}
        data={choices("audioinput")}
        value={settings.microphone}
        allowDeselect={false}
        onChange={(microphone) => phone.choose({ microphone: microphone ?? "" })}
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        label={t("speaker")}
        data={choices("audiooutput")}
        value={settings.speaker}
        allowDeselect={false}
        onChange={(speaker) => phone.choose({ speaker: speaker ?? "" })}
        comboboxProps={{ withinPortal: false }}
      />
      {user.role === "operator" ? (
        <Switch
          label={t("twoEars")}
          description={t("twoEarsHint")}
          checked={settings.twoEars}
          onChange={(event) => phone.choose({ twoEars: event.currentTarget.checked })}
        />
      ) : undefined}
      <Group justify="space-between">
        <Button variant="default" size="xs" onClick={() => phone.tone(TEST_PITCHES, 0.6)}>
          {t("test")}
        </Button>
        {line.at === "off" || line.at === "no_microphone" ? undefined : (
          <Button variant="subtle" size="xs" onClick={phone.end}>
            {t("end")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
