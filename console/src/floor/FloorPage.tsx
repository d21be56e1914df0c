import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function FloorPage() {
  const { t } = useTranslation("floor");
  return <Title order={1}>{t("title")}</Title>;
}
