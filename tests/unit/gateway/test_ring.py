"""What a stream's ring gives to a browser that was away."""

from __future__ import annotations

import json

from sasayaki.monitoring.v1 import floor_pb2 as floor
from sasayaki.monitoring.v1.monitoring_service_pb2 import WatchFloorResponse
from sasayaki.routing.v1.routing_service_pb2 import WatchDeskResponse
from sasayaki_gateway.doors import ring
from sasayaki_gateway.doors.feed import Feed
from sasayaki_gateway.doors.following import Following
from sasayaki_gateway.doors.ring import Latest, Rows


def waiting(*contacts: str) -> WatchFloorResponse:
    rows = [floor.FloorRow(waiting=floor.FloorWaiting(contact_id=each)) for each in contacts]
    return WatchFloorResponse(rows=rows)


def gone(contact: str) -> WatchFloorResponse:
    return WatchFloorResponse(rows=[floor.FloorRow(gone=floor.FloorGone(waiting=contact))])


def alert(name: str, state: floor.FloorAlertState.ValueType) -> WatchFloorResponse:
    row = floor.FloorAlert(alert_id=name, state=state)
    return WatchFloorResponse(rows=[floor.FloorRow(alert=row)])


def contacts(text: str | None) -> list[str]:
    assert text is not None
    return [row["waiting"]["contactId"] for row in json.loads(text)["rows"]]


def rows(*told: WatchFloorResponse) -> Rows:
    made = Rows()
    for place, message in enumerate(told):
        made.add(message, replaces=place == 0)
    return made


def test_the_whole_holds_what_was_put_and_not_what_is_gone() -> None:
    assert contacts(rows(waiting("a", "b"), waiting("c"), gone("b")).whole()) == ["a", "c"]


def test_a_row_replaces_the_earlier_one_of_its_id() -> None:
    made = rows(waiting("a"))
    row = floor.FloorWaiting(contact_id="a", priority=7)
    made.add(WatchFloorResponse(rows=[floor.FloorRow(waiting=row)]), replaces=False)

    assert [row["waiting"]["priority"] for row in json.loads(made.whole())["rows"]] == [7]


def test_an_alert_that_is_over_is_on_the_floor_no_more() -> None:
    made = rows(alert("alt_1", floor.FLOOR_ALERT_STATE_OPEN))
    made.add(alert("alt_1", floor.FLOOR_ALERT_STATE_RESOLVED), replaces=False)

    assert made.whole() == '{"rows":[]}'


def test_a_queue_is_one_for_each_of_its_client_companies() -> None:
    queues = [floor.FloorQueue(queue_id="que_a", client_id=client) for client in ("x", "y")]
    made = rows(WatchFloorResponse(rows=[floor.FloorRow(queue=each) for each in queues]))

    assert len(json.loads(made.whole())["rows"]) == 2


def test_what_was_missed_comes_as_one_message_in_its_order() -> None:
    assert contacts(rows(waiting("a"), waiting("b"), waiting("c")).since(1)) == ["b", "c"]


def test_a_new_connection_of_the_service_replaces_all_so_only_the_whole_will_do() -> None:
    made = rows(waiting("a"))
    made.add(waiting("b"), replaces=True)

    assert made.since(1) is None
    assert contacts(made.whole()) == ["b"]


def test_who_missed_more_than_is_kept_gets_the_whole() -> None:
    made = rows(*(waiting(str(number)) for number in range(ring.KEPT_MOST + 2)))

    assert made.since(1) is None
    assert made.since(2) is not None


def test_what_is_kept_has_a_limit_in_bytes_too() -> None:
    made = Latest()
    for _ in range(20):
        desk = WatchDeskResponse(reason="x" * (ring.KEPT_BYTES_MOST // 10))
        made.add(desk, replaces=False)

    assert made.since(1) is None
    assert made.since(15) is not None


def test_a_number_from_the_future_is_no_number_of_ours() -> None:
    assert rows(waiting("a")).since(7) is None


def test_of_a_stream_of_states_only_the_last_is_told() -> None:
    made = Latest()
    for reason in ("lunch", "training", "paperwork"):
        made.add(WatchDeskResponse(reason=reason), replaces=False)

    assert json.loads(made.since(1) or "")["reason"] == "paperwork"


def event_of(following: Following) -> tuple[str, str, list[str]]:
    text = following.event()
    assert text is not None
    lines = dict(line.split(": ", 1) for line in text.strip().splitlines())
    return lines.get("event", "message"), lines["id"], contacts(lines["data"])


def test_two_feeds_are_told_as_one_and_gone_on_after_one_mark() -> None:
    feeds = [Feed(rows(waiting("a"))), Feed(rows(waiting("b")))]
    kind, mark, told = event_of(Following.after(feeds, None))
    assert (kind, told) == ("snapshot", ["a", "b"])
    feeds[1].ring.add(waiting("c"), replaces=False)

    again = Following.after(feeds, mark)

    assert event_of(again)[::2] == ("message", ["c"])
    assert again.event() is None


def test_of_a_stream_that_has_told_nothing_yet_nothing_is_said() -> None:
    feeds = [Feed(Latest())]
    following = Following.after(feeds, None)
    assert following.event() is None

    feeds[0].ring.add(WatchDeskResponse(reason="lunch"), replaces=True)

    told = following.event()
    assert told is not None
    assert told.startswith("event: snapshot\n")
    assert "lunch" in told


def test_a_mark_of_another_reading_or_no_mark_at_all_gets_the_whole() -> None:
    feeds = [Feed(rows(waiting("a")))]

    for mark in ("", "nonsense", "0badcafe.1", f"{feeds[0].epoch}.x", f"{feeds[0].epoch}.1~a.1"):
        assert event_of(Following.after(feeds, mark))[0] == "snapshot"
