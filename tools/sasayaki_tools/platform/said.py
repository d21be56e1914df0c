"""What a program says when it is asked for its version."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

WAIT_S = 20
"""A program that has not answered by then is taken for a broken one."""


def version_said(
    program: Path, question: str, environment: Mapping[str, str] | None = None
) -> str | None:
    """Its answer, from both channels; None if it does not run. `environment` is added to ours."""
    try:
        done = subprocess.run(
            [str(program), question],
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout + done.stderr if done.returncode == 0 else None
