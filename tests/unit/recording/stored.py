"""Pages, the slips that they leave and the keys that seal them, for tests."""

from pathlib import Path

from sasayaki_recording.vault.keys import Keys, Seal, Whose
from sasayaki_recording.vault.pages import (
    CUSTOMER,
    MAGIC,
    SEAL_BYTES,
    TRACKS,
    Page,
    Slip,
    Stretch,
    plain_head,
    record,
    sealed_head,
    slip_of,
)

SECOND = 8_000
ACME = Whose("out_demo", "cli_acme", "con_1")
SEAL = Seal(bytes(range(32)), ACME)


def page(
    number: int,
    track: int = CUSTOMER,
    *,
    pcmu: bytes | None = None,
    last: bool = False,
    gap_samples: int = 0,
    pauses: tuple[Stretch, ...] = (),
) -> Page:
    return Page(
        track=track,
        number=number,
        start_ms=number * 1_000,
        pcmu=bytes([number % 128]) * SECOND if pcmu is None else pcmu,
        gap_samples=gap_samples,
        opened_at_us=1_700_000_000_000_000,
        last=last,
        pauses=pauses,
    )


def whole(pages: int = 3) -> list[Page]:
    """A recording of so many seconds, all tracks."""
    return [
        page(number, track, last=number == pages - 1) for number in range(pages) for track in TRACKS
    ]


def slips(
    pages: list[Page], *, seal: Seal | None = None
) -> tuple[dict[tuple[int, int], Slip], bytes]:
    """The slips of a file with these pages, and its bytes; plain without a seal."""
    content, found = MAGIC if seal else b"", {}
    for each in pages:
        slip = slip_of(each, 0)
        if seal is None:
            content += record(plain_head(slip), each.pcmu)
            at = len(content) - len(each.pcmu)
        else:
            content += record(sealed_head(slip), seal.seal(sealed_head(slip), each.pcmu))
            at = len(content) - len(each.pcmu) - SEAL_BYTES
        found[each.track, each.number] = slip_of(each, at)
    return found, content


def keys_in(folder: Path, *client_ids: str) -> Keys:
    """The keys of these companies, each another one."""
    folder.mkdir(exist_ok=True)
    for number, client_id in enumerate(client_ids, 1):
        (folder / f"{client_id}.key").write_bytes(bytes([number]) * 32)
    return Keys(folder)
