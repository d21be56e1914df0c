import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function FairnessPage() {
  const { t } = useTranslation("fairness");
  return <Title order={1}>{t("title")}</Title>;
}
