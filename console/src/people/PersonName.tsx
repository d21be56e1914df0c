import { useTranslation } from "react-i18next";

import type { Person } from "../session/session";

/** A person's name: in Japanese with furigana above it, in English as they write it there. */
export function PersonName({ person }: { person: Pick<Person, "name" | "furigana" | "nameEn"> }) {
  const { i18n } = useTranslation();
  if (i18n.language === "en" && person.nameEn) return <span>{person.nameEn}</span>;
  if (!person.furigana) return <span>{person.name}</span>;
  return (
    <ruby>
      {person.name}
      <rt>{person.furigana}</rt>
    </ruby>
  );
}
