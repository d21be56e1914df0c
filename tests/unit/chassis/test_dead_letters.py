"""A letter is kept whole, or without what no record could hold; it never waits for ever."""

import json

from sasayaki_chassis.kafka.dead_letters import written
from sasayaki_chassis.kafka.log import BATCH_BYTES_MOST

LETTER = {"reason": "INVALID_ARGUMENT", "record_id": "018f", "body": {"words": "お急ぎ"}}


def test_a_letter_is_kept_with_the_body_of_its_request() -> None:
    assert json.loads(written(LETTER)) == LETTER


def test_a_body_that_no_record_could_hold_is_left_out() -> None:
    kept = written({**LETTER, "body": {"words": "あ" * BATCH_BYTES_MOST}})
    assert len(kept) < BATCH_BYTES_MOST
    assert json.loads(kept) == {**LETTER, "body": None}
