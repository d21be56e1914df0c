"""Rows as files that people read, compare and keep: `<folder>/<name>.yaml`, prompts as WAV."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sasayaki_tools.configuration.kinds import KINDS, kind_of
from sasayaki_tools.configuration.present import Rows
from sasayaki_tools.say import Failed

PROMPTS = "prompts"
FILE_BYTES_MOST = 1 << 20


class _Text(yaml.SafeDumper):
    """Writes longer text as blocks, as a person would."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Text.add_representer(str, _text)


def write(rows: Rows, prompts: Path, folder: Path) -> int:
    """Writes rows and the prompts that they name into an empty folder; how many files."""
    if folder.exists() and any(folder.iterdir()):
        raise Failed(f"{folder} is not empty; an export replaces nothing")
    for (kind, name), row in rows.items():
        file = folder / kind / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.dump(row, Dumper=_Text, allow_unicode=True, sort_keys=True))
    wanted = {each for row in rows.values() for each in row.get("prompts", {}).values()}
    (folder / PROMPTS).mkdir(parents=True, exist_ok=True)
    for each in sorted(wanted):
        wav = prompts / f"{each}.wav"
        if not wav.is_file():
            raise Failed(f"prompt {each} is not in {prompts}: export on the platform's own machine")
        (folder / PROMPTS / wav.name).write_bytes(wav.read_bytes())
    return len(rows) + len(wanted)


def read(folder: Path) -> Rows:
    """The rows of a folder; raises Failed naming each file that is wrong, and why."""
    rows: Rows = {}
    faults = []
    for file in _files(folder):
        kind = kind_of(file.parent.name)
        if kind is None:
            known = ", ".join(each.folder for each in KINDS)
            faults.append(f"{file}: no kind {file.parent.name!r}; there are {known}")
            continue
        try:
            row = kind.plain(_mapping(file))
            name = kind.name(row)
        except (ValueError, yaml.YAMLError) as error:
            faults.append(f"{file}: {error}")
            continue
        faults += [
            f"{file}: there is no {each}.wav in {folder / PROMPTS}"
            for each in sorted(set(row.get("prompts", {}).values()))
            if not (folder / PROMPTS / f"{each}.wav").is_file()
        ]
        if name != file.stem:
            faults.append(f"{file}: it is about {name!r}, its name says {file.stem!r}")
        rows[kind.folder, name] = row
    if faults:
        raise Failed("\n".join(faults))
    if not rows:
        raise Failed(f"{folder} holds no <kind>/<name>.yaml")
    return rows


def prompts(folder: Path) -> list[Path]:
    """The prompts' files of a folder."""
    return sorted((folder / PROMPTS).glob("*.wav"))


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*/*.yaml"))


def _mapping(file: Path) -> dict[str, Any]:
    if file.stat().st_size > FILE_BYTES_MOST:
        raise ValueError(f"longer than {FILE_BYTES_MOST} bytes")
    try:
        found = yaml.safe_load(file.read_bytes())
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    if not isinstance(found, dict):
        raise ValueError("a row is a mapping of fields")
    return found
