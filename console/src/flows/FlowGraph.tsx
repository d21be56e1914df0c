import "@xyflow/react/dist/style.css";

import { graphlib, layout } from "@dagrejs/dagre";
import { Box, Text, useComputedColorScheme } from "@mantine/core";
import { Background, Controls, type Edge as Line, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Fault } from "./faults";
import { type Edge, type Flow, type Step, stepAt } from "./steps";
import { kindOf, wayOf } from "./words";

const WIDTH = 200;
const LINE_HEIGHT = 21;

interface Shown extends Record<string, unknown> {
  readonly step: Step;
  readonly start: boolean;
  readonly faults: number;
}

type StepNode = Node<Shown, "step">;

const heightOf = (step: Step): number => 64 + LINE_HEIGHT * (Math.min(2, step.prompts.length) + (step.facts.length > 0 ? 1 : 0));

function StepBox({ data: { step, start, faults } }: NodeProps<StepNode>) {
  const { t } = useTranslation("flows");
  return (
    <Box p={6} w={WIDTH} mih={heightOf(step)} bg="var(--mantine-color-body)" c="var(--mantine-color-text)" style={{ borderRadius: 6, border: `${faults > 0 || start ? 2 : 1}px solid ${faults > 0 ? "var(--mantine-color-red-text)" : "var(--mantine-color-dimmed)"}`, textAlign: "start" }}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Text size="sm" c="dimmed" truncate>
        {start ? "▶ " : ""}
        {t(`kind.${kindOf(step.kind)}`)}
      </Text>
      <Text size="lg" fw={600} truncate>
        {step.name}
      </Text>
      {step.prompts.slice(0, 2).map((prompt) => (
        <Text key={prompt} size="sm" truncate>
          ♪ {prompt}
        </Text>
      ))}
      {step.facts.length > 0 ? (
        <Text size="sm" c="dimmed" truncate>
          {step.facts.join(" · ")}
        </Text>
      ) : undefined}
      {faults > 0 ? (
        <Text size="sm" c="var(--mantine-color-red-text)" fw={700}>
          ⚠ {t("faultsHere", { count: faults })}
        </Text>
      ) : undefined}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </Box>
  );
}

const NODES = { step: StepBox };

/** About as wide as words are drawn: Japanese characters are twice as wide as others. */
const widthOf = (words: string): number => [...words].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0x2e7f ? 15 : 8), 0);

/** Where each step stands, from the top to the bottom. */
function placed(flow: Flow, words: (step: Step, edge: Edge) => string): ReadonlyMap<string, { x: number; y: number }> {
  const graph = new graphlib.Graph().setGraph({ rankdir: "TB", nodesep: 20, ranksep: 26 }).setDefaultEdgeLabel(() => ({}));
  for (const step of flow.steps) graph.setNode(step.name, { width: WIDTH, height: heightOf(step) });
  for (const step of flow.steps) for (const edge of step.edges) if (graph.hasNode(edge.to)) graph.setEdge(step.name, edge.to, { width: widthOf(words(step, edge)), height: 16, labelpos: "c" });
  layout(graph);
  return new Map(
    flow.steps.map((step) => {
      const node = graph.node(step.name) as { x: number; y: number };
      return [step.name, { x: node.x - WIDTH / 2, y: node.y - heightOf(step) / 2 }];
    }),
  );
}

interface Props {
  readonly flow: Flow;
  readonly faults: readonly Fault[];
  readonly reason: (reasonId: string) => string;
  readonly onChoose: (step: Step) => void;
}

/** A flow as a graph. What it shows, the list of steps says to those who do not see it. */
export function FlowGraph({ flow, faults, reason, onChoose }: Props) {
  const { t } = useTranslation("flows");
  const scheme = useComputedColorScheme("light");
  // The only way on needs no word.
  const words = useCallback((step: Step, edge: Edge) => (step.edges.length === 1 ? "" : wayOf(t, edge, reason)), [t, reason]);
  const places = useMemo(() => placed(flow, words), [flow, words]);
  const nodes: StepNode[] = flow.steps.map((step) => ({
    id: step.name,
    type: "step",
    position: places.get(step.name) ?? { x: 0, y: 0 },
    width: WIDTH,
    data: { step, start: step.name === flow.start, faults: faults.filter((fault) => stepAt(flow, fault.line) === step).length },
  }));
  // Edges between the same two steps are one line with all their words.
  const between = new Map<string, Line>();
  for (const step of flow.steps)
    for (const edge of step.edges) {
      if (!places.has(edge.to)) continue;
      const id = `${step.name} ${edge.to}`;
      const before = between.get(id)?.label;
      const label = before ? `${String(before)} / ${words(step, edge)}` : words(step, edge);
      between.set(id, { id, source: step.name, target: edge.to, label, markerEnd: { type: MarkerType.ArrowClosed }, labelStyle: { fontSize: 15 }, style: { stroke: "var(--mantine-color-dimmed)", ...(edge.way === "otherwise" ? { strokeDasharray: "5 4" } : {}) } });
    }
  return (
    <Box h="100%" role="group" aria-label={t("graphLabel")}>
      <ReactFlow<StepNode>
        nodes={nodes}
        edges={[...between.values()]}
        nodeTypes={NODES}
        colorMode={scheme}
        fitView
        minZoom={0.15}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        ariaLabelConfig={{ "controls.zoomIn.ariaLabel": t("zoomIn"), "controls.zoomOut.ariaLabel": t("zoomOut"), "controls.fitView.ariaLabel": t("fit"), "controls.ariaLabel": t("view") }}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(_, node) => onChoose(node.data.step)}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </Box>
  );
}
