import { Alert, Badge, Box, Button, Grid, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { tell } from "../app/telling";
import { Loading } from "../app/States";
import { useClients } from "../people/useClients";
import { changesOf } from "./changes";
import { CheckResult } from "./CheckResult";
import { type Fault, faultsOf } from "./faults";
import { Outline } from "./Outline";
import { PublishDialog } from "./PublishDialog";
import { check, type Draft, publish, type PublishedFlow } from "./service";
import { Source, type SourceHandle } from "./Source";
import { flowOf, type Step } from "./steps";

const FlowGraph = lazy(async () => ({ default: (await import("./FlowGraph")).FlowGraph }));
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
  const [view, setView] = useState<"graph" | "outline">("graph");
  const [file, setFile] = useState<Fault["field"]>("source");
  const [publishing, setPublishing] = useState(false);
  const editor = useRef<SourceHandle>(null);
  const source = useDeferredValue(draft.source);
  const flow = useMemo(() => flowOf(source), [source]);
  const edited = draft.source !== original.source || draft.tests !== original.tests;

  const checking = useMutation({ mutationFn: () => check(shown, draft) });
  const publication = useMutation({
    mutationFn: (note: string) => publish(shown, draft, note),
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
            onChange={(chosen) => setView(chosen as "graph" | "outline")}
            data={[
              { value: "graph", label: t("graph") },
              { value: "outline", label: t("outline") },
            ]}
          />
        </Group>
        {mayEdit ? (
          <Group gap="sm">
            <Button variant="subtle" disabled={!edited} onClick={() => put(original)}>
              {t("discard")}
            </Button>
            <Button variant="default" loading={checking.isPending} onClick={() => checking.mutate()}>
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
      <CheckResult running={checking.isPending} checked={checking.data} error={error} onGo={(fault) => goTo(fault.field, fault.line)} />
      {flow.broken ? (
        <Alert color="red" variant="light" title={t("broken")}>
          {t("line", { line: flow.broken.line })}: {flow.broken.reason}
        </Alert>
      ) : undefined}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Box h={HEIGHT} style={{ border: "1px solid var(--mantine-color-default-border)", borderRadius: 4, overflow: "auto" }} {...(view === "outline" ? { tabIndex: 0, role: "region", "aria-label": t("steps"), p: "sm" } : {})}>
            {view === "outline" ? (
              <Outline flow={flow} faults={ofSource} reason={reason} onChoose={choose} />
            ) : (
              <Suspense fallback={<Loading height="100%" />}>
                <FlowGraph flow={flow} faults={ofSource} reason={reason} onChoose={choose} />
              </Suspense>
            )}
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
          running={publication.isPending}
          onPublish={(note) => publication.mutate(note)}
          onClose={() => setPublishing(false)}
        />
      ) : undefined}
    </Stack>
  );
}
