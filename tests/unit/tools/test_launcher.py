"""What runs before any environment is made: the launcher's choice of Python, and `doctor`."""

import os
import subprocess
import sys
from pathlib import Path

from sasayaki_tools.paths import ROOT

FINDING = "set -eu; eval \"$(sed -n '/^find_python()/,/^}/p' sasayaki)\"; find_python"


def found(**environment: str) -> str:
    """The interpreter that the launcher takes."""
    done = subprocess.run(
        ["sh", "-c", FINDING],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def test_the_interpreter_that_was_named_is_taken() -> None:
    assert found(SASAYAKI_PYTHON=sys.executable) == sys.executable


def test_a_named_interpreter_that_does_not_fit_is_passed_over(tmp_path: Path) -> None:
    unfit = tmp_path / "old-python"
    unfit.write_text("#!/bin/sh\nexit 1\n")
    unfit.chmod(0o755)
    assert found(SASAYAKI_PYTHON=str(unfit)) not in ("", str(unfit))


def test_doctor_runs_on_a_python_that_has_nothing_but_its_standard_library(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", "sasayaki_tools.doctor"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "tools"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert "Python" in done.stdout
