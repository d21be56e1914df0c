"""The wall's streams: it follows the floor, and comes back by itself after monitoring's death."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.component.monitoring.gallery import SATO, Gallery
from tests.component.monitoring.wall import press, put_operator
from tests.harness.tokens import token
from tests.harness.waiting import until

from sasayaki_tools.wall.board import FLOOR
from sasayaki_tools.wall.render import Look, render
from sasayaki_tools.wall.sources import Sources, now
from sasayaki_tools.wall.words import Language


@contextmanager
def following(gallery: Gallery) -> Iterator[Sources]:
    bearer = token(sub=SATO, role="supervisor")
    addresses = {FLOOR: gallery.address}

    def find(service: str) -> tuple[str, str] | None:
        return (addresses[service], bearer) if service in addresses else None

    sources = Sources(find)
    sources.start()
    try:
        yield sources
    finally:
        sources.close()


def drawn(sources: Sources) -> str:
    with sources.lock:
        return "\n".join(render(sources.board, now(), Look(language=Language.EN)).lines)


async def test_the_wall_follows_the_floor_and_says_when_it_cannot(gallery: Gallery) -> None:
    with following(gallery) as sources:
        await until(lambda: "no answer from monitoring" in drawn(sources))
        async with gallery.running() as monitoring:
            await put_operator(gallery, "usr_con_1")
            await gallery.talks("con_1")
            await until(lambda: "con_1" in drawn(sources))
            assert "no answer from monitoring" not in drawn(sources)
            await press(gallery, "usr_con_1")
            await until(lambda: "! help" in drawn(sources))
            monitoring.kill()
            await until(lambda: "no answer from monitoring" in drawn(sources))
            assert "! help" in drawn(sources)
            await monitoring.start()
            await until(lambda: "no answer from monitoring" not in drawn(sources))
            await until(lambda: "! help" in drawn(sources))
            assert "no answer from media" in drawn(sources)
