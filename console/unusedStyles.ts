import postcss from "postcss";
import type { Plugin } from "vite";

/** Mantine's classes are hashes of their component: `m_77c9d27d`. */
const HASHED = /\.(m_[0-9a-f]+)/gu;

/** Mantine's palettes in which nothing of the console is coloured: each is a kilobyte of variables. */
const PALETTES = "cyan|grape|green|indigo|lime|pink|violet|yellow";
const VARIABLE = new RegExp(`^--mantine-color-(${PALETTES})-`, "u");
const NAMED = new RegExp(`["'\`-](${PALETTES})(\\.\\d)?["'\`-]`, "u");

/** Whether a selector needs a class of a component that is in no script. */
const unused = (selector: string, scripts: string): boolean => [...selector.matchAll(HASHED)].some(([, name]) => !scripts.includes(name as string));

/** Leaves Mantine's styles out of the build for components that are not in it, three quarters of them, and palettes that nothing is coloured in. */
export function withoutUnusedStyles(): Plugin {
  return {
    name: "without-unused-styles",
    apply: "build",
    enforce: "post",
    transform(code, id) {
      const found = id.includes("/console/src/") ? NAMED.exec(code) : null;
      if (found) this.error(`${found[1]} is left out of the build: take it out of PALETTES in unusedStyles.ts`);
    },
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const scripts = files.map((file) => (file.type === "chunk" ? file.code : "")).join("\n");
      for (const file of files) {
        if (file.type !== "asset" || !file.fileName.endsWith(".css")) continue;
        const sheet = postcss.parse(String(file.source));
        sheet.walkRules((rule) => {
          const kept = rule.selectors.filter((selector) => !unused(selector, scripts));
          if (kept.length === 0) rule.remove();
          else if (kept.length < rule.selectors.length) rule.selectors = kept;
        });
        sheet.walkDecls(VARIABLE, (declaration) => {
          declaration.remove();
        });
        sheet.walkAtRules((rule) => {
          if (rule.nodes?.length === 0) rule.remove();
        });
        file.source = sheet.toString();
      }
    },
  };
}
