"""The prompts on disk: `<sha256>.wav` in one folder, written whole or not at all."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from sasayaki_media.sound.wav import check_audible, pcmu_of

_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_sha256(text: str) -> bool:
    """Whether it is 64 lower-case hexadecimal digits."""
    return _SHA256.fullmatch(text) is not None


def looked_at(wav: bytes, *, audible: bool = False) -> tuple[str, bytes]:
    """A file's SHA-256 and µ-law samples; raises NotAPrompt.

    With `audible` also for silence and for sound that is cut off at the top.
    """
    pcmu = pcmu_of(wav)
    if audible:
        check_audible(wav)
    return hashlib.sha256(wav).hexdigest(), pcmu


class Prompts:
    """Stores prompts by the SHA-256 of their file and knows which there are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._known = {path.stem for path in folder.glob("*.wav") if is_sha256(path.stem)}

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._known

    def put(self, wav: bytes) -> tuple[str, bytes]:
        """Stores a file, once; its SHA-256 and µ-law samples. Raises NotAPrompt."""
        sha256, pcmu = looked_at(wav)
        self.store(sha256, wav)
        return sha256, pcmu

    def store(self, sha256: str, wav: bytes) -> None:
        """Stores a file that was looked at, once."""
        if sha256 not in self._known:
            self._write(f"{sha256}.wav", wav)
            self._known.add(sha256)

    def names(self) -> frozenset[str]:
        return frozenset(self._known)

    def wav(self, sha256: str) -> bytes:
        """A stored prompt's file."""
        return (self._folder / f"{sha256}.wav").read_bytes()

    def pcmu(self, sha256: str) -> bytes:
        """A stored prompt's µ-law samples."""
        return pcmu_of(self.wav(sha256))

    def _write(self, name: str, content: bytes) -> None:
        """Synced under another name first: a crash leaves the whole file or none."""
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self._folder / name)
