export const texts = {
  ja: { title: "モニタリング台帳" },
  en: { title: "Monitoring ledger" },
} as const;
