"""Runs recording: `python -m sasayaki_recording`."""

from sasayaki_chassis.service import run
from sasayaki_chassis.settings import from_environment
from sasayaki_recording.app import service
from sasayaki_recording.settings import Settings

if __name__ == "__main__":
    run(service(from_environment(Settings)))
