"""Where things lie: the checkout, the state folder, the user's cache."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "services" / "media" / "core"
CONSOLE = ROOT / "console"
BINARIES = CORE / "target" / "ci"


def state_dir() -> Path:
    """Everything that a running platform writes: keys, logs, the log's data, recordings."""
    return Path(os.environ.get("SASAYAKI_STATE_DIR") or ROOT / "var").absolute()


def cache_dir() -> Path:
    """What is fetched or made once for all checkouts: jars, class archives, toolchains."""
    own = os.environ.get("SASAYAKI_CACHE_DIR")
    if own:
        return Path(own).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "sasayaki"
