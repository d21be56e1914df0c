import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function LedgerPage() {
  const { t } = useTranslation("ledger");
  return <Title order={1}>{t("title")}</Title>;
}
