import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { keepLanguage, type Language, LANGUAGES } from "../i18n";

const NAMES: Record<Language, string> = { ja: "日本語", en: "English" };

/** Japanese or English, kept in the browser. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation("app");
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("language")}
      value={i18n.language}
      onChange={(language) => void keepLanguage(language as Language)}
      data={LANGUAGES.map((language) => ({ value: language, label: NAMES[language] }))}
    />
  );
}
