import { Alert, Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { Failed } from "../app/States";
import { choosePassword, PASSWORD_LENGTH_LEAST, PASSWORD_LENGTH_MOST, type User } from "../session/session";
import { whyNot } from "./own";

interface Props {
  readonly userId: string;
  readonly onChosen: (user: User) => void;
  /** Stands beside the button. */
  readonly children?: ReactNode;
}

/** Another password for oneself, with the present one. */
export function PasswordForm({ userId, onChosen, children }: Props) {
  const { t } = useTranslation("own");
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      onChosen(await choosePassword(current, password));
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };
  const show = { "aria-label": t("showPassword") };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm">{t("chooseHint")}</Text>
        {/* Password managers want to know whose it is. */}
        <input type="text" autoComplete="username" value={userId} readOnly hidden />
        <PasswordInput label={t("current")} autoComplete="current-password" required value={current} onChange={(e) => setCurrent(e.currentTarget.value)} visibilityToggleButtonProps={show} />
        <PasswordInput
          label={t("password")}
          autoComplete="new-password"
          required
          minLength={PASSWORD_LENGTH_LEAST}
          maxLength={PASSWORD_LENGTH_MOST}
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          visibilityToggleButtonProps={show}
        />
        {error ? <NotTaken error={error} /> : undefined}
        <Group justify="flex-end">
          {children}
          <Button type="submit" loading={busy}>
            {t("save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Why a password was not taken, in people's words. */
export function NotTaken({ error }: { error: unknown }) {
  const { t } = useTranslation("own");
  const word = whyNot(error);
  return word ? <Alert role="alert" color="red" variant="light" title={t(`refused.${word}`)} /> : <Failed error={error} />;
}
