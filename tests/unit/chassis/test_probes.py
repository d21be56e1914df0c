"""The HTTP side of a service: what takes long to write holds up nobody else."""

import asyncio
import threading

from sasayaki_chassis.probes import Probes

LIMIT_S = 10.0


async def get(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


async def test_health_is_told_while_the_asyncapi_is_being_written() -> None:
    told = threading.Event()
    probes = Probes(lambda: True, lambda: str(told.wait(LIMIT_S)))
    port = await probes.start("127.0.0.1:0")
    document = asyncio.create_task(get(port, "/asyncapi.json"))
    await asyncio.sleep(0)
    health = await get(port, "/healthz")
    told.set()
    assert health.startswith(b"HTTP/1.1 200")
    assert (await document).endswith(b"True")
    await probes.stop()
