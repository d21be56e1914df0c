import { en } from "./words/en";
import { ja } from "./words/ja";

export const texts = { ja, en } as const;
