import { Alert, Badge, Box, Button, Grid, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { OnDemand } from "../app/OnDemand";
import { tell } from "../app/telling";
import { Loading } from "../app/States";
import { useClients } from "../people/useClients";
import { changesOf } from "./changes";
import { CheckResult } from "./CheckResult";
import { type Fault, faultsOf } from "./faults";
import { Outline } from "./Outline";
import { PublishDialog } from "./PublishDialog";
import { check, type Draft, type Prompts, publish, type PublishedFlow } from "./service";
import { changedSounds } from "./sounds";
import { Source, type SourceHandle } from "./Source";
import { flowOf, type Step } from "./steps";
import { useSounds } from "./useSounds";

const VIEWS = ["graph", "outline", "sounds"] as const;
type View = (typeof VIEWS)[number];
const FlowGraph = lazy(async () => ({ default: (await import("./FlowGraph")).FlowGraph }));
const SoundList = lazy(async () => ({ default: (await import("./SoundList")).SoundList }));
const UploadDialog = lazy(async () => ({ default: (await import("./UploadDialog")).UploadDialog }));
const HEIGHT = "max(420px, calc(100vh - 330px))";

interface Props {
  /** What is shown and edited. */
  readonly shown: PublishedFlow;
  /** What callers hear at present. */
  readonly live: PublishedFlow;
  readonly mayEdit: boolean;
  readonly onPublished: () => void;
}

/** One version of a flow: drawn, listed, edited, tested, published. */
export function FlowEditor({ shown, live, mayEdit, onPublished }: Props) {
  const { t } = useTranslation("flows");
  const { reasonOf } = useClients();
  const queries = useQueryClient();
  const original: Draft = { source: shown.source, tests: shown.tests };
  const [draft, setDraft] = useState(original);
  const [view, setView] = useState<View>("graph");
  const [file, setFile] = useState<Fault["field"]>("source");
  const [publishing, setPublishing] = useState(false);
  const [uploading, setUploading] = useState<string>();
  const editor = useRef<SourceHandle>(null);
  const source = useDeferredValue(draft.source);
  const flow = useMemo(() => flowOf(source), [source]);
  const sounds = useSounds(shown, flow.mentioned);
  const edited = draft.source !== original.source || draft.tests !== original.tests || sounds.edited;

  const checking = useMutation({ mutationFn: (prompts: Prompts) => check(shown.clientId, draft, prompts) });
  const publication = useMutation({
    mutationFn: (note: string) => publish(shown.clientId, draft, sounds.prompts, note),
    onSuccess: async ({ version }) => {
      void tell({ message: t("published", { version }) });
      await queries.invalidateQueries({ queryKey: ["flow", shown.flowId] });
      onPublished();
    },
    onSettled: () => setPublishing(false),
  });
  const put = (part: Partial<Draft>) => {
    checking.reset();
    publication.reset();
    setDraft((before) => ({ ...before, ...part }));
  };
  const error: unknown = publication.error ?? checking.error;
  const faults = faultsOf(error) ?? [];
  const goTo = (field: Fault["field"], line: number) => {
    setFile(field);
    // The other file's text is there after the next picture only.
    requestAnimationFrame(() => editor.current?.goTo(line));
  };
  const onUpload = mayEdit ? setUploading : undefined;
  const uploaded = async (name: string, sha256: string, version: number) => {
    setUploading(undefined);
    void tell({ message: t("uploaded", { name, version }) });
    const prompts = sounds.choose(name, sha256);
    // What was found wrong before may be right by now.
    publication.reset();
    if (error) checking.mutate(prompts);
    await sounds.refresh();
  };
  const choose = (step: Step) => goTo("source", step.firstLine);
  const reason = useCallback((reasonId: string) => reasonOf(shown.clientId, reasonId), [reasonOf, shown.clientId]);
  const ofSource = faults.filter((fault) => fault.field === "source");
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Group gap="sm">
          <Text fw={600}>{t("version", { version: shown.version })}</Text>
          <Badge variant="light" c="var(--mantine-color-text)" tt="none" color={edited ? "orange" : "teal"}>
            {edited ? t("draft") : shown.version === shown.liveVersion ? t("live") : t("version", { version: shown.version })}
          </Badge>
          <SegmentedControl
            aria-label={t("view")}
            value={view}
            onChange={(chosen) => setView(chosen as View)}
            data={VIEWS.map((value) => ({ value, label: t(value) }))}
          />
        </Group>
        {mayEdit ? (
          <Group gap="sm">
            <Button variant="subtle" disabled={!edited} onClick={() => {
                put(original);
                sounds.reset();
              }}>
              {t("discard")}
            </Button>
            <Button variant="default" loading={checking.isPending} onClick={() => checking.mutate(sounds.prompts)}>
              {t("check")}
            </Button>
            <Button onClick={() => setPublishing(true)}>{t("publish")}</Button>
          </Group>
        ) : (
          <Text size="sm" c="dimmed">
            {t("readOnly")}
          </Text>
        )}
      </Group>
      <CheckResult running={checking.isPending} checked={checking.data} error={error} onGo={(fault) => goTo(fault.field, fault.line)} onUpload={onUpload} />
      {flow.broken ? (
        <Alert color="red" variant="light" title={t("broken")}>
          {t("line", { line: flow.broken.line })}: {flow.broken.reason}
        </Alert>
      ) : undefined}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Box h={HEIGHT} style={{ border: "1px solid var(--mantine-color-default-border)", borderRadius: 4, overflow: "auto" }} {...(view === "graph" ? {} : { tabIndex: 0, role: "region", "aria-label": t(view === "outline" ? "steps" : "sounds"), p: "sm" })}>
            {view === "outline" ? <Outline flow={flow} faults={ofSource} reason={reason} onChoose={choose} onUpload={onUpload} /> : undefined}
            <OnDemand key={view} fallback={<Loading height="100%" />}>
              {view === "graph" ? <FlowGraph flow={flow} faults={ofSource} reason={reason} onChoose={choose} onUpload={onUpload} /> : undefined}
              {view === "sounds" ? <SoundList clientId={shown.clientId} flowId={shown.flowId} sounds={sounds} mentioned={flow.mentioned} mayEdit={mayEdit} onUpload={setUploading} /> : undefined}
            </OnDemand>
          </Box>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="xs" h={HEIGHT}>
            <SegmentedControl
              aria-label={`${t("source")} / ${t("tests")}`}
              value={file}
              onChange={(chosen) => setFile(chosen as Fault["field"])}
              data={[
                { value: "source", label: t("source") },
                { value: "tests", label: t("tests") },
              ]}
            />
            <Box flex={1} mih={0}>
              <Source key={file} ref={editor} label={t(file)} text={draft[file]} faults={faults.filter((fault) => fault.field === file)} readOnly={!mayEdit} onChange={(text) => put({ [file]: text })} />
            </Box>
          </Stack>
        </Grid.Col>
      </Grid>
      {publishing ? (
        <PublishDialog
          changes={changesOf({ flow: flowOf(live.source), source: live.source }, { flow: flowOf(draft.source), source: draft.source })}
          sounds={changedSounds(live.prompts, sounds.prompts, flow.mentioned)}
          running={publication.isPending}
          onPublish={(note) => publication.mutate(note)}
          onClose={() => setPublishing(false)}
        />
      ) : undefined}
      {uploading === undefined ? undefined : (
        <OnDemand>
          <UploadDialog clientId={shown.clientId} name={uploading} library={sounds.library} onDone={(...done) => void uploaded(...done)} onClose={() => setUploading(undefined)} />
        </OnDemand>
      )}
    </Stack>
  );
}
