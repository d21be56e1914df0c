import { Alert, Button, Center } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** A page that could not be shown by a fault of ours. */
export function Broken() {
  const { t } = useTranslation("app");
  return (
    <Center mih="60vh">
      <Alert role="alert" color="red" variant="light" title={t("broke")}>
        <Button size="xs" variant="default" onClick={() => window.location.reload()}>
          {t("reload")}
        </Button>
      </Alert>
    </Center>
  );
}

/** Shows `Broken` instead of what is in it when that fails. */
export class Boundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}
