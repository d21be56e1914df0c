"""A flow's file as text: how large it is to keep, and what stands for one that was not kept."""

import json
import re

import yaml

from sasayaki_callreason.flows.versions import Written

WRITTEN_BYTES_MOST = 200 * 1024
"""Of a flow's file, test cases and prompts as they stand in a record, which holds 256 KiB."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
"""What no reader of YAML takes for anything but text, unless the writer knows it to be."""
_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")


class _Quoting(yaml.SafeDumper):
    """Quotes what may be read in two ways, as `090` or `y`: files with that are refused."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(value) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Quoting.add_representer(str, _text)


def bytes_of(written: Written) -> int:
    """How many bytes of a record it takes."""
    parts = (written.source, written.tests, *written.prompts, *written.prompts.values())
    text = json.dumps(parts, ensure_ascii=False)
    return len(text.encode()) + 32 * len(written.prompts)


def rewritten(definition: str) -> Written:
    """A file that would be published as this: prompts are named by their SHA-256."""
    flow = json.loads(definition)
    # What steps say of themselves is found by name again when the flow is published.
    words = flow.pop("words", {})
    source = yaml.dump(flow, Dumper=_Quoting, allow_unicode=True, sort_keys=False)
    prompts = {each: each for each in _SHA256.findall(source)} | {
        f"{name}_{language}": sha256
        for language, named in words.items()
        for name, sha256 in named.items()
    }
    return Written(source, "", prompts)
