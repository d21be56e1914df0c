import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { withoutUnusedStyles } from "./unusedStyles";

const gateway = process.env["SASAYAKI_GATEWAY"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), withoutUnusedStyles()],
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 700 },
  // Tests draw the flows of the seed and read what services promise.
  server: { host: "127.0.0.1", fs: { allow: [".", "../seed/flows", "../tests/contract"] }, proxy: { "/api": { target: gateway, ws: true } } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/test-setup.ts"] },
});
