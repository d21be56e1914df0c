"""Any sequence of commands to the pool: nobody reserved twice, no contact lost, every wait ends."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness.specification import NOON

from sasayaki.routing.v1.pool_events import (
    CallbackDone,
    CallbackDue,
    CallbackFailed,
    CallbackFailure,
    ConsultAccepted,
    ContactAbandoned,
    OfferAccepted,
    OfferFailure,
    OfferKind,
    OfferMade,
    OperatorState,
    PoolEvent,
    WrapUpStarted,
)
from sasayaki_chassis.decider import Refused
from sasayaki_routing.matching.fit import Ring
from sasayaki_routing.pool.commands import (
    AcceptOffer,
    CallbackCalled,
    Command,
    CompleteTransfer,
    ConsultOperator,
    DeclineOffer,
    EndConsult,
    EndContact,
    FailCallback,
    PutOperator,
    PutQueue,
    QueueContact,
    Release,
    RequestCallback,
    SetState,
    Target,
    TransferContact,
)
from sasayaki_routing.pool.decider import POOL
from sasayaki_routing.pool.state.moves import due_at
from sasayaki_routing.pool.state.states import (
    Called,
    CalledBack,
    Calling,
    Consulting,
    Contact,
    HangingUp,
    Joined,
    Offered,
    Pool,
    Ready,
    Reserved,
    Ringing,
    Sought,
    Taken,
    Talking,
    ToCall,
    Waiting,
    WrappingUp,
    search,
)

OPERATORS = st.sampled_from([f"usr_{n}" for n in range(4)])
CONTACTS = st.sampled_from([f"con_{n}" for n in range(5)])
CLIENTS = st.sampled_from(["cli_a", "cli_b"])
QUEUES = st.sampled_from(["que_1", "que_2"])
SKILLS = st.sets(st.sampled_from(["ja", "en"])).map(lambda names: tuple(sorted(names)))
LEARNT = st.sampled_from([((), ()), (("ja",), (2,)), (("ja",), (5,)), (("en", "ja"), (3, 4))])
TEAMS = st.sampled_from(["tea_a", "tea_b"])
RINGS = st.sampled_from(
    [
        (),
        (Ring(level_least=4), Ring(timedelta(seconds=15))),
        (
            Ring(team_ids=frozenset(("tea_a",))),
            Ring(timedelta(seconds=20), team_ids=frozenset(("tea_b",)), overflow=True),
            Ring(timedelta(seconds=60)),
        ),
    ]
)
FREE_STATES = st.sampled_from([OperatorState.OFF, OperatorState.READY, OperatorState.AWAY])
FAILURES = st.sampled_from([OfferFailure.REFUSED, OfferFailure.UNREACHABLE, OfferFailure.FAILED])
TARGETS = st.one_of(
    st.builds(lambda who: Target(operator_id=who), OPERATORS),
    st.builds(lambda queue, skills: Target("", queue, skills), QUEUES, SKILLS),
)
PRIORITIES = st.integers(min_value=0, max_value=9)

COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda who, team, learnt, clients: PutOperator(who, team, learnt[0], clients, learnt[1]),
        OPERATORS,
        TEAMS,
        LEARNT,
        st.sets(CLIENTS).map(tuple),
    ),
    st.builds(
        PutQueue,
        QUEUES,
        RINGS,
        st.sampled_from([0, 25_000]),
        st.just(20_000),
        st.sampled_from([0, 40_000]),
        st.sampled_from([1, 2]),
        st.just(30_000),
    ),
    st.builds(SetState, OPERATORS, st.just(OperatorState.READY)),
    st.builds(SetState, OPERATORS, FREE_STATES),
    st.builds(
        QueueContact,
        CONTACTS,
        CLIENTS,
        QUEUES,
        SKILLS,
        PRIORITIES,
        st.one_of(st.just(""), OPERATORS),
        st.one_of(st.just(""), CONTACTS),
    ),
    st.builds(AcceptOffer, CONTACTS, OPERATORS),
    st.builds(DeclineOffer, CONTACTS, OPERATORS, FAILURES),
    st.builds(EndContact, CONTACTS),
    st.builds(Release, CONTACTS, OPERATORS),
    st.builds(TransferContact, CONTACTS, st.just(""), TARGETS),
    st.builds(ConsultOperator, CONTACTS, st.just(""), TARGETS),
    st.builds(CompleteTransfer, CONTACTS, st.just("")),
    st.builds(EndConsult, CONTACTS, st.just("")),
    st.builds(RequestCallback, CONTACTS, st.just(""), CLIENTS, QUEUES, SKILLS, PRIORITIES),
    st.builds(CallbackCalled, CONTACTS, CONTACTS),
    st.builds(FailCallback, CONTACTS, st.just(CallbackFailure.NO_ANSWER)),
)
STEPS = st.lists(
    st.tuples(st.integers(min_value=0, max_value=30), st.one_of(COMMANDS, st.none())),
    min_size=1,
    max_size=60,
)
"""Seconds that pass, then a command; None: whoever is rung picks up."""

ENDS = (ContactAbandoned, WrapUpStarted, CallbackDone, CallbackFailed)
"""What takes a contact out of the pool."""
CALLBACKS = (HangingUp, ToCall, Calling, CalledBack)


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
        for event in decided:
            check_order(self.pool, event)
            after = POOL.evolve(self.pool, event)
            gone = self.pool.contacts.keys() - after.contacts.keys()
            assert not gone or isinstance(event, ENDS), f"{event} loses {gone}"
            self.pool = after
        self.events += decided
        check(self.pool)

    def pick_up(self) -> None:
        for operator_id, operator in tuple(self.pool.operators.items()):
            if isinstance(operator.status, Ringing):
                self.ask(AcceptOffer(operator.status.contact_id, operator_id))

    def wait_until(self, instant: datetime) -> None:
        while (due := POOL.deadline(self.pool)) and due[0] <= instant:
            self.now = max(self.now, due[0])
            self.ask(due[1])
            assert POOL.deadline(self.pool) != due, "a time limit that acts must be over"
        self.now = max(self.now, instant)

    def play(self, steps: list[tuple[int, Command | None]]) -> None:
        for seconds, command in steps:
            self.wait_until(self.now + timedelta(seconds=seconds))
            if command is None:
                self.pick_up()
            else:
                self.ask(command)


def begun() -> Run:
    """Three operators of both companies, at work, and a queue that widens."""
    run = Run()
    for number, levels in enumerate(((5, 2), (3, 3), (1, 4))):
        team = "tea_b" if number == 2 else "tea_a"
        skills, clients = ("en", "ja"), ("cli_a", "cli_b")
        run.ask(PutOperator(f"usr_{number}", team, skills, clients, levels))
        run.ask(SetState(f"usr_{number}", OperatorState.READY))
    osaka, sapporo = frozenset(("tea_a",)), frozenset(("tea_b",))
    rings = (Ring(team_ids=osaka), Ring(timedelta(seconds=10), 0, sapporo, overflow=True))
    run.ask(PutQueue("que_1", rings, 25_000, 20_000, 40_000, 2, 30_000))
    return run


def played(steps: list[tuple[int, Command | None]]) -> Run:
    run = begun()
    run.play(steps)
    return run


def bound(contact_id: str, contact: Contact) -> list[tuple[str, str, OfferKind]]:
    """The operators whom a contact has, with what their own state must say."""
    match contact:
        case Offered(operator_id=operator_id):
            return [(operator_id, "Ringing", OfferKind.CONTACT)]
        case Taken(operator_id=operator_id):
            return [(operator_id, "Talking", OfferKind.CONTACT)]
        case Consulting(operator_id=first, consult=consult):
            own = (first, "Talking", OfferKind.CONTACT)
            match consult:
                case Called(operator_id=second):
                    return [own, (second, "Ringing", OfferKind.CONSULT)]
                case Joined(operator_id=second):
                    return [own, (second, "Talking", OfferKind.CONSULT)]
                case Sought():
                    return [own]
        case Calling(operator_id=operator_id):
            return [(operator_id, "Reserved", OfferKind.CALLBACK)]
    return []


def check(pool: Pool) -> None:
    """What holds between any two decisions."""
    expected = {
        (operator_id, state, kind): contact_id
        for contact_id, contact in pool.contacts.items()
        for operator_id, state, kind in bound(contact_id, contact)
    }
    have = Counter(operator_id for operator_id, _, _ in expected)
    assert all(count == 1 for count in have.values()), "an operator has two contacts"
    present = {}
    for operator_id, operator in pool.operators.items():
        match operator.status:
            case Ringing(contact_id=contact_id, kind=kind):
                present[operator_id, "Ringing", kind] = contact_id
            case Talking(contact_id=contact_id, kind=kind):
                present[operator_id, "Talking", kind] = contact_id
            case Reserved(contact_id=contact_id):
                present[operator_id, "Reserved", OfferKind.CALLBACK] = contact_id
        assert (operator_id in pool.due) == isinstance(
            operator.status, Ringing | Reserved | WrappingUp
        )
    assert present == expected, "operators and contacts agree on who has whom"
    ready = [each for each in pool.operators.values() if isinstance(each.status, Ready)]
    for contact_id, contact in pool.contacts.items():
        assert pool.due.get(contact_id) == due_at(pool, contact)
        if not isinstance(contact, CALLBACKS):
            assert contact_id not in pool.departed
        wanted = search(pool, contact)
        for operator in ready:
            assert wanted is None or wanted.skips(operator.operator_id, operator.profile), (
                "a contact waits beside a ready operator who may be asked"
            )
        if isinstance(contact, CalledBack):
            new = pool.contacts[contact.new_contact_id]
            assert isinstance(new, Waiting | Offered)
            assert pool.recalls[contact.new_contact_id] == contact_id


def check_order(pool: Pool, event: PoolEvent) -> None:
    """An offer goes to the best score, and nobody who comes first is passed over."""
    if not isinstance(event, OfferMade | CallbackDue):
        return
    scores = [one.score for one in event.considered]
    assert event.considered[0].operator_id == event.operator_id
    assert scores == sorted(scores, reverse=True)
    operator = pool.operators[event.operator_id]
    if isinstance(operator.status, Reserved):
        return
    waiting = {
        contact_id: wanted
        for contact_id, contact in pool.contacts.items()
        if (wanted := search(pool, contact))
        and wanted.skips(operator.operator_id, operator.profile) is None
    }
    best = min(
        waiting,
        key=lambda each: (
            -waiting[each].wish.priority,
            not waiting[each].prefers(operator.operator_id),
            waiting[each].wish.queued_at,
            each,
        ),
    )
    assert event.contact_id == best, f"{best} comes before {event.contact_id}"


@given(STEPS)
@settings(deadline=None)
def test_no_operator_ever_has_two_contacts_and_nobody_waits_in_vain(
    steps: list[tuple[int, Command | None]],
) -> None:
    played(steps)


@given(STEPS)
@settings(deadline=None)
def test_once_its_call_is_over_a_contact_is_gone_or_waits_to_be_called_back(
    steps: list[tuple[int, Command | None]],
) -> None:
    run = played(steps)
    for contact_id in list(run.pool.contacts):
        run.ask(EndContact(contact_id))
    for contact_id in list(run.pool.contacts):
        run.ask(EndContact(contact_id))
    left = [each for each in run.pool.contacts.values() if not isinstance(each, ToCall | Calling)]
    assert left == []


@given(STEPS)
@settings(deadline=None)
def test_every_offer_reservation_search_and_wrap_up_ends_by_its_time_limit(
    steps: list[tuple[int, Command | None]],
) -> None:
    run = played(steps)
    for operator_id in run.pool.operators:
        run.ask(SetState(operator_id, OperatorState.OFF))
    for contact_id, contact in tuple(run.pool.contacts.items()):
        if isinstance(contact, Waiting):
            run.ask(EndContact(contact_id))
    run.wait_until(run.now + timedelta(hours=1))
    for operator in run.pool.operators.values():
        assert not isinstance(operator.status, Ringing | Reserved | WrappingUp)
    for contact in run.pool.contacts.values():
        assert not isinstance(contact, Consulting) or isinstance(contact.consult, Joined)


@given(STEPS)
@settings(deadline=None)
def test_replaying_the_events_gives_the_equal_pool(
    steps: list[tuple[int, Command | None]],
) -> None:
    run = played(steps)
    as_read = [type(event).model_validate(event.proto_json()) for event in run.events]
    assert as_read == run.events
    assert POOL.fold(POOL.initial, as_read) == run.pool


@given(STEPS)
@settings(deadline=None)
def test_an_acceptance_only_follows_an_offer_of_that_contact_to_that_operator(
    steps: list[tuple[int, Command | None]],
) -> None:
    run = played(steps)
    offered: set[tuple[str, str, str]] = set()
    for event in run.events:
        match event:
            case OfferMade():
                key = (event.offer_id, event.contact_id, event.operator_id)
                offered.add(key)
            case OfferAccepted() | ConsultAccepted():
                assert (event.offer_id, event.contact_id, event.operator_id) in offered


@given(STEPS)
@settings(deadline=None)
def test_a_contact_whose_call_is_over_waits_for_nothing_but_a_callback(
    steps: list[tuple[int, Command | None]],
) -> None:
    run = begun()
    over: set[str] = set()
    for step in steps:
        run.play([step])
        match step[1]:
            case EndContact(contact_id=contact_id):
                over.add(contact_id)
        for contact_id in over & run.pool.contacts.keys():
            assert isinstance(run.pool.contacts[contact_id], CALLBACKS)
