import { Alert, Anchor, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Failed, Working } from "../app/States";
import { type Fault, faultOf, faultsOf } from "./faults";
import { FaultWords } from "./FaultWords";
import type { Checked } from "./service";

interface Props {
  readonly running: boolean;
  readonly checked: Checked | undefined;
  readonly error: unknown;
  readonly onGo: (fault: Fault) => void;
  readonly onUpload: ((name: string) => void) | undefined;
}

function Places({ faults, onGo, onUpload }: { readonly faults: readonly Fault[] } & Pick<Props, "onGo" | "onUpload">) {
  const { t } = useTranslation("flows");
  return (
    <List size="sm" spacing={2}>
      {faults.map((fault) => (
        <List.Item key={`${fault.line} ${fault.reason}`}>
          {fault.line > 0 ? (
            <Anchor component="button" type="button" size="sm" underline="always" c="inherit" onClick={() => onGo(fault)}>
              {t("line", { line: fault.line })}
            </Anchor>
          ) : undefined}{" "}
          <FaultWords fault={fault} onUpload={onUpload} />
        </List.Item>
      ))}
    </List>
  );
}

/** What a check came to: every fault with a link to its line, doubts, tests that passed. */
export function CheckResult({ running, checked, error, onGo, onUpload }: Props) {
  const { t } = useTranslation("flows");
  if (running) return <Working>{t("checking")}</Working>;
  const faults = faultsOf(error);
  if (faults)
    return (
      <Alert role="alert" color="red" variant="light" title={`${t(faults[0]?.field ?? "source")}: ${t("faults", { count: faults.length })}`}>
        <Places faults={faults} onGo={onGo} onUpload={onUpload} />
      </Alert>
    );
  if (error) return <Failed error={error} />;
  if (!checked) return <Text size="sm" c="dimmed" role="status" />;
  return (
    <Alert role="status" color="teal" variant="light" title={checked.testsPassed > 0 ? t("passed", { count: checked.testsPassed }) : t("noTests")}>
      {checked.warnings.length > 0 ? (
        <>
          <Text size="sm">{t("warnings")}</Text>
          <Places faults={checked.warnings.map((warning) => faultOf("source", warning))} onGo={onGo} onUpload={onUpload} />
        </>
      ) : undefined}
    </Alert>
  );
}
