"""What the fairness view counts: imposed sessions that were really heard, talk, and cover."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegEnded,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1.policy_events import SupervisionPolicySet
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentAnswered,
    ConsentRequested,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki.routing.v1.pool_events import OperatorPut
from sasayaki_monitoring.fairness.api import window_of
from sasayaki_monitoring.fairness.assess import Counted
from sasayaki_monitoring.fairness.view import FairnessView

MORI, SATO = "usr_mori", "usr_sato"
NODE = {"node_id": "n", "happening_seq": 1}
ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
ORDERS = [
    order
    for order in permutations(("why", "heard", "left"))
    if order.index("heard") < order.index("left")  # these two are of one topic
]
TALK = TalkStarted(leg_id="leg_1", operator_id=MORI, **NODE)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


class Told:
    """A view that is told what happened, in any order."""

    def __init__(self) -> None:
        self.view = FairnessView()

    def tell(
        self, minute: float, subject: str, *events: Event, client: str = "cli_acme", of: str = ""
    ) -> None:
        for event in events:
            record = recorded(subject, event, client_id=client, tenant_id=of or "out_demo")
            self.view.fold(record.model_copy(update={"time": after(minute)}))

    def of(
        self, minute: float = 60, days: int = 28, clients: tuple[str, ...] = ("cli_acme",)
    ) -> list[Counted]:
        window = window_of("out_demo", frozenset(clients), days, after(minute), UTC)
        return self.view.counted(window)


@pytest.fixture
def told() -> Told:
    told = Told()
    profile = OperatorPut(
        operator_id=MORI,
        team_id="tea_osaka",
        skills=(),
        client_ids=("cli_acme", "cli_hana"),
        skill_levels=(),
    )
    told.tell(-60 * 24 * 100, "pool", profile)
    return told


def started(purpose: Purpose = Purpose.QUALITY, contact_id: str = "con_1") -> SupervisionStarted:
    return SupervisionStarted(
        contact_id=contact_id,
        supervisor_id=SATO,
        operator_id=MORI,
        mode=SupervisionMode.LISTEN,
        purpose=purpose,
    )


def heard(minute: float, spv: str = "spv_1") -> SupervisorHeard:
    return SupervisorHeard(
        leg_id=f"leg_{spv}",
        supervisor_id=SATO,
        supervision_id=spv,
        mode=SupervisionMode.LISTEN,
        applied_at=after(minute),
        **NODE,
    )


def left(spv: str = "spv_1") -> SupervisorLegEnded:
    return SupervisorLegEnded(
        leg_id=f"leg_{spv}",
        supervisor_id=SATO,
        supervision_id=spv,
        reason=LegEndReason.RELEASED,
        **NODE,
    )


def monitored(told: Told, minute: float, spv: str, purpose: Purpose = Purpose.QUALITY) -> None:
    told.tell(minute, spv, started(purpose, f"con_{spv}"))
    told.tell(minute, f"con_{spv}", heard(minute, spv))
    told.tell(minute + 2, f"con_{spv}", left(spv))


def test_talk_is_counted_when_it_ends(told: Told) -> None:
    told.tell(0, "con_1", TALK)
    assert (told.of()[0].talk_s, told.of()[0].contact_id) == (0, "con_1")
    told.tell(5, "con_1", ENDED, ENDED)
    assert (told.of()[0].talk_s, told.of()[0].contact_id) == (300, "")


def test_a_replay_that_tells_of_an_earlier_talk_later_leaves_the_present_one(told: Told) -> None:
    told.tell(10, "con_2", TALK)
    told.tell(0, "con_1", TALK)
    told.tell(5, "con_1", ENDED)
    assert (told.of()[0].talk_s, told.of()[0].contact_id) == (300, "con_2")


def test_a_talk_ends_with_its_own_leg_only(told: Told) -> None:
    told.tell(0, "con_1", TALK)
    reason = LegEndReason.NO_ANSWER
    other = OperatorLegEnded(leg_id="leg_0", operator_id=MORI, reason=reason, **NODE)
    told.tell(1, "con_1", other)
    assert told.of()[0].contact_id == "con_1"
    own = other.model_copy(update={"leg_id": "leg_1"})
    told.tell(2, "con_1", own)
    assert told.of()[0].talk_s == 120


@pytest.mark.parametrize("order", ORDERS)
def test_a_session_is_counted_once_in_whatever_order_the_topics_come(
    told: Told, order: tuple[str, ...]
) -> None:
    events: dict[str, tuple[float, str, Event]] = {
        "why": (0, "spv_1", started()),
        "heard": (1, "con_1", heard(1)),
        "left": (4, "con_1", left()),
    }
    for name in order:
        told.tell(*events[name])
    told.tell(2, "con_1", heard(2))
    (mori,) = told.of()
    assert (mori.imposed, mori.imposed_s) == ({SATO: 1}, 180)


def test_who_was_never_heard_monitored_nobody(told: Told) -> None:
    told.tell(0, "spv_1", started())
    told.tell(1, "con_1", left())
    assert told.of()[0].sessions == 0


def test_a_change_of_mode_is_the_same_session(told: Told) -> None:
    told.tell(0, "spv_1", started())
    told.tell(0, "con_1", heard(0), heard(1))
    told.tell(3, "con_1", left())
    assert (told.of()[0].sessions, told.of()[0].imposed_s) == (1, 180)


def test_a_call_that_ends_takes_the_listening_along(told: Told) -> None:
    told.tell(0, "spv_1", started())
    told.tell(0, "con_1", heard(0))
    told.tell(3, "con_1", ENDED)
    told.tell(9, "con_1", left())
    assert told.of()[0].imposed_s == 180


def test_who_goes_to_another_call_monitors_both_operators(told: Told) -> None:
    abe = OperatorPut(
        operator_id="usr_abe",
        team_id="tea_osaka",
        skills=(),
        client_ids=("cli_acme",),
        skill_levels=(),
    )
    on = TargetSwitched(contact_id="con_2", operator_id="usr_abe", mode=SupervisionMode.LISTEN)
    told.tell(0, "pool", abe)
    told.tell(0, "con_2", heard(3))
    told.tell(0, "spv_1", started(), on)
    told.tell(0, "con_1", heard(0))
    told.tell(3, "con_1", left())
    told.tell(5, "con_2", left())
    told.tell(5, "spv_1", SupervisionEnded(reason=SupervisionEndReason.ENDED))
    sessions = {each.operator_id: (each.imposed, each.imposed_s) for each in told.of()}
    assert sessions == {MORI: ({SATO: 1}, 180), "usr_abe": ({SATO: 1}, 120)}


def test_who_comes_back_to_a_call_is_on_it_once(told: Told) -> None:
    there = TargetSwitched(contact_id="con_2", operator_id=MORI, mode=SupervisionMode.LISTEN)
    back = there.model_copy(update={"contact_id": "con_1"})
    told.tell(0, "spv_1", started(), there, back)
    for contact_id in ("con_1", "con_2", "con_1"):
        told.tell(0, contact_id, heard(0))
        told.tell(1, contact_id, left())
    assert (told.of()[0].sessions, told.of()[0].imposed_s) == (2, 180)


def test_several_supervisors_at_once_are_several_sessions(told: Told) -> None:
    for spv in ("spv_1", "spv_2"):
        told.tell(0, spv, started())
        told.tell(0, "con_1", heard(0, spv))
    told.tell(2, "con_1", left("spv_2"))
    told.tell(4, "con_1", left())
    assert (told.of()[0].sessions, told.of()[0].imposed_s) == (2, 360)


def test_an_end_is_when_the_node_says_it_was(told: Told) -> None:
    told.tell(0, "spv_1", started())
    told.tell(0, "con_1", heard(0))
    told.tell(9, "con_1", left().model_copy(update={"left_at": after(3)}))
    assert told.of()[0].imposed_s == 180


@pytest.mark.parametrize("answer", [ConsentAnswer.DECLINED, ConsentAnswer.LATER])
def test_a_wish_of_today_is_known_and_nobody_was_monitored(
    told: Told, answer: ConsentAnswer
) -> None:
    asked = ConsentRequested(
        contact_id="con_1",
        supervisor_id=SATO,
        operator_id=MORI,
        mode=SupervisionMode.LISTEN,
        purpose=Purpose.TRAINING,
        answer_by=after(1),
    )
    told.tell(0, "spv_1", asked, ConsentAnswered(answer=answer))
    told.tell(0, "spv_1", SupervisionEnded(reason=SupervisionEndReason.DECLINED))
    assert (told.of()[0].answer, told.of()[0].sessions) == (answer, 0)
    assert told.of(minute=60 * 24)[0].answer is None


def test_an_end_of_what_never_began_changes_nothing(told: Told) -> None:
    told.tell(0, "spv_9", SupervisionEnded(reason=SupervisionEndReason.DAILY_LIMIT))
    assert told.of()[0].sessions == 0


def test_the_daily_limit_is_its_companys_and_counts_the_centres_day(told: Told) -> None:
    limit = SupervisionPolicySet(
        client_id="cli_hana",
        consent_for=(),
        not_allowed=(),
        answer_within_ms=30_000,
        daily_limit=2,
    )
    told.tell(0, "pol_1", limit)
    assert told.of()[0].daily_limit == 8
    assert told.of(clients=("cli_acme", "cli_hana"))[0].daily_limit == 2
    monitored(told, -60 * 13, "spv_1")
    for number, purpose in enumerate(Purpose.__members__.values()):
        if purpose is not Purpose.UNSPECIFIED:
            monitored(told, -60, f"spv_{number + 10}", purpose)
    (mori,) = told.of(minute=0)
    assert (mori.sessions, mori.helped, mori.today) == (5, 1, 3)


def test_a_past_window_knows_nothing_of_what_came_later(told: Told) -> None:
    told.tell(0, "con_1", TALK)
    told.tell(5, "con_1", ENDED)
    monitored(told, 0, "spv_1")
    told.tell(60 * 24, "con_2", TALK)
    told.tell(60 * 24 + 7, "con_2", ENDED)
    monitored(told, 60 * 24, "spv_2")
    assert (told.of(minute=600)[0].talk_s, told.of(minute=600)[0].sessions) == (300, 1)


def test_every_team_is_known_with_all_companies_of_its_tenant(told: Told) -> None:
    told.tell(0, "con_1", TALK, client="cli_moon")
    told.tell(1, "con_1", ENDED, client="cli_moon")
    companies = frozenset(("cli_acme", "cli_hana", "cli_moon"))
    assert told.view.teams() == {("out_demo", "tea_osaka"): companies}


def test_help_that_was_asked_for_is_not_imposed(told: Told) -> None:
    monitored(told, 0, "spv_1", Purpose.HELP)
    (mori,) = told.of()
    assert (mori.sessions, mori.imposed_s, mori.helped) == (0, 0, 1)
    assert mori.covered_days_ago is None


@pytest.mark.parametrize(
    "purpose", [Purpose.COMPLAINT, Purpose.TRAINING, Purpose.QUALITY, Purpose.SAMPLING]
)
def test_every_other_purpose_is_imposed(told: Told, purpose: Purpose) -> None:
    monitored(told, 0, "spv_1", purpose)
    assert told.of()[0].sessions == 1


def test_what_lies_before_the_window_does_not_count_but_covers(told: Told) -> None:
    monitored(told, -60 * 24 * 9, "spv_1")
    told.tell(-60 * 24 * 9, "con_1", TALK)
    told.tell(-60 * 24 * 9 + 5, "con_1", ENDED)
    (mori,) = told.of(minute=0, days=7)
    assert (mori.sessions, mori.talk_s, mori.covered_days_ago) == (0, 0, pytest.approx(9))
    assert told.of(minute=0, days=10)[0].sessions == 1


def test_the_last_day_is_counted_by_itself(told: Told) -> None:
    for number, hours in enumerate((-30, -23, -1)):
        monitored(told, 60 * hours, f"spv_{number}")
    assert (told.of(minute=0)[0].sessions, told.of(minute=0)[0].last_day) == (3, 2)


def test_nobody_sees_another_client_companys_or_tenants(told: Told) -> None:
    told.tell(0, "con_1", TALK, client="cli_hana")
    told.tell(5, "con_1", ENDED, client="cli_hana")
    told.tell(0, "con_2", TALK, of="out_other")
    told.tell(0, "spv_1", started(), client="cli_hana")
    told.tell(0, "con_1", heard(0), client="cli_hana")
    (acme,) = told.of()
    assert (acme.talk_s, acme.sessions, acme.contact_id) == (0, 0, "")
    (both,) = told.of(clients=("cli_acme", "cli_hana"))
    assert (both.talk_s, both.sessions) == (300, 1)
    assert told.of(clients=("cli_other",)) == []


def test_tenure_counts_from_the_first_profile(told: Told) -> None:
    moved = OperatorPut(
        operator_id=MORI, team_id="tea_kobe", skills=(), client_ids=("cli_acme",), skill_levels=()
    )
    told.tell(0, "pool", moved)
    (mori,) = told.of(minute=0)
    assert (mori.team_id, mori.known_days) == ("tea_kobe", pytest.approx(100))


def test_old_talk_and_old_sessions_are_forgotten(told: Told) -> None:
    for day in range(200):
        minute = 60 * 24 * (day - 200)
        monitored(told, minute, f"spv_{day}")
        told.tell(minute, f"con_{day}", TALK)
        told.tell(minute + 1, f"con_{day}", ENDED)
    operator = told.view._tenants["out_demo"][MORI]
    assert len(operator.sessions) <= 94
    assert len(told.view._sessions) <= 94
    assert told.of(minute=0)[0].sessions == 28
