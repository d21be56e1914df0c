import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { texts as app } from "../app/texts";
import { texts as phone } from "../phone/texts";
import { texts as session } from "../session/texts";

export const LANGUAGES = ["ja", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT_UNDER = "sasayaki.language";
const FOLDERS = { app, phone, session } as const;

/** Texts that come with their page. */
const OF_PAGES = {
  accounts: () => import("../accounts/texts"),
  audit: () => import("../audit/texts"),
  desk: () => import("../desk/texts"),
  fairness: () => import("../fairness/texts"),
  flows: () => import("../flows/texts"),
  handovers: () => import("../handovers/texts"),
  own: () => import("../own/texts"),
  ledger: () => import("../ledger/texts"),
  reasons: () => import("../reasons/texts"),
  recordings: () => import("../recordings/texts"),
} as const;

/** The same of a page with many words: those of one language alone. */
const BY_LANGUAGE = {
  floor: {
    ja: async () => (await import("../floor/words/ja")).ja,
    en: async () => (await import("../floor/words/en")).en,
  },
} as const;

type Page = keyof typeof OF_PAGES | keyof typeof BY_LANGUAGE;

/** Pages whose texts were asked for: another language wants them too. */
const asked = new Set<Page>();

/** The texts round every page in one language. */
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
  await Promise.all([...asked].map((page) => load(page, language)));
  await i18next.changeLanguage(language);
}

async function load(page: Page, language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, page)) return;
  if (page in BY_LANGUAGE) {
    i18next.addResourceBundle(language, page, await BY_LANGUAGE[page as keyof typeof BY_LANGUAGE][language]());
    return;
  }
  const { texts } = await OF_PAGES[page as keyof typeof OF_PAGES]();
  for (const each of LANGUAGES) i18next.addResourceBundle(each, page, texts[each]);
}

/** Loads a page's texts, once. */
export async function loadTexts(page: Page): Promise<void> {
  asked.add(page);
  await load(page, i18next.language as Language);
}

/** A page's module together with its texts. */
export async function withTexts<Module>(page: Page, module: Promise<Module>): Promise<Module> {
  await loadTexts(page);
  return module;
}
