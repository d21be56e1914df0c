"""Why a contact went where it went: every decision, oldest first, a sentence in each language."""

from typing import Any

import pytest
from tests.harness.records import recorded
from tests.unit.routing.records import ABE, MORI, accepted, made, put, queued, ready, s, skip
from tests.unit.routing.test_callbacks import REACHED as CALLED_BACK
from tests.unit.routing.test_callbacks import failed
from tests.unit.routing.test_transfers import JOINED, handed_over, transferred

from sasayaki.event import Event
from sasayaki.routing.v1.pool_events import (
    OperatorPut,
    OperatorStateSet,
    PriorityRaised,
    QueuePut,
    RingReached,
    SkipReason,
    WaitTold,
)
from sasayaki_routing.explain import view
from sasayaki_routing.explain.sentences import sentences
from sasayaki_routing.explain.view import Decisions

IDLE = skip(ABE, SkipReason.IDLE_SHORTER)
STORY = (
    put(),
    ready(),
    queued(),
    made(at=s(12), idle_s=12, skipped=IDLE),
    accepted(waited_s=15),
    transferred(s(60)),
)


def folded(*events: Event, tenant_id: str = "out_demo") -> Decisions:
    decisions = Decisions()
    for event in events:
        about: dict[str, Any] = {"tenant_id": tenant_id, "client_id": "cli_acme"}
        decisions.fold(recorded("pool_demo", event).model_copy(update=about))
    return decisions


def test_every_decision_about_a_contact_is_told_in_order() -> None:
    history = folded(*STORY).of("out_demo", "con_1")
    assert history is not None
    assert history.client_id == "cli_acme"
    assert [(each.event, each.sentence_en) for each in history.decisions] == [
        ("ContactQueued", "Began to wait in que_claims with priority 3."),
        ("OfferMade", "Offered to usr_mori: best of 1, idle for 12 s, level 0, score 12000."),
        ("OfferAccepted", "usr_mori answered after a wait of 15 s."),
        ("ContactTransferred", "usr_mori transferred to que_tech."),
    ]


def test_an_offer_names_the_candidates_and_why_the_others_were_skipped() -> None:
    history = folded(*STORY).of("out_demo", "con_1")
    assert history is not None
    offer = history.decisions[1]
    assert offer.operator_id == MORI
    assert [(one.operator_id, one.score) for one in offer.considered] == [(MORI, 12_000)]
    assert offer.skipped == IDLE


def test_each_decision_has_a_sentence_in_japanese() -> None:
    history = folded(*STORY).of("out_demo", "con_1")
    assert history is not None
    assert history.decisions[1].sentence_ja == (
        "usr_mori を呼び出します（候補 1 名中、待機 12 秒、レベル 0、得点 12000）。"
    )


@pytest.mark.parametrize(
    "event",
    [
        *JOINED,
        handed_over(s(20)),
        *CALLED_BACK,
        failed(30),
        failed(30, over=True),
        RingReached(contact_id="con_1", queue_id="que_1", ring=1, overflow=True),
        RingReached(contact_id="con_1", queue_id="que_1", ring=1, overflow=False),
        PriorityRaised(contact_id="con_1", priority=9),
        WaitTold(contact_id="con_1", queue_id="que_1", position=2, wait_ms_estimate=61_000),
        WaitTold(contact_id="con_1", queue_id="que_1", position=2),
    ],
    ids=lambda event: type(event).__name__,
)
def test_whatever_concerns_a_contact_has_a_sentence(event: Any) -> None:
    told = sentences(event)
    if isinstance(event, OperatorPut | OperatorStateSet | QueuePut):
        assert told is None
    else:
        assert told is not None
        assert told.en.endswith(".")
        assert told.ja.endswith("。")


def test_an_estimate_is_told_in_seconds_rounded_up() -> None:
    waits = WaitTold(contact_id="con_1", queue_id="que_1", position=2, wait_ms_estimate=60_001)
    told = sentences(waits)
    assert told is not None
    assert told.en == "The customer is told to be number 2, and of a wait of 61 s in all."


def test_nothing_is_told_of_another_tenants_contact() -> None:
    assert folded(*STORY, tenant_id="out_other").of("out_demo", "con_1") is None


def test_the_contacts_decided_about_longest_ago_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(view, "CONTACTS_MOST", 2)
    decisions = folded(queued("con_1"), queued("con_2"), queued("con_3"))
    assert decisions.of("out_demo", "con_1") is None
    assert decisions.of("out_demo", "con_3") is not None


def test_a_contact_decided_about_for_ever_fills_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(view, "DECISIONS_MOST", 3)
    history = folded(*[queued()] * 9).of("out_demo", "con_1")
    assert history is not None
    assert len(history.decisions) == 3
