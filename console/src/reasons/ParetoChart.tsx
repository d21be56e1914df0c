import { Box, useComputedColorScheme } from "@mantine/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { FONTS } from "../app/theme";
import { type ReasonRow, workloadsOf } from "./report";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

/** Rows that a chart shows; the table has them all. */
const BARS_MOST = 20;
const INK = { light: { text: "#212529", line: "#ced4da", bar: "#0b6a73", share: "#a34700" }, dark: { text: "#e9ecef", line: "#495057", bar: "#4dadb5", share: "#ffb366" } } as const;

/** Workload of each reason as bars, the cumulative share as a line with points. */
export function ParetoChart({ rows, nameOf }: { rows: readonly ReasonRow[]; nameOf: (row: ReasonRow) => string }) {
  const { t } = useTranslation("reasons");
  const scheme = useComputedColorScheme("light");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return undefined;
    const ink = INK[scheme];
    const shown = rows.slice(0, BARS_MOST);
    const workloads = workloadsOf(shown);
    const chart = init(box.current, undefined, { renderer: "svg" });
    const axis = { axisLabel: { color: ink.text }, axisLine: { lineStyle: { color: ink.line } }, splitLine: { lineStyle: { color: ink.line } }, nameTextStyle: { color: ink.text } };
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: FONTS },
      grid: { left: 56, right: 56, top: 48, bottom: 64 },
      legend: { top: 4, itemGap: 20, textStyle: { color: ink.text } },
      tooltip: { trigger: "axis", confine: true },
      xAxis: { type: "category", data: shown.map(nameOf), ...axis, axisLabel: { color: ink.text, interval: 0, width: 128, overflow: "break", hideOverlap: false } },
      yAxis: [
        { type: "value", ...axis },
        { type: "value", min: 0, max: 100, ...axis, splitLine: { show: false }, axisLabel: { color: ink.text, formatter: "{value}%" } },
      ],
      series: [
        { type: "bar", name: t(`workloadIn.${workloads.unit}`), data: [...workloads.values], itemStyle: { color: ink.bar }, barMaxWidth: 48 },
        { type: "line", name: t("cumulative"), yAxisIndex: 1, data: shown.map((row) => Math.round(row.cumulativeShare * 1000) / 10), symbol: "diamond", symbolSize: 8, lineStyle: { color: ink.share, type: "dashed" }, itemStyle: { color: ink.share } },
      ],
    });
    const sized = new ResizeObserver(() => chart.resize());
    sized.observe(box.current);
    return () => {
      sized.disconnect();
      chart.dispose();
    };
  }, [rows, nameOf, scheme, t]);
  return <Box ref={box} h={320} role="img" aria-label={t("paretoChart")} />;
}
