import { Button, Group, Stack, Switch, Table, Text, TextInput } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { Empty, Failed, Loading } from "../app/States";
import { PersonName } from "../people/PersonName";
import { useClients } from "../people/useClients";
import { usePeople } from "../people/usePeople";
import { PlayButton } from "./PlayButton";
import { flowOfVersion } from "./service";
import { latest, partsOf, plays, type Prompt, type PromptVersion, versionOf } from "./sounds";
import { addressOf } from "./soundService";
import { flowOf, type Mentioned } from "./steps";
import { type Player, usePlayer } from "./usePlayer";
import type { Sounds } from "./useSounds";

interface Props {
  readonly clientId: string;
  /** The flow that is edited. */
  readonly flowId: string;
  readonly sounds: Sounds;
  readonly mentioned: Mentioned;
  readonly mayEdit: boolean;
  /** An empty name: it is asked for. */
  readonly onUpload: (name: string) => void;
}

/** The live flows of a company that play a sound, and which version of it. */
function useUses(clientId: string): (prompt: Prompt) => readonly { readonly flowId: string; readonly version: number }[] {
  const { clients } = useClients();
  const client = clients.find((each) => each.clientId === clientId);
  const flowIds = [...new Set(client?.numbers.map((number) => number.flowId) ?? [])];
  const flows = useQueries({
    queries: flowIds.map((flowId) => ({ queryKey: ["flow", flowId, 0], queryFn: () => flowOfVersion(flowId, 0) })),
    combine: (found) => found.flatMap(({ data }) => (data ? [{ flow: data, mentioned: flowOf(data.source).mentioned }] : [])),
  });
  return (prompt) =>
    flows
      .filter(({ mentioned, flow }) => plays(mentioned, prompt.name) && flow.prompts[prompt.name] !== undefined)
      .map(({ flow }) => ({ flowId: flow.flowId, version: versionOf(prompt, flow.prompts[prompt.name]) }));
}

/** A client company's sounds: heard, put, replaced; which flows play them. */
export function SoundList({ clientId, flowId, sounds, mentioned, mayEdit, onUpload }: Props) {
  const { t } = useTranslation("flows");
  const player = usePlayer();
  const uses = useUses(clientId);
  const [mine, setMine] = useState(true);
  const [wanted, setWanted] = useState("");
  const { query, library, prompts } = sounds;
  if (query.isPending) return <Loading height="100%" />;
  if (query.isError) return <Failed error={query.error} again={() => void query.refetch()} />;
  const shown = library.filter((prompt) => prompt.name.includes(wanted.trim()) && (!mine || plays(mentioned, prompt.name)));
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-end">
        <Group align="flex-end">
          <TextInput label={t("findSound")} value={wanted} onChange={(e) => setWanted(e.currentTarget.value)} />
          <Switch label={t("onlyMine")} checked={mine} onChange={(e) => setMine(e.currentTarget.checked)} mb={6} />
        </Group>
        {mayEdit ? <Button onClick={() => onUpload("")}>{t("upload")}</Button> : undefined}
      </Group>
      {player.broken ? (
        <Text role="alert" size="sm" c="var(--mantine-color-red-text)">
          ⚠ {t("notPlayed")}
        </Text>
      ) : undefined}
      {shown.length === 0 ? <Empty>{t("noSounds")}</Empty> : undefined}
      {shown.length > 0 ? (
        <Table verticalSpacing={4} aria-label={t("sounds")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("soundName")}</Table.Th>
              <Table.Th>{t("soundLanguage")}</Table.Th>
              <Table.Th className="number">{t("soundLong")}</Table.Th>
              <Table.Th>{t("putBy")}</Table.Th>
              <Table.Th>{t("usedBy")}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((prompt) => (
              <Row key={prompt.name} prompt={prompt} clientId={clientId} player={player} uses={uses(prompt)} flowId={flowId} draft={plays(mentioned, prompt.name) ? prompts[prompt.name] : undefined} sounds={sounds} mayEdit={mayEdit} onUpload={onUpload} />
            ))}
          </Table.Tbody>
        </Table>
      ) : undefined}
    </Stack>
  );
}

