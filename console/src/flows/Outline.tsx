import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Fault } from "./faults";
import { FaultWords } from "./FaultWords";
import { type Flow, inOrder, type Step, stepAt } from "./steps";
import { kindOf, wayOf } from "./words";

interface Props {
  readonly flow: Flow;
  readonly faults: readonly Fault[];
  readonly reason: (reasonId: string) => string;
  readonly onChoose: (step: Step) => void;
  readonly onUpload: ((name: string) => void) | undefined;
}

const idOf = (name: string): string => `step-${name}`;

/** A flow as a list of steps, with links from step to step: all that the graph shows. */
export function Outline({ flow, faults, reason, onChoose, onUpload }: Props) {
  const { t } = useTranslation("flows");
  const steps = inOrder(flow);
  const names = new Set(flow.steps.map((step) => step.name));
  const targets = new Set(flow.steps.flatMap((step) => step.edges.map((edge) => edge.to)));
  return (
    <Stack component="ol" gap="sm" aria-label={t("steps")} pl="lg" m={0}>
      {steps.map((step) => (
        <li key={step.name} id={idOf(step.name)} tabIndex={-1}>
          <Group gap="xs">
            <Text span fw={600}>
              {step.name}
            </Text>
            <Text span size="sm">
              {t(`kind.${kindOf(step.kind)}`)}
            </Text>
            <Text span size="sm" c="dimmed">
              {step.name === flow.start ? t("start") : targets.has(step.name) ? "" : t("unreachable")}
            </Text>
            <Button size="compact-xs" variant="subtle" onClick={() => onChoose(step)}>
              {t("toLine", { line: step.firstLine })}
            </Button>
          </Group>
          {step.prompts.length > 0 ? (
            <Text size="sm">
              {t("hears")}: {step.prompts.join(", ")}
            </Text>
          ) : undefined}
          {step.facts.length > 0 ? (
            <Text size="sm" c="dimmed">
              {step.facts.join(" · ")}
            </Text>
          ) : undefined}
          {faults
            .filter((fault) => stepAt(flow, fault.line) === step)
            .map((fault) => (
              <Text key={fault.reason} size="sm" component="div" c="var(--mantine-color-red-text)">
                ⚠ {t("line", { line: fault.line })}: <FaultWords fault={fault} onUpload={onUpload} />
              </Text>
            ))}
          <ul>
            {step.edges.map((edge) => (
              <li key={`${edge.way} ${edge.key} ${edge.to}`}>
                <Text span size="sm">
                  {wayOf(t, edge, reason)} →{" "}
                </Text>
                {names.has(edge.to) ? (
                  <Anchor size="sm" underline="always" href={`#${idOf(edge.to)}`} onClick={(event) => { event.preventDefault(); document.getElementById(idOf(edge.to))?.focus(); }}>
                    {edge.to}
                  </Anchor>
                ) : (
                  <Text span size="sm" c="var(--mantine-color-red-text)">
                    {edge.to} ({t("missing")})
                  </Text>
                )}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </Stack>
  );
}
