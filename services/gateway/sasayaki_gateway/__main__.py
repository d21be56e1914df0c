"""Runs the gateway: `python -m sasayaki_gateway`."""

import logging

import uvloop

from sasayaki_chassis.settings import from_environment
from sasayaki_chassis.telemetry import set_up_logs
from sasayaki_gateway.app import run
from sasayaki_gateway.settings import Settings

if __name__ == "__main__":
    settings = from_environment(Settings)
    set_up_logs("gateway", settings.log_level)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    uvloop.run(run(settings))
