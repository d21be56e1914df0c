export const texts = {
  ja: { title: "コールリーズン" },
  en: { title: "Call reasons" },
} as const;
