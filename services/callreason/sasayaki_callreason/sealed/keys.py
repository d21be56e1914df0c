"""Client companies' keys: one file each, for what must be forgotten when a company asks for it.

Callers' numbers are sealed with the key before they come into an event (architecture 6.3, rule
10): destroying the file destroys them in every copy of the log.
"""

import os
import secrets
from pathlib import Path

from sasayaki_chassis.seals import KEY_BYTES


def make_key(folder: Path, client_id: str) -> bool:
    """Makes `<client id>.key` unless there is one; whether it was made.

    The file appears whole, for its owner alone, or not at all; an existing one is never replaced,
    since what it has sealed would be lost. Blocks for as long as the disk takes.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{client_id}.key"
    if target.exists():
        return False
    draft = folder / f".{client_id}.{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename, a link never takes the place of what is there.
        os.link(draft, target)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    _sync(folder)
    return True


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
