"""Operators and supervisors as the platform sees them: people with a token who call RPCs."""

from sasayaki_demo.people.operator import Operator
from sasayaki_demo.people.person import Person
from sasayaki_demo.people.platform import Platform, connected
from sasayaki_demo.people.supervisor import BARGE, LISTEN, TAKEOVER, WHISPER, Supervisor

__all__ = (
    "BARGE",
    "LISTEN",
    "TAKEOVER",
    "WHISPER",
    "Operator",
    "Person",
    "Platform",
    "Supervisor",
    "connected",
)
