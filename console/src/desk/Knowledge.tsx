import { Kbd, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { rpc } from "../api/rpc";
import { Failed } from "../app/States";
import classes from "./desk.module.css";
import { useEither } from "./labels";
import { Panel } from "./Panel";
import { useClient, useClients, useScript } from "./useContact";
import type { Article } from "./wire";

const WORDS_CHARACTERS_MOST = 200;
const PAUSE_MS = 250;

/** Articles of the client company: those of the reason, or what is searched for. */
export function Knowledge() {
  const { t } = useTranslation("desk");
  const clients = useClients();
  const own = useClient();
  const client = own ?? clients[0];
  const suggested = useScript().data?.articles ?? [];
  const [words, setWords] = useState("");
  const [asked] = useDebouncedValue(words.trim(), PAUSE_MS);
  const { data, error, refetch } = useQuery({
    queryKey: ["articles", client?.clientId, asked],
    enabled: client !== undefined && asked !== "",
    placeholderData: (before) => before,
    queryFn: () =>
      rpc<{ articles: readonly Article[] }>("KnowledgeService/SearchArticles", { clientId: client?.clientId, words: asked, most: 8 }),
  });
  const articles = asked ? (data?.articles ?? []) : suggested;
  return (
    <Panel name={t("knowledge")} aside={<Text size="xs">{client?.name ?? ""}</Text>}>
      <TextInput
        id="desk-search"
        type="search"
        aria-label={t("search")}
        placeholder={t("search")}
        maxLength={WORDS_CHARACTERS_MOST}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        rightSection={<Kbd size="xs">K</Kbd>}
      />
      <Text size="xs" c="dimmed" role="status" mih={18}>
        {asked && data ? (articles.length > 0 ? t("found", { count: articles.length }) : t("noneFound")) : ""}
      </Text>
      {asked && error ? <Failed error={error} again={() => void refetch()} /> : undefined}
      {articles.map((article) => (
        <Reading key={article.articleId} article={article} />
      ))}
    </Panel>
  );
}

function Reading({ article }: { article: Article }) {
  const either = useEither();
  return (
    <details>
      <summary>{either(article.titleJa, article.titleEn)}</summary>
      <Text size="sm" className={classes["prose"] ?? ""}>
        {either(article.bodyJa, article.bodyEn)}
      </Text>
    </details>
  );
}
