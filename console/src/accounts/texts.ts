export const texts = {
  ja: { title: "アカウント" },
  en: { title: "Accounts" },
} as const;
