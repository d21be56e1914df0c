import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function FlowsPage() {
  const { t } = useTranslation("flows");
  return <Title order={1}>{t("title")}</Title>;
}
