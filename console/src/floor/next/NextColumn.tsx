import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useSeat } from "../FloorProvider";
import type { Listening } from "../listen/useListening";
import type { Names } from "../useNames";
import { type Next, useNext } from "./useNext";

/** Whom to monitor next, each with the sentence that says why. */
export function NextColumn({ listening, names }: { listening: Listening; names: Names }) {
  const { t } = useTranslation("floor");
  const { next, failed } = useNext();
  return (
    <section className="wall-panel wall-next" aria-labelledby="wall-next-title">
      <h2 id="wall-next-title">
        {t("next.title")}
        <Link className="wall-link" to="/fairness">
          {t("next.plots")}
        </Link>
      </h2>
      <ul className="wall-cards" tabIndex={0} aria-labelledby="wall-next-title">
        {failed ? <li className="wall-dim">{t("next.failed")}</li> : undefined}
        {next?.length === 0 ? <li className="wall-dim">{t("next.none")}</li> : undefined}
        {next?.map((line) => (
          <NextCard key={line.operatorId} line={line} listening={listening} names={names} />
        ))}
      </ul>
    </section>
  );
}

function NextCard({ line, listening, names }: { line: Next; listening: Listening; names: Names }) {
  const { t, i18n } = useTranslation("floor");
  const talks = useSeat(line.operatorId)?.talk !== undefined;
  return (
    <li className="wall-card">
      <div className="wall-card-head">
        <strong className="wall-name">{names.name(line.operatorId)}</strong>
        <Button size="compact-xs" variant={talks ? "light" : "default"} disabled={!talks} onClick={() => listening.listen(line.operatorId)}>
          {t(talks ? "next.listen" : "next.idle")}
        </Button>
      </div>
      <div className="wall-dim">{i18n.language === "en" ? line.reasonEn : line.reasonJa}</div>
    </li>
  );
}
