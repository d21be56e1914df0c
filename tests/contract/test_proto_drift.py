"""What is committed as generated is what the generator writes today."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

import generate  # noqa: E402 - a script, not a package


def test_the_committed_contract_and_its_page_are_what_the_protos_say(tmp_path: Path) -> None:
    generate.generate(ROOT / "proto", tmp_path)
    generate.generate_console(ROOT / "proto", tmp_path)
    wanted, present = generate.generated(tmp_path), generate.generated(ROOT)
    differing = {n for n in wanted.keys() | present.keys() if wanted.get(n) != present.get(n)}
    assert not differing, "run ./sasayaki gen"
