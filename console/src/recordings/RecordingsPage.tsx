import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function RecordingsPage() {
  const { t } = useTranslation("recordings");
  return <Title order={1}>{t("title")}</Title>;
}
