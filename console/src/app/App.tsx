import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";

import { Boundary } from "./Broken";
import { router } from "./router";
import { theme } from "./theme";
import { Toasts } from "./Toasts";
import { SessionProvider } from "../session/SessionProvider";

const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 10_000, retry: 1, refetchOnWindowFocus: false } } });

/** The console: one page for whoever signs in, by their role. */
export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Toasts />
      <Boundary>
        <QueryClientProvider client={queries}>
          <SessionProvider>
            <RouterProvider router={router} />
          </SessionProvider>
        </QueryClientProvider>
      </Boundary>
    </MantineProvider>
  );
}
