"""Any sequence of commands to the pool: nobody reserved twice, no contact lost, every wait ends."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sasayaki.routing.v1.pool_events import (
    ContactAbandoned,
    ContactQueued,
    OfferAccepted,
    OfferFailure,
    OfferMade,
    OperatorState,
    PoolEvent,
    WrapUpStarted,
)
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.testing import NOON
from sasayaki_routing.commands import (
    AcceptOffer,
    Command,
    DeclineOffer,
    EndContact,
    PutOperator,
    QueueContact,
    Release,
    SetState,
)
from sasayaki_routing.matching import unfit
from sasayaki_routing.pool import POOL
from sasayaki_routing.pool_state import (
    Offered,
    Pool,
    Ready,
    Ringing,
    Taken,
    Talking,
    Waiting,
    WrappingUp,
)

OPERATORS = st.sampled_from([f"usr_{n}" for n in range(4)])
CONTACTS = st.sampled_from([f"con_{n}" for n in range(5)])
CLIENTS = st.sampled_from(["cli_a", "cli_b"])
SKILLS = st.sets(st.sampled_from(["ja", "en"])).map(lambda names: tuple(sorted(names)))
FREE_STATES = st.sampled_from([OperatorState.OFF, OperatorState.READY, OperatorState.AWAY])
FAILURES = st.sampled_from([OfferFailure.REFUSED, OfferFailure.UNREACHABLE, OfferFailure.FAILED])

COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(PutOperator, OPERATORS, st.just("team_a"), SKILLS, st.sets(CLIENTS).map(tuple)),
    st.builds(SetState, OPERATORS, st.just(OperatorState.READY)),
    st.builds(SetState, OPERATORS, FREE_STATES),
    st.builds(
        QueueContact,
        CONTACTS,
        CLIENTS,
        st.just("que_1"),
        SKILLS,
        st.integers(min_value=0, max_value=9),
    ),
    st.builds(AcceptOffer, CONTACTS, OPERATORS),
    st.builds(DeclineOffer, CONTACTS, OPERATORS, FAILURES),
    st.builds(EndContact, CONTACTS),
    st.builds(Release, CONTACTS, OPERATORS),
)
STEPS = st.lists(
    st.tuples(st.integers(min_value=0, max_value=30), COMMANDS), min_size=1, max_size=60
)


@dataclass
class Run:
    """A pool that is asked one thing after another, while time acts where a limit is reached."""

    pool: Pool = POOL.initial
    now: datetime = NOON
    events: list[PoolEvent] = field(default_factory=list)

    def ask(self, command: Command) -> None:
        before = self.pool
        try:
            decided = list(POOL.decide(self.pool, command, self.now))
        except Refused:
            return
        assert self.pool == before
        self.pool = POOL.fold(self.pool, decided)
        self.events += decided
        check(self.pool)

    def wait_until(self, instant: datetime) -> None:
        while (due := POOL.deadline(self.pool)) and due[0] <= instant:
            self.now = max(self.now, due[0])
            self.ask(due[1])
            assert POOL.deadline(self.pool) != due, "a time limit that acts must be over"
        self.now = max(self.now, instant)

    def play(self, steps: list[tuple[int, Command]]) -> None:
        for seconds, command in steps:
            self.wait_until(self.now + timedelta(seconds=seconds))
            self.ask(command)


def check(pool: Pool) -> None:
    """What holds between any two decisions."""
    for operator in pool.operators.values():
        match operator.status:
            case Ringing(contact_id=contact_id):
                contact = pool.contacts[contact_id]
                assert isinstance(contact, Offered)
                assert contact.operator_id == operator.operator_id
            case Talking(contact_id=contact_id):
                contact = pool.contacts[contact_id]
                assert isinstance(contact, Taken)
                assert contact.operator_id == operator.operator_id
            case WrappingUp(contact_id=contact_id):
                assert contact_id not in pool.contacts
        assert (operator.operator_id in pool.due) == isinstance(
            operator.status, Ringing | WrappingUp
        )
    reserved = Counter(
        contact.operator_id
        for contact in pool.contacts.values()
        if not isinstance(contact, Waiting)
    )
    assert all(count == 1 for count in reserved.values()), "an operator has two contacts"
    for contact_id, contact in pool.contacts.items():
        assert contact_id not in pool.departed
        if not isinstance(contact, Waiting):
            status = pool.operators[contact.operator_id].status
            assert isinstance(status, Ringing | Talking)
            assert status.contact_id == contact_id
            continue
        for operator in pool.operators.values():
            idle = isinstance(operator.status, Ready)
            assert not (idle and unfit(contact.wish, operator.profile) is None), (
                "a contact waits beside a ready operator who could serve it"
            )


@given(STEPS)
@settings(deadline=None)
def test_no_operator_ever_has_two_contacts_and_nobody_waits_in_vain(
    steps: list[tuple[int, Command]],
) -> None:
    Run().play(steps)


@given(STEPS)
@settings(deadline=None)
def test_every_queued_contact_ends_accepted_or_abandoned_once_its_call_is_over(
    steps: list[tuple[int, Command]],
) -> None:
    run = Run()
    run.play(steps)
    for contact_id in list(run.pool.contacts):
        run.ask(EndContact(contact_id))
    assert not run.pool.contacts
    ends: Counter[str] = Counter()
    for event in run.events:
        match event:
            case ContactAbandoned(contact_id=contact_id) | WrapUpStarted(contact_id=contact_id):
                ends[contact_id] += 1
    queued = [event.contact_id for event in run.events if isinstance(event, ContactQueued)]
    assert ends == Counter(queued), "each contact is queued once and ends once"
    assert len(set(queued)) == len(queued)


@given(STEPS)
@settings(deadline=None)
def test_every_offer_and_wrap_up_ends_by_its_time_limit(steps: list[tuple[int, Command]]) -> None:
    run = Run()
    run.play(steps)
    run.wait_until(run.now + timedelta(hours=1))
    assert POOL.deadline(run.pool) is None
    for operator in run.pool.operators.values():
        assert not isinstance(operator.status, Ringing | WrappingUp)


@given(STEPS)
@settings(deadline=None)
def test_replaying_the_events_gives_the_equal_pool(steps: list[tuple[int, Command]]) -> None:
    run = Run()
    run.play(steps)
    as_read = [type(event).model_validate(event.proto_json()) for event in run.events]
    assert as_read == run.events
    assert POOL.fold(POOL.initial, as_read) == run.pool


@given(STEPS)
@settings(deadline=None)
def test_an_acceptance_only_follows_an_offer_of_that_contact_to_that_operator(
    steps: list[tuple[int, Command]],
) -> None:
    run = Run()
    run.play(steps)
    offered: set[tuple[str, str, str]] = set()
    for event in run.events:
        match event:
            case OfferMade():
                key = (event.offer_id, event.contact_id, event.operator_id)
                assert key not in offered, "an offer has an id of its own"
                offered.add(key)
            case OfferAccepted():
                assert (event.offer_id, event.contact_id, event.operator_id) in offered


@given(STEPS)
@settings(deadline=None)
def test_a_contact_whose_call_is_over_never_waits(steps: list[tuple[int, Command]]) -> None:
    run = Run()
    over: set[str] = set()
    for seconds, command in steps:
        run.wait_until(run.now + timedelta(seconds=seconds))
        run.ask(command)
        if isinstance(command, EndContact):
            over.add(command.contact_id)
        assert not over & set(run.pool.contacts)
