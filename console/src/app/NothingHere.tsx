import { Center, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** For an address that leads nowhere. */
export function NothingHere() {
  const { t } = useTranslation("app");
  return (
    <Center h="60vh">
      <Text>{t("nothingHere")}</Text>
    </Center>
  );
}
