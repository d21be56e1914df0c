"""`./sasayaki shots`: pictures of every page of the console, in Japanese and English.

The pages show a made-up centre at a time that stands: the same picture each time.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.harness.browser import ROOT, chromium
from tests.harness.console_scenes import SCENES, Look
from tests.harness.console_site import console_site

DARK_TOO = ("desk-talking", "wall")
"""What is taken in the dark too."""
IN_README = {"wall": ("wall", "ja"), "desk": ("desk-talking", "en")}
"""Name in docs/images -> scene and language."""
LANGUAGES = ("ja", "en")


def every(scenes: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """Name, scene, language and theme of each picture of these scenes."""
    for scene in scenes:
        for language in LANGUAGES:
            yield f"{scene}-{language}", scene, language, "light"
            if scene in DARK_TOO:
                yield f"{scene}-{language}-dark", scene, language, "dark"


def of_readme() -> Iterator[tuple[str, str, str, str]]:
    """The same of the README's pictures."""
    for name, (scene, language) in IN_README.items():
        yield name, scene, language, "light"


async def take(folder: Path, pictures: Iterable[tuple[str, str, str, str]]) -> None:
    """Leaves the pictures in a folder."""
    with console_site() as site:
        async with chromium() as browser:
            for name, scene, language, theme in pictures:
                look = Look(browser, site, language, theme)
                async with SCENES[scene](look) as page:
                    # What fades in or slides has arrived.
                    await page.screenshot(path=folder / f"{name}.png", animations="disabled")
                sys.stdout.write(f"{folder / name}.png\n")
                sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Takes what is asked for."""
    reader = argparse.ArgumentParser(prog="./sasayaki shots", description=__doc__)
    reader.add_argument("folder", nargs="?", type=Path, default=ROOT / "var" / "screenshots")
    reader.add_argument("--only", nargs="+", choices=SCENES, default=list(SCENES), metavar="SCENE")
    reader.add_argument("--readme", action="store_true", help="renew docs/images, nothing else")
    asked = reader.parse_args(arguments)
    if asked.readme:
        asyncio.run(take(ROOT / "docs" / "images", of_readme()))
    else:
        asyncio.run(take(asked.folder, every(asked.only)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
