"""Figures of the vault: `python -m sasayaki_recording.vault.bench`, one JSON object.

A second of three tracks of each call is stored at a time, as media sends it; then one call is
finished and given out. What sealing costs is measured apart from the disk.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from sasayaki_recording.vault.keys import Keys, Whose
from sasayaki_recording.vault.pages import RATE_HZ, TRACKS, Page, sealed_head, slip_of
from sasayaki_recording.vault.vault import Vault

CALLS = 100
SECONDS = 20
SEALED = 3_000
"""Pages whose sealing alone is measured."""


def measure(calls: int, seconds: int) -> dict[str, Any]:
    """Stores so many calls of so many seconds."""
    sound = Random(1).randbytes(RATE_HZ)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cli_bench.key").write_bytes(bytes(32))
        keys = Keys(folder)
        vault = Vault(folder / "vault", keys)
        whose = [Whose("out_bench", "cli_bench", f"con_{number}") for number in range(calls)]
        each_ms = sorted(_store_ms(vault, whose, sound, n, seconds) for n in range(seconds))
        manifest_ms, _ = _took(lambda: vault.content(whose[0]))
        wav_ms, size = _took(lambda: sum(map(len, vault.wav(whose[0]))))
        sealing_us, opening_us = _crypto_us(keys, whose[0], sound)
    return {
        "calls": calls,
        "seconds": seconds,
        "pages": calls * seconds * len(TRACKS),
        "second_of_all_calls_p50_ms": round(each_ms[len(each_ms) // 2], 1),
        "second_of_all_calls_slowest_ms": round(each_ms[-1], 1),
        "sealing_page_cpu_us": round(sealing_us, 1),
        "opening_page_cpu_us": round(opening_us, 1),
        "manifest_ms": round(manifest_ms, 1),
        "wav_ms": round(wav_ms, 1),
        "wav_bytes": size,
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.platform(),
            "load_1_min": round(os.getloadavg()[0], 1),
        },
    }


def main(arguments: list[str]) -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="sasayaki bench vault", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    asked = parser.parse_args(arguments)
    sys.stdout.write(json.dumps(measure(asked.calls, asked.seconds)) + "\n")
    return 0


def _store_ms(vault: Vault, calls: list[Whose], sound: bytes, number: int, seconds: int) -> float:
    """One second of all calls, one call after another: written and synced."""
    last = number == seconds - 1
    pages = [_page(track, number, sound, last=last) for track in TRACKS]

    def store() -> None:
        for whose in calls:
            vault.store(whose, pages)

    return _took(store)[0]


def _crypto_us(keys: Keys, whose: Whose, sound: bytes) -> tuple[float, float]:
    """Processor time to seal and to open one page."""
    seal = keys.seal(whose)
    head = sealed_head(slip_of(_page(1, 0, sound, last=False), 0))
    began = time.thread_time_ns()
    boxes = [seal.seal(head, sound) for _ in range(SEALED)]
    sealed = time.thread_time_ns()
    for box in boxes:
        seal.open(head, box)
    opened = time.thread_time_ns()
    return (sealed - began) / SEALED / 1e3, (opened - sealed) / SEALED / 1e3


def _page(track: int, number: int, sound: bytes, *, last: bool) -> Page:
    return Page(track, number, number * 1_000, sound, 0, 1_700_000_000_000_000, last)


def _took(act: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds on the wall, and what came out."""
    began = time.perf_counter_ns()
    found = act()
    return (time.perf_counter_ns() - began) / 1e6, found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
