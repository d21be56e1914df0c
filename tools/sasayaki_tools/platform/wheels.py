"""Helpers that come as wheels, fetched only on machines that lack them, into the user's cache."""

import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from sasayaki_tools.environment import install
from sasayaki_tools.paths import ROOT, cache_dir


def bring(name: str) -> Path:
    """The folder that holds what `tools/locks/<name>.lock` names, installed if it is not there.

    The folder is named by the lock's hash and moved into place whole.
    """
    lock, folder = _lock(name), place(name)
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.parent))
    try:
        install(["-r", str(lock)], target=draft)
        try:
            draft.rename(folder)
        except OSError:
            # Another launcher was faster with the same content.
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def place(name: str) -> Path:
    """Where `bring` puts it: a folder named by the lock's hash."""
    digest = sha256(_lock(name).read_bytes()).hexdigest()
    return cache_dir() / "wheels" / f"{name}-{digest[:16]}"


def _lock(name: str) -> Path:
    return ROOT / "tools" / "locks" / f"{name}.lock"


def offline() -> bool:
    """Whether the user forbids fetching anything."""
    return os.environ.get("SASAYAKI_OFFLINE") == "1"
