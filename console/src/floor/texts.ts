export const texts = {
  ja: { title: "監視ウォール" },
  en: { title: "Supervisor wall" },
} as const;
