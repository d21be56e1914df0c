import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { useDesk } from "./DeskProvider";
import { BLANK, characters, type Fault, faultsOf, type Field, GIST_CHARACTERS_MOST, VALID_DAYS_MOST, type Written } from "./handovers";
import { Refusal } from "./Refusal";
import { useClients } from "./useContact";
import { type About, useJustWritten } from "./useHandovers";

/** A small form: gist, detail, days. What is written stays until it is sent, or another contact is written about. */
export function HandoverDialog({ about, opened, onClose }: { about: About; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("desk");
  const [draft, setDraft] = useState({ contactId: "", written: BLANK });
  const written = draft.contactId === about.contactId ? draft.written : BLANK;
  return (
    <Modal opened={opened} onClose={onClose} title={t("writeHandover")} closeButtonProps={{ "aria-label": t("close", { ns: "app" }) }}>
      <Form about={about} written={written} onWrite={(each) => setDraft({ contactId: about.contactId, written: each })} onClose={onClose} />
    </Modal>
  );
}

interface FormProps {
  readonly about: About;
  readonly written: Written;
  readonly onWrite: (written: Written) => void;
  readonly onClose: () => void;
}

function Form({ about, written, onWrite, onClose }: FormProps) {
  const { t } = useTranslation("desk");
  const { ask, busy } = useDesk();
  const showWritten = useJustWritten();
  const [faults, setFaults] = useState<Partial<Record<Field, Fault>>>({});
  const write = (change: Partial<Written>) => {
    onWrite({ ...written, ...change });
    setFaults({});
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = faultsOf(written);
    setFaults(found);
    const first = Object.keys(found)[0];
    if (first) {
      document.getElementById(`handover-${first}`)?.focus();
      return;
    }
    const days = Number(written.validDays);
    const told = await ask("CaseService/WriteHandover", { contactId: about.contactId, gist: written.gist, detail: written.detail, validDays: days });
    if (!told) return;
    showWritten(written, { ...about, handoverId: (told as { handoverId?: string }).handoverId ?? "" });
    onWrite(BLANK);
    onClose();
  };
  const faultOf = (field: Field) => {
    const fault = faults[field];
    return fault ? t(`handoverFault.${fault}`, { days: VALID_DAYS_MOST }) : undefined;
  };
  const company = useClients().find((each) => each.clientId === about.clientId)?.name ?? "";
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="xs">
        <Text size="sm">{t("handoverAbout", { name: company })}</Text>
        <Textarea
          id="handover-gist"
          label={t("handoverGist")}
          description={t("handoverGistHint")}
          required
          autosize
          minRows={2}
          maxRows={4}
          data-autofocus
          value={written.gist}
          error={faultOf("gist")}
          onChange={(event) => write({ gist: event.currentTarget.value })}
        />
        <Text size="xs" ta="end" role="status" c={characters(written.gist) > GIST_CHARACTERS_MOST ? "red" : "dimmed"}>
          {t("handoverCount", { count: characters(written.gist), most: GIST_CHARACTERS_MOST })}
        </Text>
        <Textarea
          id="handover-detail"
          label={t("handoverDetail")}
          autosize
          minRows={2}
          maxRows={8}
          value={written.detail}
          error={faultOf("detail")}
          onChange={(event) => write({ detail: event.currentTarget.value })}
        />
        <TextInput
          id="handover-validDays"
          label={t("handoverDays")}
          inputMode="numeric"
          w={180}
          value={written.validDays}
          error={faultOf("validDays")}
          onChange={(event) => write({ validDays: event.currentTarget.value })}
        />
        <Refusal />
        <Group justify="flex-end">
          <Button type="submit" loading={busy.has("CaseService/WriteHandover")}>
            {t("handOver")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
