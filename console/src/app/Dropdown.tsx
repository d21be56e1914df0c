import { Box, Paper } from "@mantine/core";
import { useClickOutside } from "@mantine/hooks";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";

export interface DropdownProps {
  readonly label: string;
  readonly width: number;
  /** The button that opens and closes it. */
  readonly target: (opened: boolean, toggle: () => void) => ReactNode;
  readonly children: ReactNode;
}

/** A panel below a button at the right edge: Escape, a click beside it or moving on closes it. */
export function Dropdown({ label, width, target, children }: DropdownProps) {
  const [opened, setOpened] = useState(false);
  const around = useClickOutside<HTMLDivElement>(() => setOpened(false));
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (opened) panel.current?.focus();
  }, [opened]);
  // A control that goes away when it is used takes the focus with it: Escape would no longer be heard here.
  useEffect(() => {
    if (opened && document.activeElement === document.body) panel.current?.focus();
  });
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !opened) return;
    event.preventDefault();
    setOpened(false);
    around.current?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
  };
  const leave = (event: FocusEvent) => {
    if (event.relatedTarget && !around.current?.contains(event.relatedTarget)) setOpened(false);
  };
  return (
    <Box pos="relative" ref={around} onKeyDown={press} onBlur={leave}>
      {target(opened, () => setOpened(!opened))}
      {opened ? (
        <Paper ref={panel} role="dialog" aria-label={label} tabIndex={-1} withBorder shadow="md" p="sm" pos="absolute" top="calc(100% + 4px)" right={0} w={width} style={{ zIndex: 300 }}>
          {children}
        </Paper>
      ) : undefined}
    </Box>
  );
}
