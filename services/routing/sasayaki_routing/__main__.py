"""Runs routing until it is told to stop: `python -m sasayaki_routing`."""

from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.service import run
from sasayaki_chassis.settings import from_environment
from sasayaki_routing.app import build
from sasayaki_routing.settings import Settings

if __name__ == "__main__":
    run(build(from_environment(Settings), SystemClock().now()))
