"""What `demo --check` asserts of sound: what phones received and what recordings hold."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from sasayaki_demo.bots import (
    CUSTOMER_HZ,
    OPERATOR_HZ,
    OTHER_CUSTOMER_HZ,
    SUPERVISOR_HZ,
    Supervised,
)
from sasayaki_demo.sound import (
    Packets,
    Samples,
    first_frame_with,
    is_forwarded,
    level,
    longest_without,
    read_packets,
)

WANTED_DBFS = -25.0
UNWANTED_DBFS = -60.0
GAP_MS = 60.0
CHANGE_P95_MS = 100.0
TRACK_MS = 20.0
TONES = {"customer": CUSTOMER_HZ, "operator": OPERATOR_HZ, "supervisor": SUPERVISOR_HZ}

HEARS: dict[str, dict[str, frozenset[str]]] = {
    "alone": {
        "customer": frozenset({"operator"}),
        "operator": frozenset({"customer"}),
    },
    "listen": {
        "customer": frozenset({"operator"}),
        "operator": frozenset({"customer"}),
        "supervisor": frozenset({"customer", "operator"}),
    },
    "whisper": {
        "customer": frozenset({"operator"}),
        "operator": frozenset({"customer", "supervisor"}),
        "supervisor": frozenset({"customer", "operator"}),
    },
    "barge": {
        "customer": frozenset({"operator", "supervisor"}),
        "operator": frozenset({"customer", "supervisor"}),
        "supervisor": frozenset({"customer", "operator"}),
    },
    "takeover": {
        "customer": frozenset({"supervisor"}),
        "supervisor": frozenset({"customer"}),
    },
    "after": {
        "customer": frozenset({"operator"}),
        "operator": frozenset({"customer"}),
        "supervisor": frozenset(),
    },
    "left": {
        "customer": frozenset({"operator"}),
        "operator": frozenset({"customer"}),
    },
}
"""Who hears whom in each phase of a supervised call; `left`: the supervisor is on another."""


@dataclass(frozen=True)
class Check:
    """One asserted figure: what was measured, over how many, and what it had to keep to."""

    name: str
    ok: bool
    measured: float
    bound: float
    n: int
    complaints: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Returns the check for a report."""
        return asdict(self)


def at_most(
    name: str, measured: float, bound: float, n: int, complaints: Iterable[str] = ()
) -> Check:
    """Returns a check that holds when something was measured and stays within the bound."""
    return Check(name, n > 0 and measured <= bound, round(measured, 3), bound, n, tuple(complaints))


@dataclass(frozen=True)
class Heard:
    """A supervised call with what each of its three phones received, and the operator's sent.

    `customer_hz` is what this customer says.
    """

    supervised: Supervised
    customer: Packets
    operator: Packets
    supervisor: Packets
    operator_sent: Packets
    customer_hz: float = CUSTOMER_HZ

    @classmethod
    def of(
        cls, supervised: Supervised, customer_rx: Path, customer_hz: float = CUSTOMER_HZ
    ) -> Heard:
        """Reads the captures."""
        return cls(
            supervised,
            read_packets(customer_rx),
            read_packets(supervised.operator_rx),
            read_packets(supervised.supervisor_rx),
            read_packets(supervised.operator_tx),
            customer_hz,
        )

    def voices(self) -> dict[str, float]:
        """Returns each voice with its tone: the call's three, and another call's customer."""
        return {
            **TONES,
            "customer": self.customer_hz,
            "another customer": CUSTOMER_HZ + OTHER_CUSTOMER_HZ - self.customer_hz,
        }

    def by(self, listener: str) -> Packets:
        """Returns what a party received."""
        return {
            "customer": self.customer,
            "operator": self.operator,
            "supervisor": self.supervisor,
        }[listener]


def audibility(calls: Sequence[Heard]) -> Check:
    """Every listener hears exactly the voices that the phase gives them."""
    wrong = []
    cells = 0
    for call in calls:
        for phase in call.supervised.phases:
            for listener, voices in HEARS[phase.name].items():
                heard = call.by(listener).between(phase.start_ns, phase.end_ns).samples()
                for voice, hertz in call.voices().items():
                    cells += 1
                    found = level(heard, hertz)
                    right = found > WANTED_DBFS if voice in voices else found < UNWANTED_DBFS
                    if not right:
                        wrong.append(
                            f"{call.supervised.contact_id} {phase.name}: {listener} has {voice}"
                            f" at {found:.1f} dBFS"
                        )
    return at_most("audibility: wrong cells", len(wrong), 0, cells, wrong)


def forwarded(calls: Sequence[Heard]) -> Check:
    """While a supervisor listens or whispers the customer receives the operator's own payloads."""
    wrong = []
    stretches = 0
    for call in calls:
        for phase in call.supervised.phases:
            if phase.name in ("listen", "whisper"):
                stretches += 1
                got = call.customer.between(phase.start_ns, phase.end_ns)
                if not is_forwarded(got, call.operator_sent):
                    wrong.append(f"{call.supervised.contact_id} {phase.name}: payloads differ")
    return at_most("payloads: stretches not as sent", len(wrong), 0, stretches, wrong)


