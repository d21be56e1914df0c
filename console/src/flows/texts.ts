export const texts = {
  ja: { title: "応対フロー" },
  en: { title: "Flows" },
} as const;
