"""Requests: what is wrong in one is told by the name of its field."""

import pytest
from google.protobuf.json_format import ParseDict

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1.client_events import FieldKind, FormField
from sasayaki_callreason.flows.source import Fault
from sasayaki_callreason.requests import (
    FAULTS_BYTES_MOST,
    answers_of,
    prompts_of,
    settings_of,
    told,
)
from sasayaki_chassis.fields import InvalidField

GOOD = {
    "request_id": "1",
    "client_id": "cli_acme",
    "name": "Acme Electric",
    "numbers": [{"number": "+81312345678", "flow_id": "flw_acme"}],
    "reasons": [{"reason_id": "rsn_billing", "label_ja": "ご請求", "label_en": "Billing"}],
    "wrap_up_form": [
        {
            "key": "outcome",
            "label_ja": "結果",
            "label_en": "Outcome",
            "kind": "FIELD_KIND_CHOICE",
            "required": True,
            "choices": ["resolved", "callback"],
        }
    ],
    "queue_ids": ["que_billing"],
}
NUMBER = {"number": "+81312345678", "flow_id": "flw_acme"}
REASON = {"reason_id": "rsn_billing", "label_ja": "ご請求", "label_en": "Billing"}
NOTE = {"key": "note", "label_ja": "メモ", "label_en": "Note", "kind": "FIELD_KIND_TEXT"}


def put(**changes: object) -> pb.PutClientRequest:
    return ParseDict({**GOOD, **changes}, pb.PutClientRequest())


def test_a_good_request_is_the_companys_settings() -> None:
    settings = settings_of(put())
    assert settings.client_id == "cli_acme"
    assert settings.numbers[0].flow_id == "flw_acme"
    assert settings.wrap_up_form[0].kind is FieldKind.CHOICE
    assert settings.wrap_up_ms_max == 60_000
    assert settings.queue_ids == ("que_billing",)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"request_id": ""}, "request_id"),
        ({"request_id": "x" * 129}, "request_id"),
        ({"client_id": ""}, "client_id"),
        ({"client_id": "acme"}, "client_id"),
        ({"client_id": "cli_../../etc/passwd"}, "client_id"),
        ({"client_id": "cli_ACME"}, "client_id"),
        ({"client_id": "cli_" + "x" * 61}, "client_id"),
        ({"name": ""}, "name"),
        ({"name": "あ" * 67}, "name"),
        ({"wrap_up_ms_max": 999}, "wrap_up_ms_max"),
        ({"wrap_up_ms_max": 3_600_001}, "wrap_up_ms_max"),
        ({"numbers": [{**NUMBER, "number": "0312345678"}]}, "numbers[0].number"),
        ({"numbers": [{**NUMBER, "number": "+81 3"}]}, "numbers[0].number"),
        ({"numbers": [{**NUMBER, "flow_id": "acme"}]}, "numbers[0].flow_id"),
        ({"numbers": [NUMBER, NUMBER]}, "numbers[1].number"),
        ({"reasons": [{**REASON, "reason_id": "billing"}]}, "reasons[0].reason_id"),
        ({"reasons": [{**REASON, "label_ja": ""}]}, "reasons[0].label_ja"),
        ({"reasons": [REASON, REASON]}, "reasons[1].reason_id"),
        ({"wrap_up_form": [{**NOTE, "key": "my note"}]}, "wrap_up_form[0].key"),
        ({"wrap_up_form": [NOTE, NOTE]}, "wrap_up_form[1].key"),
        ({"wrap_up_form": [{**NOTE, "kind": 0}]}, "wrap_up_form[0].kind"),
        ({"wrap_up_form": [{**NOTE, "kind": 99}]}, "wrap_up_form[0].kind"),
        ({"wrap_up_form": [{**NOTE, "label_en": ""}]}, "wrap_up_form[0].label_en"),
        ({"wrap_up_form": [{**NOTE, "choices": ["a"]}]}, "wrap_up_form[0].choices"),
        ({"wrap_up_form": [{**NOTE, "kind": 2}]}, "wrap_up_form[0].choices"),
        (
            {"wrap_up_form": [{**NOTE, "kind": 2, "choices": ["a", "a"]}]},
            "wrap_up_form[0].choices[1]",
        ),
        ({"queue_ids": ["billing"]}, "queue_ids[0]"),
        ({"queue_ids": ["que_a", "que_a"]}, "queue_ids[1]"),
        ({"queue_ids": [f"que_{i}" for i in range(201)]}, "queue_ids"),
    ],
)
def test_a_bad_client_names_the_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        settings_of(put(**changes))
    assert refused.value.field == field


@pytest.mark.parametrize("sha256", ["", "a" * 63, "A" * 64, "../" + "a" * 61])
def test_a_bad_prompt_is_named(sha256: str) -> None:
    request = pb.PublishFlowRequest(prompts={"guidance": "a" * 64, "menu": sha256})
    with pytest.raises(InvalidField) as refused:
        prompts_of(request)
    assert refused.value.field == "prompts[menu]"


def test_without_required_answers_only_those_given_are_looked_at() -> None:
    form = [
        FormField(
            key="n", label_ja="数", label_en="n", kind=FieldKind.NUMBER, required=True, choices=()
        )
    ]
    request = pb.CompleteWrapUpRequest()
    assert answers_of(request, form, required=False) == ()
    request.answers.add(key="n", value="x")
    with pytest.raises(InvalidField):
        answers_of(request, form, required=False)


def test_a_bad_answer_is_named() -> None:
    form = [
        FormField(
            key="outcome",
            label_ja="結果",
            label_en="Outcome",
            kind=FieldKind.TEXT,
            required=True,
            choices=(),
        )
    ]
    request = pb.CompleteWrapUpRequest()
    request.answers.add(key="outcome", value="")
    with pytest.raises(InvalidField) as refused:
        answers_of(request, form)
    assert refused.value.field == "answers[outcome]"


def test_faults_are_told_one_a_line_as_many_as_an_answer_holds() -> None:
    assert told([Fault(1, "a"), Fault(2, "b")]) == "line 1: a\nline 2: b"
    many = told(Fault(line, "知らない" * 5) for line in range(1, 9_000))
    assert many.startswith("line 1: 知らない")
    assert many.endswith(" more")
    assert len(many.encode()) < FAULTS_BYTES_MOST
