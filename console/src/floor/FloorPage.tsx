import "./wall.css";

import { FloorProvider } from "./FloorProvider";
import { Wall } from "./Wall";

/** The supervisor's page: the live floor and everything that one can do about it. */
export function FloorPage() {
  return (
    <FloorProvider>
      <Wall />
    </FloorProvider>
  );
}
