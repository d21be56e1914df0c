"""How monitoring works for one client company: the stream `monitoring.policy`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sasayaki.monitoring.v1.policy_events import EVENTS, AlertLadderSet, PolicyEvent
from sasayaki_chassis.decider import Decider, Refused
from sasayaki_monitoring.alerts.alert import Ladder

MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class SetLadder:
    client_id: str
    ladder: Ladder


Command: TypeAlias = SetLadder


@dataclass(frozen=True, slots=True)
class Policy:
    """What is set; None: as for everybody."""

    ladder: Ladder | None = None


def decide(state: Policy, command: Command, now: datetime) -> Sequence[PolicyEvent]:
    ladder = command.ladder
    if ladder.managers_after < ladder.all_after:
        raise Refused("LADDER_BROKEN", "managers are told no sooner than all supervisors")
    if ladder == state.ladder:
        return []
    return [
        AlertLadderSet(
            client_id=command.client_id,
            all_after_ms=ladder.all_after // MS,
            managers_after_ms=ladder.managers_after // MS,
        )
    ]


def evolve(state: Policy, event: PolicyEvent) -> Policy:
    return Policy(Ladder(event.all_after_ms * MS, event.managers_after_ms * MS))


def deadline(state: Policy) -> tuple[datetime, Command] | None:
    return None


POLICY: Decider[Policy, Command, PolicyEvent] = Decider(
    stream="monitoring.policy",
    initial=Policy(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
