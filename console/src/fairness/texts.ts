export const texts = {
  ja: { title: "公平性" },
  en: { title: "Fairness" },
} as const;
