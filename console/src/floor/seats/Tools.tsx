import { Button, CloseButton, Kbd, SegmentedControl, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Choice } from "../model/choice";
import { PURPOSES } from "../model/order";
import type { Purpose } from "../model/rows";
import type { Names } from "../useNames";

const STATES = [
  "FLOOR_OPERATOR_STATE_TALKING",
  "FLOOR_OPERATOR_STATE_READY",
  "FLOOR_OPERATOR_STATE_RINGING",
  "FLOOR_OPERATOR_STATE_WRAP_UP",
  "FLOOR_OPERATOR_STATE_AWAY",
  "FLOOR_OPERATOR_STATE_OFF",
] as const;

/** Characters that monitoring takes. */
const NOTE_MOST = 500;

export type View = "map" | "list";

export interface ToolsProps {
  readonly choice: Choice;
  readonly choose: (choice: Choice) => void;
  readonly view: View;
  readonly look: (view: View) => void;
  readonly purpose: Purpose;
  readonly usually: (purpose: Purpose) => void;
  readonly note: string;
  readonly write: (note: string) => void;
  readonly explain: () => void;
  readonly teams: readonly string[];
  readonly names: Names;
}

/** Which seats are shown, and how; and what for one listens when nothing else is said. */
export function Tools({ choice, choose, view, look, purpose, usually, note, write, explain, teams, names }: ToolsProps) {
  const { t } = useTranslation("floor");
  return (
    <div className="wall-tools" role="group" aria-label={t("tools.label")}>
      <TextInput
        id="wall-find"
        size="xs"
        w={140}
        aria-label={t("tools.text")}
        placeholder={t("tools.text")}
        value={choice.text}
        onChange={(event) => choose({ ...choice, text: event.currentTarget.value })}
        rightSection={choice.text ? <CloseButton size="xs" aria-label={t("next.close")} onClick={() => choose({ ...choice, text: "" })} /> : undefined}
      />
      <Pick
        label={t("tools.team")}
        value={choice.teamId}
        data={[{ value: "", label: t("tools.everyTeam") }, ...teams.map((team) => ({ value: team, label: names.team(team) }))]}
        onPick={(teamId) => choose({ ...choice, teamId })}
      />
      <Pick
        label={t("tools.client")}
        value={choice.clientId}
        data={[{ value: "", label: t("tools.everyClient") }, ...names.clients.map(({ id, name }) => ({ value: id, label: name }))]}
        onPick={(clientId) => choose({ ...choice, clientId })}
      />
      <Pick
        label={t("tools.state")}
        value={choice.state}
        data={[
          { value: "", label: t("tools.everyState") },
          { value: "alert", label: t("tools.alert") },
          { value: "heard", label: t("tools.heard") },
          ...STATES.map((state) => ({ value: state, label: t(`state.${state}`) })),
        ]}
        onPick={(state) => choose({ ...choice, state: state as Choice["state"] })}
      />
      <SegmentedControl
        size="xs"
        aria-label={t("tools.order")}
        value={choice.order}
        onChange={(order) => choose({ ...choice, order: order as Choice["order"] })}
        data={[
          { value: "team", label: t("tools.byTeam") },
          { value: "longest", label: t("tools.longest") },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={t("tools.view")}
        value={view}
        onChange={(chosen) => look(chosen as View)}
        data={[
          { value: "map", label: t("tools.map") },
          { value: "list", label: t("tools.list") },
        ]}
      />
      <span className="wall-purpose">
        <span aria-hidden>{t("tools.purpose")}</span>
        <Pick
          label={t("tools.purpose")}
          value={purpose}
          data={PURPOSES.map((each) => ({ value: each, label: t(`purpose.${each}`) }))}
          onPick={(each) => usually(each as Purpose)}
        />
      </span>
      {purpose === "PURPOSE_TRAINING" ? (
        <TextInput size="xs" w={260} aria-label={t("tools.note")} placeholder={t("tools.note")} maxLength={NOTE_MOST} value={note} onChange={(event) => write(event.currentTarget.value)} />
      ) : undefined}
      <Button size="compact-xs" variant="default" rightSection={<Kbd size="xs">?</Kbd>} onClick={explain}>
        {t("tools.keys")}
      </Button>
    </div>
  );
}

function Pick({ label, value, data, onPick }: { label: string; value: string; data: { value: string; label: string }[]; onPick: (value: string) => void }) {
  return (
    <select className="wall-select" aria-label={label} value={value} onChange={(event) => onPick(event.currentTarget.value)}>
      {data.map((each) => (
        <option key={each.value} value={each.value}>
          {each.label}
        </option>
      ))}
    </select>
  );
}
