export const texts = {
  ja: { title: "応対デスク" },
  en: { title: "Operator desk" },
} as const;
