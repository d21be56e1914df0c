import "@xyflow/react/dist/style.css";

import { Box, Text, useComputedColorScheme } from "@mantine/core";
import { Background, BaseEdge, Controls, type Edge as GraphEdge, EdgeLabelRenderer, type EdgeProps, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { type Fault, missingIn } from "./faults";
import { FaultWords } from "./FaultWords";
import { heightOf, type Line, placed, WIDTH, WORDS_HEIGHT } from "./layout";
import { type Edge, type Flow, type Step, stepAt } from "./steps";
import { kindOf, linesOf } from "./words";

interface Shown extends Record<string, unknown> {
  readonly step: Step;
  readonly start: boolean;
  readonly faults: readonly Fault[];
  readonly onUpload: ((name: string) => void) | undefined;
}

type StepNode = Node<Shown, "step">;
type WayEdge = GraphEdge<{ readonly line: Line }, "way">;

/** Lines have their own places: the library's are needed by it and not to be seen. */
const HIDDEN = { opacity: 0 };

function StepBox({ data: { step, start, faults, onUpload } }: NodeProps<StepNode>) {
  const { t } = useTranslation("flows");
  const missing = faults.filter((fault) => missingIn(fault) !== undefined);
  return (
    <Box p={6} w={WIDTH} mih={heightOf(step)} bg="var(--mantine-color-body)" c="var(--mantine-color-text)" style={{ borderRadius: 6, border: `${faults.length > 0 || start ? 2 : 1}px solid ${faults.length > 0 ? "var(--mantine-color-red-text)" : "var(--mantine-color-dimmed)"}`, textAlign: "start" }}>
      <Handle type="target" position={Position.Top} isConnectable={false} style={HIDDEN} />
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
      {faults.length > missing.length ? (
        <Text size="sm" c="var(--mantine-color-red-text)" fw={700}>
          ⚠ {t("faultsHere", { count: faults.length })}
        </Text>
      ) : undefined}
      {missing.map((fault) => (
        <Text key={fault.reason} size="sm" component="div" c="var(--mantine-color-red-text)" fw={700}>
          ⚠ <FaultWords fault={fault} onUpload={onUpload} short />
        </Text>
      ))}
      <Handle type="source" position={Position.Bottom} isConnectable={false} style={HIDDEN} />
    </Box>
  );
}

function WayLine({ data, markerEnd, style }: EdgeProps<WayEdge>) {
  if (!data) return undefined;
  const { path, words, at } = data.line;
  return (
    <>
      <BaseEdge path={path} {...(markerEnd ? { markerEnd } : {})} {...(style ? { style } : {})} />
      {words.length > 0 ? (
        <EdgeLabelRenderer>
          <Box bg="var(--mantine-color-body)" c="var(--mantine-color-text)" px={4} style={{ position: "absolute", transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)`, fontSize: 15, lineHeight: `${WORDS_HEIGHT}px`, textAlign: "center", whiteSpace: "nowrap", borderRadius: 4 }}>
            {words.map((word) => (
              <div key={word}>{word}</div>
            ))}
          </Box>
        </EdgeLabelRenderer>
      ) : undefined}
    </>
  );
}

const NODES = { step: StepBox };
const EDGES = { way: WayLine };

interface Props {
  readonly flow: Flow;
  readonly faults: readonly Fault[];
  readonly reason: (reasonId: string) => string;
  readonly onChoose: (step: Step) => void;
  readonly onUpload: ((name: string) => void) | undefined;
}

/** A flow as a graph. What it shows, the list of steps says to those who do not see it. */
export function FlowGraph({ flow, faults, reason, onChoose, onUpload }: Props) {
  const { t } = useTranslation("flows");
  const scheme = useComputedColorScheme("light");
  const words = useCallback((edge: Edge) => linesOf(t, edge, reason), [t, reason]);
  const { steps, lines } = useMemo(() => placed(flow, words), [flow, words]);
  const nodes: StepNode[] = flow.steps.map((step) => ({
    id: step.name,
    type: "step",
    position: steps.get(step.name) ?? { x: 0, y: 0 },
    width: WIDTH,
    data: { step, start: step.name === flow.start, faults: faults.filter((fault) => stepAt(flow, fault.line) === step), onUpload },
  }));
  const edges: WayEdge[] = lines.map((line) => ({
    id: line.id,
    type: "way",
    source: line.source,
    target: line.target,
    data: { line },
    markerEnd: { type: MarkerType.ArrowClosed, width: 20, height: 20, color: "var(--mantine-color-dimmed)" },
    style: { stroke: "var(--mantine-color-dimmed)", ...(line.otherwise ? { strokeDasharray: "5 4" } : {}) },
  }));
  return (
    <Box h="100%" role="group" aria-label={t("graphLabel")}>
      <ReactFlow<StepNode, WayEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODES}
        edgeTypes={EDGES}
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
