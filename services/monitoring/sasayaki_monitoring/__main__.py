"""Runs monitoring until it is told to stop: `python -m sasayaki_monitoring`."""

from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.service import run
from sasayaki_chassis.settings import from_environment
from sasayaki_monitoring.app import build
from sasayaki_monitoring.settings import Settings

if __name__ == "__main__":
    run(build(from_environment(Settings), SystemClock().now()))
