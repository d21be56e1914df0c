import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { withoutUnusedStyles } from "./unusedStyles";

const gateway = process.env["SASAYAKI_GATEWAY"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), withoutUnusedStyles()],
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 700 },
  server: { host: "127.0.0.1", proxy: { "/api": { target: gateway, ws: true } } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/test-setup.ts"] },
});
