import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function ReasonsPage() {
  const { t } = useTranslation("reasons");
  return <Title order={1}>{t("title")}</Title>;
}
