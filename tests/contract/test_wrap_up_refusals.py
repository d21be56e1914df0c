"""What CompleteWrapUp says of a bad answer is what the desk reads the field from.

The desk's side of the same file: `console/src/desk/faults.test.ts`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1.client_events import FieldKind, FormField
from sasayaki_callreason.requests import answers_of
from sasayaki_chassis.fields import InvalidField

REFUSALS = json.loads(Path(__file__).with_name("wrap_up_refusals.json").read_text())


def _field(told: dict[str, Any]) -> FormField:
    return FormField(
        key=told["key"],
        label_ja=told["key"],
        label_en=told["key"],
        kind=FieldKind[told.get("kind", "TEXT")],
        required=told.get("required", False),
        choices=tuple(told.get("choices", ())),
    )


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal["message"])
def test_a_bad_answer_is_refused_in_the_words_that_the_desk_reads(refusal: dict[str, Any]) -> None:
    request = pb.CompleteWrapUpRequest()
    for key, value in refusal["answers"].items():
        request.answers.add(key=key, value=value)
    with pytest.raises(InvalidField) as refused:
        answers_of(request, [_field(told) for told in refusal["form"]])
    assert str(refused.value) == refusal["message"]
