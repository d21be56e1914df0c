"""The wall: the live floor on a supervisor's terminal."""
