import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Player } from "./usePlayer";

/** Hears a sound, or stops it. */
export function PlayButton({ player, address, of }: { player: Player; address: string; of: string }) {
  const { t } = useTranslation("flows");
  const plays = player.playing === address;
  return (
    <Button size="compact-sm" variant="default" aria-label={`${t(plays ? "stopSound" : "hear")}: ${of}`} onClick={() => player.toggle(address)}>
      <span aria-hidden>{plays ? "■" : "▶"}</span>&nbsp;{t(plays ? "stopSound" : "hear")}
    </Button>
  );
}
