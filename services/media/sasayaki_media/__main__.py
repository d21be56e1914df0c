"""Runs media: `python -m sasayaki_media`."""

from sasayaki_chassis.service import run
from sasayaki_media.app import service
from sasayaki_media.settings import Settings

if __name__ == "__main__":
    run(service(Settings()))
