import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import type { PublishedFlow, Prompts } from "./service";
import { type Prompt, soundsOf } from "./sounds";
import { promptsOf } from "./soundService";
import type { Mentioned } from "./steps";

const NONE: readonly Prompt[] = [];
const NOTHING: Prompts = {};

export interface Sounds {
  readonly query: UseQueryResult<readonly Prompt[]>;
  /** The company's, by name. */
  readonly library: readonly Prompt[];
  /** What the draft's names stand for. */
  readonly prompts: Prompts;
  /** Whether the draft plays another sound than the version that is edited. */
  readonly edited: boolean;
  /** Takes a sound for a name in this draft; what is live keeps its own. Answers what names stand for then. */
  readonly choose: (name: string, sha256: string) => Prompts;
  readonly reset: () => void;
  /** Reads the list anew. */
  readonly refresh: () => Promise<void>;
}

/** A company's sounds, and those that a draft of a flow plays. */
export function useSounds(shown: PublishedFlow, mentioned: Mentioned): Sounds {
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(NOTHING);
  const queryKey = ["prompts", shown.clientId];
  const query = useQuery({ queryKey, queryFn: () => promptsOf(shown.clientId) });
  const library = query.data ?? NONE;
  const prompts = useMemo(() => soundsOf(shown.prompts, library, chosen, mentioned), [shown.prompts, library, chosen, mentioned]);
  return {
    query,
    library,
    prompts,
    edited: Object.entries(chosen).some(([name, sha256]) => shown.prompts[name] !== sha256),
    choose: (name, sha256) => {
      setChosen((before) => ({ ...before, [name]: sha256 }));
      return { ...prompts, [name]: sha256 };
    },
    reset: () => setChosen(NOTHING),
    refresh: () => queries.invalidateQueries({ queryKey }),
  };
}
