import { Box } from "@mantine/core";
import { type Ref, useImperativeHandle, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Fault } from "./faults";
import classes from "./Source.module.css";

const LINE_PX = 20;

export interface SourceHandle {
  /** Puts the cursor at the beginning of a line, in sight. */
  readonly goTo: (line: number) => void;
}

interface Props {
  readonly label: string;
  readonly text: string;
  readonly faults: readonly Fault[];
  readonly readOnly: boolean;
  readonly onChange: (text: string) => void;
  readonly ref?: Ref<SourceHandle>;
}

/** YAML as text, with the numbers of its lines; faulty lines are marked beside them. */
export function Source({ label, text, faults, readOnly, onChange, ref }: Props) {
  const { t } = useTranslation("flows");
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const faulty = new Map(faults.map((fault) => [fault.line, fault.reason]));
  const lines = text.split("\n");
  useImperativeHandle(ref, () => ({
    goTo: (line) => {
      const at = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
      area.current?.focus();
      area.current?.setSelectionRange(at, at);
      area.current?.scrollTo({ top: Math.max(0, (line - 4) * LINE_PX) });
    },
  }));
  return (
    <Box className={classes["frame"]}>
      <div ref={gutter} className={classes["gutter"]} aria-hidden>
        {lines.map((_, at) => (
          // Lines have no other name than their number.
          // eslint-disable-next-line react/no-array-index-key
          <div key={at} className={faulty.has(at + 1) ? classes["faulty"] : undefined} title={faulty.get(at + 1)}>
            {faulty.has(at + 1) ? "⚠ " : ""}
            {at + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={area}
        className={classes["text"]}
        aria-label={label}
        aria-invalid={faults.length > 0}
        aria-description={faults.length > 0 ? t("faults", { count: faults.length }) : undefined}
        readOnly={readOnly}
        spellCheck={false}
        wrap="off"
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
        onScroll={(event) => gutter.current?.scrollTo({ top: event.currentTarget.scrollTop })}
      />
    </Box>
  );
}
