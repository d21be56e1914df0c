import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import { get, untilAnswered } from "../api/client";
import type { Person } from "../session/session";

const NOBODY: ReadonlyMap<string, Person> = new Map();

/** The centre's people by user id; a lookup that answers the bare id while a name is not known. */
export function usePeople(): { readonly byId: ReadonlyMap<string, Person>; readonly person: (userId: string) => Person } {
  const { data } = useQuery({
    ...untilAnswered,
    queryKey: ["people"],
    staleTime: 300_000,
    queryFn: async ({ signal }) => {
      const people = await get<readonly Person[]>("/api/people", signal);
      return new Map(people.map((person) => [person.userId, person]));
    },
  });
  const byId = data ?? NOBODY;
  const person = useCallback(
    (userId: string): Person =>
      byId.get(userId) ?? { userId, name: userId, furigana: "", nameEn: userId, role: "operator", teamId: "" },
    [byId],
  );
  return { byId, person };
}
