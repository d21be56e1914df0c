"""Judges a flow file without a platform, by the program that callreason brings for it."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from sasayaki_tools.seed_file import Client, Seed
from sasayaki_tools.seed_prompts import prompt_files

ENDINGS = ("wrong_number", "prank")
"""Kinds of reasons that need nobody."""


def look(seed: Seed, client: Client, file: Path, tests: Path | None) -> int:
    """Prints faults and failures; the exit code."""
    asked = {
        "source": str(file),
        "tests": None if tests is None else str(tests),
        "reasons": [reason.id for reason in client.reasons],
        "endings": [reason.id for reason in client.reasons if reason.kind in ENDINGS],
        "stated": [
            reason.id
            for reason in client.reasons
            if not reason.parent and reason.kind == "ordinary"
        ],
        "queues": list(client.queues) or None,
        "prompts": {
            name: sha256(wav.read_bytes()).hexdigest() for name, wav in prompt_files(client).items()
        },
        "recorded": client.recording == "all",
        "staff": [each.skills for each in seed.operators if client.id in each.clients],
        "prefixes": client.outbound.prefixes if client.outbound is not None else (),
    }
    # The launcher imports no service: what judges here is the service's own program.
    command = [sys.executable, "-m", "sasayaki_callreason.checking"]
    return subprocess.run(command, input=json.dumps(asked), text=True, check=False).returncode
