import type { EChartsOption } from "echarts";

import { FONTS } from "../app/theme";
import type { components } from "../contract/api";

export type Team = components["schemas"]["TeamFairness"];
export type Share = components["schemas"]["OperatorFairness"];

/** What a plot is drawn with, by theme. */
export interface Ink {
  readonly text: string;
  readonly line: string;
  readonly bar: string;
  readonly over: string;
  readonly under: string;
}

export const INK: Record<"light" | "dark", Ink> = {
  light: { text: "#212529", line: "#ced4da", bar: "#0b6a73", over: "#a82315", under: "#1f5fa8" },
  dark: { text: "#e9ecef", line: "#5c6369", bar: "#4dadb5", over: "#ff9d94", under: "#8ab8ff" },
};

const ROW_PX = 26;
const AROUND_PX = 70;

/** Most heard against what is due first. */
export const byRatio = (operators: readonly Share[]): readonly Share[] =>
  [...operators].sort((one, other) => other.ratio - one.ratio || one.operatorId.localeCompare(other.operatorId));

export const heightOf = (team: Team): number => AROUND_PX + ROW_PX * team.operators.length;

interface Words {
  readonly actual: string;
  readonly expected: string;
  readonly even: string;
  readonly due: string;
  readonly share: string;
  readonly lorenz: string;
}

const axis = (ink: Ink) => ({
  axisLabel: { color: ink.text },
  axisLine: { lineStyle: { color: ink.line } },
  splitLine: { lineStyle: { color: ink.line } },
  nameTextStyle: { color: ink.text },
});

const around = (ink: Ink): EChartsOption => ({
  animation: false,
  textStyle: { fontFamily: FONTS },
  legend: { top: 0, itemGap: 20, textStyle: { color: ink.text } },
  tooltip: { trigger: "axis", confine: true },
});

/** Colours are not alone in saying it. */
const SIGNS: Record<Share["flag"], string> = {
  FAIRNESS_FLAG_UNSPECIFIED: "",
  FAIRNESS_FLAG_NONE: "",
  FAIRNESS_FLAG_OVER: "▲ ",
  FAIRNESS_FLAG_UNDER: "▼ ",
};

/** Sessions as bars, what is due as a tick across them. */
export function actualAgainstExpected(team: Team, nameOf: (operatorId: string) => string, words: Words, ink: Ink): EChartsOption {
  const rows = byRatio(team.operators);
  const colour = (row: Share) => (row.flag === "FAIRNESS_FLAG_OVER" ? ink.over : row.flag === "FAIRNESS_FLAG_UNDER" ? ink.under : ink.bar);
  return {
    ...around(ink),
    grid: { left: 136, right: 24, top: 30, bottom: 30 },
    xAxis: { type: "value", minInterval: 1, ...axis(ink) },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => `${SIGNS[row.flag]}${nameOf(row.operatorId)}`), ...axis(ink), axisTick: { show: false } },
    series: [
      { type: "bar", name: words.actual, barWidth: 12, itemStyle: { color: ink.bar }, data: rows.map((row) => ({ value: row.sessions, itemStyle: { color: colour(row) } })) },
      { type: "scatter", name: words.expected, symbol: "rect", symbolSize: [3, 20], itemStyle: { color: ink.text }, data: rows.map((row) => Math.round(row.due * 10) / 10) },
    ],
  };
}

/** The curve below the diagonal; the area between them is half the Gini coefficient. */
export function lorenzCurve(team: Team, words: Words, ink: Ink): EChartsOption {
  const percent = (share: number) => Math.round(share * 1_000) / 10;
  return {
    ...around(ink),
    grid: { left: 46, right: 20, top: 34, bottom: 44 },
    xAxis: { type: "value", min: 0, max: 100, name: words.due, nameLocation: "middle", nameGap: 26, ...axis(ink) },
    yAxis: { type: "value", min: 0, max: 100, name: words.share, nameLocation: "middle", nameGap: 30, ...axis(ink) },
    series: [
      { type: "line", name: words.even, symbol: "none", lineStyle: { color: ink.text, type: "dashed", width: 1 }, itemStyle: { color: ink.text }, data: [[0, 0], [100, 100]] },
      {
        type: "line",
        name: words.lorenz,
        symbol: "circle",
        symbolSize: 5,
        lineStyle: { color: ink.over, width: 2 },
        itemStyle: { color: ink.over },
        areaStyle: { color: ink.over, opacity: 0.08 },
        data: team.lorenz.map((point) => [percent(point.due), percent(point.actual)]),
      },
    ],
  };
}
