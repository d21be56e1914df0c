"""The prompts on disk: `<sha256>.wav` in one folder, written whole or not at all."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from sasayaki_media.sound.wav import pcmu_of

_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_sha256(text: str) -> bool:
    """Whether it is 64 lower-case hexadecimal digits."""
    return _SHA256.fullmatch(text) is not None


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
        pcmu = pcmu_of(wav)
        sha256 = hashlib.sha256(wav).hexdigest()
        if sha256 not in self._known:
            self._write(f"{sha256}.wav", wav)
            self._known.add(sha256)
        return sha256, pcmu

    def names(self) -> frozenset[str]:
        return frozenset(self._known)

    def pcmu(self, sha256: str) -> bytes:
        """A stored prompt's µ-law samples."""
        return pcmu_of((self._folder / f"{sha256}.wav").read_bytes())

    def _write(self, name: str, content: bytes) -> None:
        """Synced under another name first: a crash leaves the whole file or none."""
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self._folder / name)
