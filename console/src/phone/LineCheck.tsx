import { Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { usePhone } from "./PhoneProvider";
import { type Count, type Grade, gradeOf, lostBetween, type Quality, readStats } from "./quality";

const LOOK_MS = 1_000;
const SIGNS: Readonly<Record<Grade, string>> = { good: "✓", fair: "△", bad: "✕" };

/** Whether the line carries a voice well, in words with the figures they stand for. */
export function LineCheck() {
  const { t, i18n } = useTranslation("phone");
  const { line, stats } = usePhone();
  const [found, setFound] = useState<Quality>();
  const connected = line.at === "connected";
  useEffect(() => {
    if (!connected) return undefined;
    let over = false;
    let before: Count | undefined;
    const look = async () => {
      const measured = await stats();
      const now = measured && readStats(measured.values() as Iterable<Record<string, unknown>>);
      if (over || !now) return;
      setFound({ roundTripMs: now.roundTripMs, lost: lostBetween(before ?? now.count, now.count) });
      before = now.count;
    };
    void look();
    const looking = window.setInterval(() => void look(), LOOK_MS);
    return () => {
      over = true;
      window.clearInterval(looking);
    };
  }, [connected, stats]);
  const shown = connected ? found : undefined;
  const grade = shown && gradeOf(shown);
  const lost = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 1 }).format(shown?.lost ?? 0);
  return (
    <div role="group" aria-label={t("line")}>
      <Text size="sm" fw={600}>
        {t("line")}
      </Text>
      <Text size="sm" role="status">
        {grade ? `${SIGNS[grade]} ${t(`grade.${grade}`)}` : t(`state.${line.at}`)}
      </Text>
      <Text size="xs" c="dimmed" mih={18}>
        {shown ? t("figures", { ms: shown.roundTripMs, lost }) : ""}
      </Text>
    </div>
  );
}
