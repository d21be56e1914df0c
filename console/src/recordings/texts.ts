export const texts = {
  ja: { title: "録音" },
  en: { title: "Recordings" },
} as const;
