"""Runs callreason until it is told to stop: `python -m sasayaki_callreason`."""

from sasayaki_callreason.app import build
from sasayaki_callreason.settings import Settings
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.service import run
from sasayaki_chassis.settings import from_environment

if __name__ == "__main__":
    run(build(from_environment(Settings), SystemClock().now()))
