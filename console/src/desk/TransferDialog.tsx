import { Button, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { rpc } from "../api/rpc";
import { Failed, Loading } from "../app/States";
import { useSession } from "../session/SessionProvider";
import { useDesk } from "./DeskProvider";
import { useLabel } from "./labels";
import { Refusal } from "./Refusal";
import { useCall } from "./useCall";
import { useName } from "./useName";
import type { Queues } from "./wire";

/** To whom the customer can be given, or whom one can ask first. */
export function TransferDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("desk");
  const { state } = useDesk();
  const consulting = (state?.colleagueId ?? "") !== "" && state?.kind !== "OFFER_KIND_CONSULT";
  return (
    <Modal opened={opened} onClose={onClose} title={t("transfer")} size="lg" closeButtonProps={{ "aria-label": t("close", { ns: "app" }) }}>
      <Stack gap="md">
        {consulting ? <Consulting onClose={onClose} /> : <Choices onClose={onClose} />}
        <Refusal />
      </Stack>
    </Modal>
  );
}

/** What is possible while a colleague is asked. */
function Consulting({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("desk");
  const { state, contactId, ask } = useDesk();
  const { held } = useCall();
  const name = useName();
  const complete = async () => {
    if (await ask("RoutingService/CompleteTransfer", { contactId })) onClose();
  };
  return (
    <>
      <Text fw={600} role="status">
        {t("consultWith", { name: name(state?.colleagueId ?? "") })}
      </Text>
      <Group>
        <Button onClick={() => void complete()}>{t("complete")}</Button>
        <Button variant="default" onClick={() => void ask("MediaService/Hold", { contactId, held: !held })}>
          {t(held ? "threeWay" : "backToTwo")}
        </Button>
        <Button variant="default" onClick={() => void ask("RoutingService/EndConsult", { contactId })}>
          {t("endConsult")}
        </Button>
      </Group>
    </>
  );
}

/** Queues and colleagues, each to be given the customer or to be asked. */
function Choices({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("desk");
  const { user } = useSession();
  const { contactId, ask } = useDesk();
  const label = useLabel();
  const name = useName();
  const { data, error, refetch } = useQuery({
    queryKey: ["queues"],
    staleTime: 0,
    refetchInterval: 5_000,
    queryFn: () => rpc<Queues>("RoutingService/ListQueues"),
  });
  const transfer = async (to: object) => {
    if (await ask("RoutingService/TransferContact", { contactId, ...to })) onClose();
  };
  const consult = (to: object) => void ask("RoutingService/ConsultOperator", { contactId, ...to });
  if (!data) return error ? <Failed error={error} again={() => void refetch()} /> : <Loading />;
  const colleagues = data.colleagues.filter((colleague) => colleague.operatorId !== user.userId);
  return (
    <>
      <Title order={3} size="h6">
        {t("colleagues")}
      </Title>
      {colleagues.length === 0 ? <Text c="dimmed">{t("noColleagues")}</Text> : undefined}
      {colleagues.map((colleague) => (
        <Choice
          key={colleague.operatorId}
          name={name(colleague.operatorId)}
          aside={t(`state.${colleague.state}`)}
          free={colleague.state === "OPERATOR_STATE_READY"}
          onTransfer={() => void transfer({ operatorId: colleague.operatorId })}
          onConsult={() => consult({ operatorId: colleague.operatorId })}
        />
      ))}
      <Title order={3} size="h6">
        {t("queues")}
      </Title>
      {data.queues.map((queue) => (
        <Choice
          key={queue.queueId}
          name={label(queue) || queue.queueId}
          aside={t("waiting", { count: queue.waiting })}
          free
          onTransfer={() => void transfer({ queueId: queue.queueId })}
          onConsult={() => consult({ queueId: queue.queueId })}
        />
      ))}
    </>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly aside: string;
  readonly free: boolean;
  readonly onTransfer: () => void;
  readonly onConsult: () => void;
}

function Choice({ name, aside, free, onTransfer, onConsult }: ChoiceProps) {
  const { t } = useTranslation("desk");
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text>
        {name}{" "}
        <Text span size="sm" c="dimmed">
          {aside}
        </Text>
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Button size="xs" variant="default" aria-label={t("consultAt", { name })} disabled={!free} onClick={onConsult}>
          {t("consultVerb")}
        </Button>
        <Button size="xs" variant="default" aria-label={t("transferTo", { name })} onClick={onTransfer}>
          {t("transferVerb")}
        </Button>
      </Group>
    </Group>
  );
}
