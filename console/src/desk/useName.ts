import { useTranslation } from "react-i18next";

import { usePeople } from "../people/usePeople";

/** A person's name as plain words in the language of the page. */
export function useName(): (userId: string) => string {
  const { i18n } = useTranslation();
  const { person } = usePeople();
  return (userId) => {
    const { name, nameEn } = person(userId);
    return i18n.language === "en" ? nameEn || name : name;
  };
}
