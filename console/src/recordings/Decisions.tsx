import { Stack, Text, Timeline, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { rpc } from "../api/rpc";
import { useFormats } from "../app/dates";
import { Failed, Loading } from "../app/States";
import type { components } from "../contract/api";
import { usePeople } from "../people/usePeople";

type Decision = components["schemas"]["Decision"];

function Others({ decision }: { decision: Decision }) {
  const { t, i18n } = useTranslation("recordings");
  const { person } = usePeople();
  const name = (userId: string) => {
    const found = person(userId);
    return i18n.language === "en" ? found.nameEn || found.name : found.name;
  };
  const separator = i18n.language === "ja" ? "、" : ", ";
  return (
    <Text size="xs" c="dimmed">
      {decision.considered.length > 0 ? `${t("considered")}: ${decision.considered.map((each) => name(each.operatorId)).join(separator)}` : ""}
      {decision.considered.length > 0 && decision.skipped.length > 0 ? " · " : ""}
      {decision.skipped.length > 0 ? `${t("skipped")}: ${decision.skipped.map((each) => `${name(each.operatorId)} (${t(`skip.${each.reason}`)})`).join(separator)}` : ""}
    </Text>
  );
}

/** Why the contact went to whom it went. */
export function Decisions({ contactId }: { contactId: string }) {
  const { t, i18n } = useTranslation("recordings");
  const { time } = useFormats();
  const { byId } = usePeople();
  const told = useQuery({
    queryKey: ["decisions", contactId],
    queryFn: () => rpc<components["schemas"]["ExplainDecisionResponse"]>("RoutingService/ExplainDecision", { contactId }),
  });
  // The service's sentences name people by their ids: names are the gateway's alone.
  const named = (sentence: string) =>
    sentence.replace(/usr_[a-z0-9_]+/g, (id) => {
      const found = byId.get(id);
      return found ? (i18n.language === "en" ? found.nameEn || found.name : found.name) : id;
    });
  return (
    <Stack gap="xs" component="section" aria-labelledby="decisions">
      <Title order={3} id="decisions">
        {t("decisions")}
      </Title>
      {told.isPending ? (
        <Loading height={80} />
      ) : told.isError ? (
        <Failed error={told.error} again={() => void told.refetch()} />
      ) : told.data.decisions.length === 0 ? (
        <Text size="sm">{t("noDecision")}</Text>
      ) : (
        <Timeline bulletSize={12} lineWidth={2} active={told.data.decisions.length}>
          {told.data.decisions.map((decision) => (
            <Timeline.Item key={`${decision.at} ${decision.event}`} title={<Text size="sm">{named(i18n.language === "ja" ? decision.sentenceJa : decision.sentenceEn)}</Text>}>
              <Text size="xs" c="dimmed">
                {decision.at ? time(decision.at) : ""}
              </Text>
              <Others decision={decision} />
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </Stack>
  );
}