interface RowProps extends Pick<Props, "clientId" | "flowId" | "sounds" | "mayEdit" | "onUpload"> {
  readonly prompt: Prompt;
  readonly player: Player;
  readonly uses: readonly { readonly flowId: string; readonly version: number }[];
  /** The sound that the draft plays under this name; undefined: it does not play it. */
  readonly draft: string | undefined;
}

function Row({ prompt, clientId, flowId, player, uses, draft, sounds, mayEdit, onUpload }: RowProps) {
  const { t } = useTranslation("flows");
  const { length } = useFormats();
  const { language } = partsOf(prompt.name);
  const newest = latest(prompt);
  const played = versionOf(prompt, draft);
  const live = uses.find((use) => use.flowId === flowId)?.version ?? 0;
  if (!newest) return undefined;
  return (
    <Table.Tr>
      <Table.Th scope="row" style={{ overflowWrap: "anywhere" }}>
        {prompt.name}
      </Table.Th>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{t(`soundIn.${language ?? "any"}`)}</Table.Td>
      <Table.Td className="number">{length(newest.lengthMs)}</Table.Td>
      <Table.Td>
        <Put version={newest} />
        {prompt.versions.length > 1 ? (
          <details>
            <summary>{t("earlierSounds", { count: prompt.versions.length - 1 })}</summary>
            <Stack gap={4} mt={4}>
              {prompt.versions.slice(1).map((each) => (
                <Group key={each.version} gap="xs">
                  <Put version={each} />
                  <PlayButton player={player} address={addressOf(clientId, each.sha256)} of={t("soundOf", { name: prompt.name, version: each.version })} />
                  {mayEdit && draft !== undefined && each.sha256 !== draft ? <Use name={prompt.name} version={each} sounds={sounds} /> : undefined}
                </Group>
              ))}
            </Stack>
          </details>
        ) : undefined}
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        {uses.map((use) => (
          <Text key={use.flowId} size="sm">
            {use.flowId.replace(/^flw_/, "")}
            {use.version > 0 && prompt.versions.length > 1 ? ` (${t("version", { version: use.version })})` : ""}
          </Text>
        ))}
        {played > 0 && played !== live ? (
          <Text size="sm" fw={700}>
            {t("inDraft", { version: played })}
          </Text>
        ) : undefined}
        {uses.length === 0 && played === 0 ? "–" : undefined}
      </Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end">
          <PlayButton player={player} address={addressOf(clientId, newest.sha256)} of={t("soundOf", { name: prompt.name, version: newest.version })} />
          {mayEdit && draft !== undefined && newest.sha256 !== draft ? <Use name={prompt.name} version={newest} sounds={sounds} /> : undefined}
          {mayEdit ? (
            <Button size="compact-sm" variant="default" aria-label={`${t("replace")}: ${prompt.name}`} onClick={() => onUpload(prompt.name)}>
              {t("replace")}
            </Button>
          ) : undefined}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** Which version, by whom and when. */
function Put({ version }: { version: PromptVersion }) {
  const { t } = useTranslation("flows");
  const { dateTime } = useFormats();
  const { person } = usePeople();
  return (
    <Text size="sm" component="div">
      {t("version", { version: version.version })} · <PersonName person={person(version.putBy)} />
      {version.putAt ? ` · ${dateTime(version.putAt)}` : ""}
    </Text>
  );
}

/** Takes a version for the flow that is edited. */
function Use({ name, version, sounds }: { name: string; version: PromptVersion; sounds: Sounds }) {
  const { t } = useTranslation("flows");
  return (
    <Button size="compact-sm" variant="default" aria-label={`${t("useSound", { version: version.version })}: ${name}`} onClick={() => void sounds.choose(name, version.sha256)}>
      {t("useSound", { version: version.version })}
    </Button>
  );
}
