import { useTranslation } from "react-i18next";

/** What has a name in both languages. */
interface Labelled {
  readonly labelJa: string;
  readonly labelEn: string;
}

/** The name in the language of the page; the other one where it has none. */
export function useLabel(): (labelled: Labelled) => string {
  const { i18n } = useTranslation();
  return ({ labelJa, labelEn }) => (i18n.language === "en" ? labelEn || labelJa : labelJa || labelEn);
}

/** One of two texts in the language of the page, or the other. */
export function useEither(): (ja: string, en: string) => string {
  const { i18n } = useTranslation();
  return (ja, en) => (i18n.language === "en" ? en || ja : ja || en);
}
