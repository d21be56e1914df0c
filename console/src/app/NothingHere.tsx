import { Center, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** For an address that leads nowhere, or a role that works by programs alone. */
export function NothingHere({ why = "nothingHere" }: { why?: "nothingHere" | "noPages" }) {
  const { t } = useTranslation("app");
  return (
    <Center h="60vh">
      <Text>{t(why)}</Text>
    </Center>
  );
}
