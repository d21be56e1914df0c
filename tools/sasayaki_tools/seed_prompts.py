"""Which sounds a client company's flows may name, and where their files are."""

from pathlib import Path

from sasayaki_tools.paths import ROOT
from sasayaki_tools.seed_file import Client

PROMPTS = ROOT / "seed" / "prompts"
NEUTRAL = "any"
"""The folder of sounds that are the same in every language."""


def prompt_files(client: Client) -> dict[str, Path]:
    """Name to file: all of its language's folder, or each language's as `<name>_<language>`."""
    files = _folder(NEUTRAL)
    if not client.languages:
        return files | _folder(client.language)
    for language in client.languages:
        files |= {f"{name}_{language}": file for name, file in _folder(language).items()}
    return files


def _folder(name: str) -> dict[str, Path]:
    return {file.stem: file for file in sorted((PROMPTS / name).glob("*.wav"))}
