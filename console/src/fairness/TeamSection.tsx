import { Grid, Paper, Stack, Table, Text, Title, useComputedColorScheme } from "@mantine/core";
import { lazy, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { OnDemand } from "../app/OnDemand";
import { Loading } from "../app/States";
import { PersonName } from "../people/PersonName";
import { usePeople } from "../people/usePeople";
import { actualAgainstExpected, byRatio, heightOf, INK, lorenzCurve, type Team } from "./plots";

const Plot = lazy(async () => ({ default: (await import("./Plot")).Plot }));

const LORENZ_PX = 300;

/** One team: what was, what would be fair, how sure that is, and who is next. */
export function TeamSection({ team }: { team: Team }) {
  const { t, i18n } = useTranslation("fairness");
  const { person } = usePeople();
  const ink = INK[useComputedColorScheme("light")];
  const english = i18n.language === "en";
  const plots = useMemo(() => {
    const words = { actual: t("actual"), expected: t("expected"), even: t("even"), due: t("due"), share: t("share"), lorenz: t("lorenz") };
    const nameOf = (operatorId: string) => (english && person(operatorId).nameEn) || person(operatorId).name;
    return { bars: actualAgainstExpected(team, nameOf, words, ink), lorenz: lorenzCurve(team, words, ink) };
  }, [english, ink, person, t, team]);
  const name = team.teamId.replace(/^tea_/u, "") || t("noTeam");
  const gini = team.gini.toFixed(2);
  const height = heightOf(team);
  return (
    <Stack component="section" gap="sm" aria-labelledby={`team-${team.teamId}`}>
      <Title order={2} id={`team-${team.teamId}`}>
        {t("team", { team: name, sessions: team.sessions, gini })}
      </Title>
      <Text c="dimmed">{chance()}</Text>
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Paper withBorder p="xs">
            <Title order={3}>{t("actualExpected")}</Title>
            <OnDemand fallback={<Loading height={height} />}>
              <Plot option={plots.bars} height={height} label={t("barChart")} />
            </OnDemand>
          </Paper>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Paper withBorder p="xs">
            <Title order={3}>{t("lorenz")}</Title>
            <OnDemand fallback={<Loading height={LORENZ_PX} />}>
              <Plot option={plots.lorenz} height={LORENZ_PX} label={t("lorenzChart", { gini })} />
            </OnDemand>
          </Paper>
        </Grid.Col>
      </Grid>
      <Figures team={team} />
      <NextList team={team} />
    </Stack>
  );

  function chance(): string {
    const { byChance } = team;
    if (!byChance) return t("noChance");
    return t("chance", { low: byChance.giniLow.toFixed(2), high: byChance.giniHigh.toFixed(2), p: byChance.pValue.toFixed(3) });
  }
}

function Figures({ team }: { team: Team }) {
  const { t } = useTranslation("fairness");
  const { person } = usePeople();
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table striped verticalSpacing={4} aria-label={t("table")}>
        <Table.Thead>
          <Table.Tr>
            {(["operator", "talk", "need", "actual", "expected", "ratio", "interval", "flag", "since", "helped"] as const).map((heading) => (
              <Table.Th key={heading} scope="col">
                {t(heading)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {byRatio(team.operators).map((each) => (
            <Table.Tr key={each.operatorId}>
              <Table.Th scope="row">
                <PersonName person={person(each.operatorId)} />
              </Table.Th>
              <Table.Td>{(each.talkS / 3_600).toFixed(1)}</Table.Td>
              <Table.Td>{each.need.toFixed(2)}</Table.Td>
              <Table.Td>{each.sessions}</Table.Td>
              <Table.Td>{each.due.toFixed(1)}</Table.Td>
              <Table.Td>{each.ratio.toFixed(2)}</Table.Td>
              <Table.Td>
                {each.ratioLow.toFixed(2)} – {each.ratioHigh.toFixed(2)}
              </Table.Td>
              <Table.Td>{t(each.flag)}</Table.Td>
              <Table.Td>{each.daysSinceCovered === undefined ? t("never") : Math.floor(each.daysSinceCovered)}</Table.Td>
              <Table.Td>{each.helped}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function NextList({ team }: { team: Team }) {
  const { t, i18n } = useTranslation("fairness");
  const { person } = usePeople();
  if (team.next.length === 0) return <Text c="dimmed">{t("nobodyNext")}</Text>;
  return (
    <Table verticalSpacing={4} captionSide="top">
      <Table.Caption>{t("next")}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("operator")}</Table.Th>
          <Table.Th scope="col">{t("owed")}</Table.Th>
          <Table.Th scope="col">{t("reason")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {team.next.map((line) => (
          <Table.Tr key={line.operatorId}>
            <Table.Th scope="row">
              <PersonName person={person(line.operatorId)} />
            </Table.Th>
            <Table.Td>{line.owed.toFixed(1)}</Table.Td>
            <Table.Td>{i18n.language === "en" ? line.reasonEn : line.reasonJa}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
