"""A company's reasons: a tree of three levels, and the kinds that close a contact as none."""

import pytest
from google.protobuf.json_format import ParseDict
from tests.harness.specification import given
from tests.unit.callreason.test_enquiry import IN_WRAP_UP

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1.client_events import Reason, ReasonKind, RecordingRule
from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, EnquiryOutcome, ReasonConfirmed
from sasayaki_callreason.enquiries.commands import CompleteWrapUp
from sasayaki_callreason.enquiries.enquiry import ENQUIRY
from sasayaki_callreason.reasons.tree import (
    LEVELS_MOST,
    faults,
    on_level,
    outcomes_of,
    parents_of,
    path,
)
from sasayaki_callreason.requests import settings_of
from sasayaki_chassis.fields import InvalidField


def reason(reason_id: str, parent_id: str = "", kind: ReasonKind | None = None) -> Reason:
    return Reason(
        reason_id=reason_id,
        label_ja=reason_id,
        label_en=reason_id,
        parent_id=parent_id or None,
        kind=kind,
    )


TREE = (
    reason("rsn_bill"),
    reason("rsn_amount", "rsn_bill"),
    reason("rsn_doubled", "rsn_amount"),
    reason("rsn_wrong", kind=ReasonKind.WRONG_NUMBER),
    reason("rsn_prank", kind=ReasonKind.PRANK),
)


def put(*reasons: dict[str, object], **changes: object) -> pb.PutClientRequest:
    said = [{"label_ja": "あ", "label_en": "a", **each} for each in reasons]
    request = {"request_id": "1", "client_id": "cli_acme", "name": "Acme", "reasons": said}
    return ParseDict({**request, **changes}, pb.PutClientRequest())


def refused_field(request: pb.PutClientRequest) -> str:
    with pytest.raises(InvalidField) as refused:
        settings_of(request)
    return refused.value.field


def test_a_tree_of_three_levels_is_kept_as_it_was_sent() -> None:
    kept = settings_of(
        put(
            {"reason_id": "rsn_bill"},
            {"reason_id": "rsn_amount", "parent_id": "rsn_bill"},
            {"reason_id": "rsn_prank", "kind": "REASON_KIND_PRANK"},
        )
    )
    assert [each.parent_id for each in kept.reasons] == [None, "rsn_bill", None]
    assert [each.kind for each in kept.reasons] == [None, None, ReasonKind.PRANK]
    assert list(faults(TREE)) == []


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        ([("rsn_a", ""), ("rsn_b", "rsn_nobody")], "reasons[1].parent_id"),
        ([("rsn_a", "rsn_a")], "reasons[0].parent_id"),
        ([("rsn_a", "rsn_b"), ("rsn_b", "rsn_a")], "reasons[0].parent_id"),
        ([("rsn_x", ""), ("rsn_a", "rsn_b"), ("rsn_b", "rsn_a")], "reasons[1].parent_id"),
        (
            [("rsn_a", ""), ("rsn_b", "rsn_a"), ("rsn_c", "rsn_b"), ("rsn_d", "rsn_c")],
            "reasons[3].parent_id",
        ),
    ],
)
def test_an_unknown_parent_a_circle_and_a_fourth_level_are_named(
    tree: list[tuple[str, str]], place: str
) -> None:
    found = dict(faults([reason(*each) for each in tree]))
    assert next(iter(found)) == place
    sent = ({"reason_id": reason_id, "parent_id": parent} for reason_id, parent in tree)
    assert refused_field(put(*sent)) == place


def test_an_unknown_kind_is_named() -> None:
    assert refused_field(put({"reason_id": "rsn_a", "kind": 9})) == "reasons[0].kind"


def test_what_lies_deeper_counts_for_the_reason_above_it() -> None:
    parents = parents_of(TREE)
    assert path(parents, "rsn_doubled") == ("rsn_doubled", "rsn_amount", "rsn_bill")
    assert len(path(parents, "rsn_doubled")) == LEVELS_MOST
    levels = [on_level(parents, "rsn_doubled", level) for level in (0, 1, 2, 3)]
    assert levels == ["rsn_doubled", "rsn_bill", "rsn_amount", "rsn_doubled"]
    assert on_level(parents, "rsn_bill", 2) == "rsn_bill"
    assert on_level(parents, "rsn_gone", 1) == "rsn_gone"


def test_a_sample_needs_its_percentage_and_nothing_else_has_one() -> None:
    sample = {"recording": "RECORDING_RULE_SAMPLE"}
    kept = settings_of(put(**sample, sample_percent=30))
    assert (kept.recording, kept.sample_percent) == (RecordingRule.SAMPLE, 30)
    assert settings_of(put()).recording is None
    assert refused_field(put(**sample)) == "sample_percent"
    assert refused_field(put(**sample, sample_percent=100)) == "sample_percent"
    assert refused_field(put(sample_percent=5)) == "sample_percent"
    assert refused_field(put(recording=9)) == "recording"


@pytest.mark.parametrize(
    ("reason_id", "outcome"),
    [
        ("rsn_wrong", EnquiryOutcome.WRONG_NUMBER),
        ("rsn_prank", EnquiryOutcome.PRANK),
        ("rsn_bill", EnquiryOutcome.HANDLED),
    ],
)
def test_a_wrap_up_closes_as_its_reason_says(reason_id: str, outcome: EnquiryOutcome) -> None:
    complete = CompleteWrapUp(
        reason_id=reason_id, user_id="usr_mori", answers=(), outcomes=outcomes_of(TREE)
    )
    given(ENQUIRY, *IN_WRAP_UP).when(complete).then(
        ReasonConfirmed(reason_id=reason_id, operator_id="usr_mori"),
        EnquiryClosed(outcome=outcome, reason_id=reason_id, operator_id="usr_mori", answers=()),
    )


def test_a_wrap_up_without_a_reason_closes_as_the_one_known_before_says() -> None:
    confirmed = ReasonConfirmed(reason_id="rsn_prank", operator_id="usr_mori")
    complete = CompleteWrapUp(
        reason_id="", user_id="usr_mori", answers=(), outcomes=outcomes_of(TREE)
    )
    given(ENQUIRY, *IN_WRAP_UP, confirmed).when(complete).then(
        EnquiryClosed(
            outcome=EnquiryOutcome.PRANK,
            reason_id="rsn_prank",
            operator_id="usr_mori",
            answers=(),
        )
    )
