import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { texts as accounts } from "../accounts/texts";
import { texts as audit } from "../audit/texts";
import { texts as app } from "../app/texts";
import { texts as desk } from "../desk/texts";
import { texts as fairness } from "../fairness/texts";
import { texts as floor } from "../floor/texts";
import { texts as flows } from "../flows/texts";
import { texts as ledger } from "../ledger/texts";
import { texts as phone } from "../phone/texts";
import { texts as reasons } from "../reasons/texts";
import { texts as recordings } from "../recordings/texts";
import { texts as session } from "../session/texts";

export const LANGUAGES = ["ja", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT_UNDER = "sasayaki.language";
const FOLDERS = { accounts, app, audit, desk, fairness, floor, flows, ledger, phone, reasons, recordings, session } as const;

/** The texts of every folder in one language. */
const of = (language: Language) =>
  Object.fromEntries(Object.entries(FOLDERS).map(([folder, texts]) => [folder, texts[language]]));

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEPT_UNDER);
  if (kept === "ja" || kept === "en") return kept;
  return navigator.language.startsWith("ja") ? "ja" : "en";
}

function tellDocument(language: string): void {
  document.documentElement.lang = language;
}

/** Loads the texts; the console is shown after it. */
export async function startI18n(language: Language = firstLanguage()): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { ja: of("ja"), en: of("en") },
    interpolation: { escapeValue: false },
  });
  tellDocument(language);
  i18next.on("languageChanged", tellDocument);
}

/** Changes the language and keeps it in this browser. */
export async function keepLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT_UNDER, language);
  await i18next.changeLanguage(language);
}
