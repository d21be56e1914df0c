import { useTranslation } from "react-i18next";

import { Icon } from "../Icon";
import { heardBy } from "../model/order";
import type { Mode } from "../model/rows";

/** Who hears the supervisor in a mode: in words, with a sign; colour only repeats them. */
export function WhoHears({ mode }: { mode: Mode | undefined }) {
  const { t } = useTranslation("floor");
  const { customer, operator } = mode ? heardBy(mode) : { customer: false, operator: false };
  const left = mode === "SUPERVISION_MODE_TAKEOVER";
  const whole = customer ? (left ? "customerAlone" : "customerHears") : operator ? "operatorOnly" : "nobodyHears";
  return (
    <div className={`wall-hears ${customer ? "is-heard-by-customer" : operator ? "is-heard-by-operator" : ""}`}>
      <strong className="wall-hears-whole" data-testid="who-hears">
        <Icon sign={customer || operator ? "hears" : "hearsNot"} />
        {t(`bar.${whole}`)}
      </strong>
      <ul className="wall-ears">
        <Ear who={t("bar.customer")} hears={customer} word={t(customer ? "bar.hears" : "bar.hearsNot")} />
        <Ear who={t("bar.operator")} hears={operator} word={t(left ? "bar.gone" : operator ? "bar.hears" : "bar.hearsNot")} />
      </ul>
    </div>
  );
}

function Ear({ who, hears, word }: { who: string; hears: boolean; word: string }) {
  return (
    <li className={hears ? "is-hearing" : undefined}>
      <Icon sign={hears ? "hears" : "hearsNot"} />
      {who}: {word}
    </li>
  );
}
