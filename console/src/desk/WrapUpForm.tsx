import { Button, NativeSelect, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { newRequestId, rpc } from "../api/rpc";
import { Failed } from "../app/States";
import { useSession } from "../session/SessionProvider";
import { useDesk } from "./DeskProvider";
import { type Draft, keepDrafts, keptDrafts, withDraft, withoutDraft } from "./drafts";
import { fieldOf } from "./faults";
import { useLabel } from "./labels";
import { Panel } from "./Panel";
import { useClient } from "./useContact";
import type { FormField } from "./wire";

type Faults = Readonly<Record<string, string>>;

/** The client company's form; what is written is kept in the browser until it is sent. */
export function WrapUpForm({ reasonId }: { reasonId: string }) {
  const { contactId } = useDesk();
  const client = useClient();
  // A form of its own for each contact: nothing of one customer is ever seen at the next.
  return <Form key={contactId} contactId={contactId} fields={client?.wrapUpForm} reasonId={reasonId} />;
}

interface FormProps {
  readonly contactId: string;
  /** Undefined while the client company is not known: nothing can be sent then. */
  readonly fields: readonly FormField[] | undefined;
  readonly reasonId: string;
}

function Form({ contactId, fields: known, reasonId }: FormProps) {
  const { t } = useTranslation("desk");
  const { state } = useDesk();
  const { user } = useSession();
  const { time } = useFormats();
  const [draft, setDraft] = useState<Draft | undefined>(() => keptDrafts(user.userId).find((each) => each.contactId === contactId));
  const [faults, setFaults] = useState<Faults>({});
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const answers = draft?.answers ?? {};
  const fields = known ?? [];
  const wrapsUp = state?.state === "OPERATOR_STATE_WRAP_UP" && contactId !== "";

  const write = (key: string, value: string) => {
    const next = { contactId, answers: { ...answers, [key]: value }, reasonId, at: Date.now() };
    setDraft(next);
    setFaults(({ [key]: _mended, ...others }) => others);
    keepDrafts(user.userId, withDraft(keptDrafts(user.userId), next));
  };
  const fail = (found: Faults) => {
    setFaults(found);
    document.getElementById(`wrap-up-${Object.keys(found)[0] ?? ""}`)?.focus();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setError(undefined);
    const missing = fields.filter((field) => field.required && !answers[field.key]?.trim()).map((field) => [field.key, t("missing")]);
    const odd = fields
      .filter((field) => field.kind === "FIELD_KIND_NUMBER" && !/^-?\d*$/.test(answers[field.key]?.trim() ?? ""))
      .map((field) => [field.key, t("notANumber")]);
    const found = Object.fromEntries([...missing, ...odd]) as Faults;
    if (Object.keys(found).length > 0) {
      fail(found);
      return;
    }
    setBusy(true);
    try {
      const given = fields.map((field) => ({ key: field.key, value: answers[field.key]?.trim() ?? "" })).filter((each) => each.value);
      await rpc("CallreasonService/CompleteWrapUp", { requestId: newRequestId(), contactId, reasonId, answers: given });
      keepDrafts(user.userId, withoutDraft(keptDrafts(user.userId), contactId));
    } catch (refused) {
      const key = fieldOf(refused, fields.map((field) => field.key));
      if (key) fail({ [key]: t("wrong") });
      else setError(refused);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Panel name={t("form")} aside={<Text size="xs" c="dimmed">{draft ? t("saved", { time: time(new Date(draft.at)) }) : ""}</Text>}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack gap="xs">
          {fields.map((field) => (
            <Field key={field.key} field={field} value={answers[field.key] ?? ""} fault={faults[field.key]} disabled={contactId === ""} onChange={(value) => write(field.key, value)} />
          ))}
          {fields.length === 0 ? (
            <Text size="sm" c="dimmed">
              {contactId ? t(known ? "noForm" : "lookingUp") : t("noContact")}
            </Text>
          ) : undefined}
          {error ? <Failed error={error} /> : undefined}
          <Button type="submit" loading={busy} disabled={!wrapsUp || !known}>
            {t("send")}
          </Button>
          <Text size="xs" c="dimmed" mih={18}>
            {contactId && !wrapsUp ? t("sendLater") : ""}
          </Text>
        </Stack>
      </form>
    </Panel>
  );
}

interface FieldProps {
  readonly field: FormField;
  readonly value: string;
  readonly fault: string | undefined;
  readonly disabled: boolean;
  readonly onChange: (value: string) => void;
}

/** One field of the form, with what is wrong with it beside it. */
function Field({ field, value, fault, disabled, onChange }: FieldProps) {
  const { t } = useTranslation("desk");
  const label = useLabel();
  const common = {
    id: `wrap-up-${field.key}`,
    label: label(field),
    required: field.required,
    value,
    disabled,
    error: fault,
  };
  if (field.kind === "FIELD_KIND_CHOICE")
    return <NativeSelect {...common} data={[{ value: "", label: t("choose") }, ...field.choices]} onChange={(event) => onChange(event.currentTarget.value)} />;
  if (field.kind === "FIELD_KIND_NUMBER")
    return <TextInput {...common} inputMode="numeric" maxLength={18} onChange={(event) => onChange(event.currentTarget.value)} />;
  return <Textarea {...common} autosize minRows={2} maxRows={6} maxLength={2_000} onChange={(event) => onChange(event.currentTarget.value)} />;
}
