import { Button, Grid, Stack, Title } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { rpc } from "../api/rpc";
import { Empty, Failed, Loading } from "../app/States";
import type { components } from "../contract/api";
import { Details } from "./Details";
import { RecordingList } from "./RecordingList";
import { ANYTHING, askedOf } from "./search";
import { SearchForm } from "./SearchForm";

type Listed = components["schemas"]["ListRecordingsResponse"];
type Asked = components["schemas"]["ListRecordingsRequest"];

const list = (asked: Asked): Promise<Listed> => rpc<Listed>("RecordingService/ListRecordings", asked);

/** The recording that the address names: `?contact=…&at=…`, of feedback for example. */
function Chosen({ contactId, atMs }: { contactId: string; atMs: number | undefined }) {
  const { t } = useTranslation("recordings");
  const one = useQuery({ queryKey: ["recordings", "one", contactId], queryFn: () => list({ contactId }) });
  if (one.isPending) return <Loading height={400} />;
  if (one.isError) return <Failed error={one.error} again={() => void one.refetch()} />;
  const recording = one.data.recordings[0];
  return recording ? <Details key={contactId} recording={recording} atMs={atMs} /> : <Empty>{t("unknown")}</Empty>;
}

/** Finding recordings and listening to them. */
export function RecordingsPage() {
  const { t } = useTranslation("recordings");
  const { contact, at } = useSearch({ from: "/recordings" });
  const navigate = useNavigate();
  const [wanted, setWanted] = useState(ANYTHING);
  const found = useInfiniteQuery({
    queryKey: ["recordings", "list", wanted],
    initialPageParam: "",
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) => list({ ...askedOf(wanted), ...(pageParam ? { pageToken: pageParam } : {}) }),
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
  const rows = found.data?.pages.flatMap((page) => page.recordings) ?? [];
  return (
    <Stack>
      <Title order={1}>{t("title")}</Title>
      <SearchForm onFind={setWanted} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          {found.isPending ? (
            <Loading height={400} />
          ) : found.isError ? (
            <Failed error={found.error} again={() => void found.refetch()} />
          ) : rows.length === 0 ? (
            <Empty>{t("none")}</Empty>
          ) : (
            <Stack>
              <RecordingList recordings={rows} chosen={contact} onChoose={(contactId) => void navigate({ to: "/recordings", search: { contact: contactId } })} />
              {found.hasNextPage ? (
                <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                  {t("more")}
                </Button>
              ) : undefined}
            </Stack>
          )}
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>{contact ? <Chosen contactId={contact} atMs={at === undefined ? undefined : at * 1000} /> : <Empty>{t("choose")}</Empty>}</Grid.Col>
      </Grid>
    </Stack>
  );
}
