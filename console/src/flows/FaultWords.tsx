import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { type Fault, missingIn } from "./faults";

/** What is wrong; where it is a sound that is missing, also the way to put it. `short`: its name stands above. */
export function FaultWords({ fault, onUpload, short = false }: { fault: Fault; onUpload: ((name: string) => void) | undefined; short?: boolean }) {
  const { t } = useTranslation("flows");
  const name = missingIn(fault);
  if (name === undefined) return <>{fault.reason}</>;
  return (
    <>
      {short ? t("missingHere") : t("missingSound", { name })}{" "}
      {onUpload ? (
        <Button size="compact-xs" variant="default" className="nodrag nopan" aria-label={`${t("uploadMissing")}: ${name}`} onClick={(event) => { event.stopPropagation(); onUpload(name); }}>
          {t("uploadMissing")}
        </Button>
      ) : undefined}
    </>
  );
}
