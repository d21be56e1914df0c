import { useElementSize } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Group } from "../model/choice";
import { PURPOSES } from "../model/order";
import type { Purpose } from "../model/rows";
import type { Names } from "../useNames";
import { rowOf, rowsOf, seatAfter } from "./layout";
import { Line, Tile, tileId } from "./Tile";

const TILE_WIDTH = 158;
const HEIGHTS = { team: 30, tile: 76, line: 42 };
const BEYOND = 3;

export interface SeatGridProps {
  readonly groups: readonly Group[];
  readonly view: "map" | "list";
  readonly names: Names;
  readonly me: string;
  readonly active: string | undefined;
  readonly activate: (operatorId: string) => void;
  readonly listen: (operatorId: string, purpose?: Purpose) => void;
}

/** The seats: as many as there are, of which those in sight are drawn. One stop for Tab; arrows move within. */
export function SeatGrid({ groups, view, names, me, active, activate, listen }: SeatGridProps) {
  const { t } = useTranslation("floor");
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: measured, width } = useElementSize();
  const columns = view === "list" ? 1 : Math.max(1, Math.floor(width / TILE_WIDTH));
  const rows = useMemo(() => rowsOf(groups, columns), [groups, columns]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (rows[at]?.kind === "team" ? HEIGHTS.team : view === "list" ? HEIGHTS.line : HEIGHTS.tile),
    overscan: BEYOND,
    getItemKey: (at) => {
      const row = rows[at];
      return row?.kind === "seats" ? (row.seats[0] ?? at) : `team ${row?.group.teamId ?? at}`;
    },
  });
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const purpose = /^[1-5]$/u.test(event.key) ? PURPOSES[Number(event.key) - 1] : undefined;
    const next = seatAfter(rows, active, event.key);
    if (next !== undefined) {
      activate(next);
      virtual.scrollToIndex(rowOf(rows, next));
    } else if (active !== undefined && (event.key === "Enter" || event.key === " ")) listen(active);
    else if (active !== undefined && purpose) listen(active, purpose);
    else return;
    event.preventDefault();
  };
  const click = (event: MouseEvent) => {
    const seat = (event.target as Element).closest<HTMLElement>("[data-seat]")?.dataset["seat"];
    if (seat === undefined) return;
    activate(seat);
    listen(seat);
  };
  const Shape = view === "list" ? Line : Tile;
  const drawn = virtual.getVirtualItems();
  const activeDrawn = active !== undefined && drawn.some(({ index }) => index === rowOf(rows, active));
  return (
    <div
      ref={scroller}
      className={`wall-seats is-${view}`}
      role="grid"
      aria-label={t("seats.label")}
      aria-description={t("seats.hint")}
      aria-rowcount={rows.length}
      aria-colcount={columns}
      aria-activedescendant={activeDrawn ? tileId(active) : undefined}
      tabIndex={0}
      onKeyDown={press}
      onClick={click}
    >
      <div ref={measured} role="rowgroup" className="wall-rows" style={{ height: virtual.getTotalSize() }}>
        {drawn.map(({ index, key, start, size }) => {
          const row = rows[index];
          if (!row) return undefined;
          const place = { height: size, transform: `translateY(${start}px)` };
          return row.kind === "team" ? (
            <div key={key} role="row" aria-rowindex={index + 1} className="wall-team" style={place}>
              <span role="rowheader">{heading(row.group)}</span>
            </div>
          ) : (
            <div key={key} role="row" aria-rowindex={index + 1} className="wall-row" style={{ ...place, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
              {row.seats.map((operatorId) => (
                <Shape key={operatorId} operatorId={operatorId} names={names} me={me} active={operatorId === active} />
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );

  function heading({ teamId, seats, talking }: Group): string {
    const count = seats.length;
    return groups.length === 1 && teamId === "" ? t("seats.longest", { count, talking }) : t("seats.team", { team: names.team(teamId), count, talking });
  }
}
