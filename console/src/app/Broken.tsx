import { Alert, Button, Center } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** A page, or a part of one, that could not be shown by a fault of ours. */
export function Broken({ height = "60vh" }: { height?: number | string }) {
  const { t } = useTranslation("app");
  return (
    <Center mih={height}>
      <Alert role="alert" color="red" variant="light" title={t("broke")}>
        <Button size="xs" variant="default" onClick={() => window.location.reload()}>
          {t("reload")}
        </Button>
      </Alert>
    </Center>
  );
}

/** Shows `Broken`, so high, instead of what is in it when that fails. */
export class Boundary extends Component<{ children: ReactNode; height?: number | string }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken height={this.props.height} /> : this.props.children;
  }
}
