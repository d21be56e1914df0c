"""Runs media: `python -m sasayaki_media`."""

from sasayaki_chassis.service import run
from sasayaki_chassis.settings import from_environment
from sasayaki_media.app import service
from sasayaki_media.settings import Settings

if __name__ == "__main__":
    run(service(from_environment(Settings)))
