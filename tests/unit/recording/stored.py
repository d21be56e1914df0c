"""Pages and the slips that they leave, for tests."""

from sasayaki_recording.pages import CUSTOMER, TRACKS, Page, Slip, encoded, slip_of

SECOND = 8_000


def page(
    number: int,
    track: int = CUSTOMER,
    *,
    pcmu: bytes | None = None,
    last: bool = False,
    gap_samples: int = 0,
) -> Page:
    return Page(
        track=track,
        number=number,
        start_ms=number * 1_000,
        pcmu=bytes([number % 128]) * SECOND if pcmu is None else pcmu,
        gap_samples=gap_samples,
        opened_at_us=1_700_000_000_000_000,
        last=last,
    )


def whole(pages: int = 3) -> list[Page]:
    """A recording of so many seconds, all tracks."""
    return [
        page(number, track, last=number == pages - 1) for number in range(pages) for track in TRACKS
    ]


def slips(pages: list[Page]) -> tuple[dict[tuple[int, int], Slip], bytes]:
    """The slips of a file with these pages, and its bytes."""
    content, found = b"", {}
    for each in pages:
        found[each.track, each.number] = slip_of(each, len(content))
        content += encoded(each)
    return found, content
