import { Alert, Button, Center, Paper, PasswordInput, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refused } from "../api/client";
import { LanguageSwitch } from "../app/LanguageSwitch";
import { wordOf } from "../app/refusals";
import { PersonName } from "../people/PersonName";
import { demoPeople, type Person, type Role, signIn, signInAs, type User } from "./session";

/** Those whose day the demo is about stand first. */
const FIRST: readonly Role[] = ["manager", "supervisor", "operator"];
const placeOf = ({ role }: Person): number => (FIRST.includes(role) ? FIRST.indexOf(role) : FIRST.length);

/** Name and password, and in the demo one click. */
export function SignIn({ onSignedIn }: { onSignedIn: (user: User) => void }) {
  const { t } = useTranslation("session");
  const { t: app } = useTranslation("app");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [people, setPeople] = useState<readonly Person[]>([]);
  useEffect(() => {
    demoPeople().then(setPeople, () => setPeople([]));
  }, []);

  const enter = async (by: () => Promise<User>) => {
    setBusy(true);
    setFault(undefined);
    try {
      onSignedIn(await by());
    } catch (error) {
      setFault(error instanceof Refused && error.status === 401 ? t("wrong") : app(`refused.${wordOf(error)}`));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(() => signIn(name, password));
  };

  return (
    <Center component="main" mih="100vh" p="md">
      <Stack maw={560} w="100%">
        <Title order={1}>{t("title")}</Title>
        {people.length > 0 ? (
          <Paper withBorder p="lg" component="section" aria-labelledby="demo-people">
            <Title order={2} id="demo-people">
              {t("demo")}
            </Title>
            <Text size="sm" c="dimmed" mb="sm">
              {t("demoHint")}
            </Text>
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              {people.toSorted((a, b) => placeOf(a) - placeOf(b)).map((person) => (
                <Button key={person.userId} variant="default" justify="space-between" disabled={busy} onClick={() => void enter(() => signInAs(person.userId))} rightSection={<Text size="xs">{t(`role.${person.role}`)}</Text>}>
                  <PersonName person={person} />
                </Button>
              ))}
            </SimpleGrid>
          </Paper>
        ) : undefined}
        <Paper component="form" withBorder p="lg" onSubmit={submit}>
          <Stack>
            <TextInput label={t("user")} autoComplete="username" required value={name} onChange={(e) => setName(e.currentTarget.value)} />
            <PasswordInput
              label={t("password")}
              autoComplete="current-password"
              required
              value={password}
              onChange={(e) => setPassword(e.currentTarget.value)}
              visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
            />
            {fault ? <Alert role="alert" color="red" variant="light" title={fault} /> : undefined}
            <Button type="submit" loading={busy}>
              {t("enter")}
            </Button>
          </Stack>
        </Paper>
        <LanguageSwitch />
      </Stack>
    </Center>
  );
}