def unbroken(calls: Sequence[Heard]) -> Check:
    """Through all changes until a takeover, customer and operator hear each other without a gap."""
    gaps = []
    for call in calls:
        phases = [phase for phase in call.supervised.phases if phase.name != "takeover"]
        start, end = phases[0].start_ns, phases[-1].end_ns
        for listener, hertz in (("customer", OPERATOR_HZ), ("operator", call.customer_hz)):
            heard = call.by(listener).between(start, end)
            missing = (end - start) / 1e6 - 20.0 * len(heard.payloads)
            gaps.append(max(longest_without(heard.samples(), hertz), missing))
    return at_most("talk: longest gap, ms", max(gaps, default=0.0), GAP_MS, len(gaps))


def change_times_ms(calls: Sequence[Heard]) -> list[float]:
    """Returns, for each switch to whisper, the time from the request to the first tone heard."""
    times = []
    for call in calls:
        for sent_ns, mode in call.supervised.changes:
            if mode == "SUPERVISION_MODE_WHISPER":
                after = call.operator.between(sent_ns, sent_ns + 3_000_000_000)
                first = first_frame_with(after, SUPERVISOR_HZ)
                times.append((first - sent_ns) / 1e6 if first else float("inf"))
    return times


def mode_changes(times_ms: Sequence[float]) -> Check:
    """A whisper is heard soon after it was asked for."""
    p95 = float(np.percentile(times_ms, 95)) if times_ms else float("inf")
    return at_most(
        "mode change: request to first sample, p95 ms", p95, CHANGE_P95_MS, len(times_ms)
    )


def read_wav(data: bytes) -> dict[str, Samples]:
    """Returns the three tracks of a recording.

    Raises ValueError when it is not 8 kHz, 16 bit, three channels.
    """
    with wave.open(io.BytesIO(data)) as file:
        form = (file.getframerate(), file.getsampwidth(), file.getnchannels())
        if form != (8000, 2, 3):
            raise ValueError(f"a recording is {form}")
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 3)
    names = ("customer", "operator", "supervisor")
    return {name: samples[:, i] / 32768.0 for i, name in enumerate(names)}


@dataclass(frozen=True)
class Span:
    """From when to when, in milliseconds on a recording's timeline.

    A phone goes on sending until it learns that the other side has hung up: what it says between
    `end` and `end_latest` may be in the recording or not.
    """

    start: float
    end: float
    end_latest: float

    def away_from(self, other: Span) -> float:
        """Returns by how much the farther of both ends is off."""
        end = min(max(self.end, other.end), other.end_latest)
        return max(abs(self.start - other.start), abs(self.end - end))


@dataclass(frozen=True)
class Spoken:
    """When each party said what a recording must hold; no span: nothing."""

    contact_id: str
    spans: dict[str, Span | None]
    recording: bytes
    customer_hz: float = CUSTOMER_HZ

    def voices(self) -> dict[str, float]:
        """Returns each party's tone."""
        return {**TONES, "customer": self.customer_hz}


def recorded(calls: Sequence[Spoken]) -> Check:
    """Each track holds its own party's tone, when it was said ± 20 ms, and nobody else's."""
    wrong = []
    for call in calls:
        tracks = read_wav(call.recording)
        faults = [
            *_foreign_voices(tracks, call.voices()),
            *_places(tracks, call),
            *_holes(tracks, call.voices()),
        ]
        wrong += [f"{call.contact_id}: {fault}" for fault in faults]
    return at_most("recordings: faults", len(wrong), 0, len(calls), wrong)


def _foreign_voices(tracks: dict[str, Samples], voices: dict[str, float]) -> Iterable[str]:
    for track, samples in tracks.items():
        for voice, hertz in voices.items():
            if voice != track and level(samples, hertz) > UNWANTED_DBFS:
                yield f"the {track}'s track has the {voice} at {level(samples, hertz):.1f} dBFS"


def _places(tracks: dict[str, Samples], call: Spoken) -> Iterable[str]:
    for track, samples in tracks.items():
        found, wanted = tone_span(samples, call.voices()[track]), call.spans[track]
        if found is None or wanted is None:
            if found != wanted:
                yield f"the {track}'s tone is at {found}, was said at {wanted}"
        elif found.away_from(wanted) > TRACK_MS:
            yield f"the {track}'s tone is at {found}, was said at {wanted}"


def _holes(tracks: dict[str, Samples], voices: dict[str, float]) -> Iterable[str]:
    """From the operator's first sound on: before it the customer's phone sends keys, not sound."""
    spans = {track: tone_span(tracks[track], voices[track]) for track in ("customer", "operator")}
    if spans["customer"] and spans["operator"]:
        talk = max(span.start for span in spans.values() if span)
        for track, span in spans.items():
            assert span is not None
            said = tracks[track][int(talk * 8) : int(span.end * 8)]
            hole = longest_without(said, voices[track])
            if hole > TRACK_MS:
                yield f"the {track}'s tone has a hole of {hole:.0f} ms"


def tone_span(samples: Samples, hertz: float) -> Span | None:
    """Returns where a tone begins and ends, to 5 ms."""
    step = 40
    there = [
        i
        for i in range(0, len(samples) - step + 1, step)
        if level(samples[i : i + step], hertz) > -30.0
    ]
    if not there:
        return None
    end = (there[-1] + step) / 8
    return Span(there[0] / 8, end, end)
