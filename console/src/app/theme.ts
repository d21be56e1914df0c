import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Teal of the product, light to dark; shades from 7 on have a contrast of 4.5 or more against white. */
const teal: MantineColorsTuple = [
  "#e6f7f8",
  "#d2ebed",
  "#a5d6da",
  "#75c0c6",
  "#4dadb5",
  "#2f9aa3",
  "#187f89",
  "#0b6a73",
  "#07565e",
  "#02424a",
];

/** What words are written in; plots measure with it. */
export const FONTS = '"Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic UI", Meiryo, system-ui, sans-serif';

/** One theme for light and dark: dense, calm, numbers in columns of equal width. */
export const theme = createTheme({
  colors: { teal },
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: FONTS,
  fontFamilyMonospace: '"Noto Sans Mono CJK JP", ui-monospace, Menlo, Consolas, monospace',
  defaultRadius: "sm",
  cursorType: "pointer",
  focusRing: "auto",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  spacing: { xs: "0.375rem", sm: "0.5rem", md: "0.75rem", lg: "1rem", xl: "1.5rem" },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.25rem" }, h2: { fontSize: "1.0625rem" }, h3: { fontSize: "0.9375rem" } } },
});
