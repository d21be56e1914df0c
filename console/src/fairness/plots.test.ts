import { describe, expect, it } from "vitest";

import { actualAgainstExpected, byRatio, INK, lorenzCurve, type Share, type Team } from "./plots";

const share = (operatorId: string, ratio: number, sessions: number): Share => ({
  operatorId,
  ratio,
  sessions,
  talkS: 3_600,
  need: 1,
  newcomer: false,
  oftenHelped: false,
  due: 3.54,
  monitoredS: 60,
  dueS: 60,
  ratioLow: 0.5,
  ratioHigh: 2,
  flag: "FAIRNESS_FLAG_NONE",
  helped: 0,
});
const team: Team = {
  teamId: "tea_osaka",
  sessions: 9,
  gini: 0.2,
  lorenz: [
    { due: 0, actual: 0 },
    { due: 0.5, actual: 0.3333 },
    { due: 1, actual: 1 },
  ],
  operators: [share("usr_op01", 0.5, 0), share("usr_op02", 2, 9)],
  next: [],
};
const words = { actual: "actual", expected: "expected", even: "even", due: "due", share: "share", lorenz: "Lorenz" };

describe("the plots of fairness", () => {
  it("stand whoever is heard most against what is due first", () => {
    expect(byRatio(team.operators).map((each) => each.operatorId)).toEqual(["usr_op02", "usr_op01"]);
  });

  it("show what was beside what would be fair", () => {
    expect(actualAgainstExpected(team, (id) => id, words, INK.light)).toMatchObject({
      yAxis: { data: ["usr_op02", "usr_op01"] },
      series: [{ name: "actual", data: [{ value: 9 }, { value: 0 }] }, { name: "expected", data: [3.5, 3.5] }],
    });
  });

  it("draw the Lorenz curve in percent, beside the diagonal", () => {
    expect(lorenzCurve(team, words, INK.dark)).toMatchObject({
      series: [{ data: [[0, 0], [100, 100]] }, { data: [[0, 0], [50, 33.3], [100, 100]] }],
    });
  });
});
