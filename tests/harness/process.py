"""One service as a process of its own, for tests that kill it and start it again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

UP_S = 30.0


def free_address() -> str:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


class ServiceProcess:
    """`python -m <module>` with settings in its environment; always at the same address."""

    def __init__(self, module: str, log: Path, settings: Mapping[str, str]) -> None:
        self.address = settings["GRPC_ADDRESS"]
        self._module = module
        self._log = log
        prefix = f"{module.upper()}_"
        own = {f"{prefix}{name}": value for name, value in settings.items()}
        self._environment = {**os.environ, **own}
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Returns when the service says SERVING."""
        process = self._process = self._spawned()
        async with asyncio.timeout(UP_S), grpc.aio.insecure_channel(self.address) as channel:
            health = health_pb2_grpc.HealthStub(channel)
            while not await self._serving(health):
                if process.poll() is not None:
                    raise RuntimeError(f"{self._module} ended:\n{self._log.read_text()[-4000:]}")
                await asyncio.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _spawned(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self._module], env=self._environment, stderr=log
            )

    @staticmethod
    async def _serving(health: Any) -> bool:
        try:
            answer = await health.Check(
                health_pb2.HealthCheckRequest(), timeout=2, wait_for_ready=True
            )
        except grpc.aio.AioRpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


@asynccontextmanager
async def service_process(
    module: str, folder: Path, settings: Mapping[str, str]
) -> AsyncIterator[ServiceProcess]:
    """The service, serving; killed at the end."""
    process = ServiceProcess(module, folder / f"{module}.log", settings)
    await process.start()
    try:
        yield process
    finally:
        process.kill()
