"""A process that owns the counter's one partition, for tests that stop and kill it.

Reads request ids from stdin, one a line, and answers `<request id> <total>` or `<request id>
unavailable` on stdout. Run: python counting_owner.py BOOTSTRAP TOPIC
"""

import asyncio
import sys

from tests.harness.counter import COUNTER, Add, Counted

from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.kafka.log import KafkaLog, KafkaReader
from sasayaki_chassis.owner import Meta, Owners, Unavailable


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(bootstrap: str, topic: str) -> None:
    async with KafkaReader(bootstrap, topic, 1) as reader, asyncio.TaskGroup() as tasks:
        owners = Owners(COUNTER, [KafkaLog(reader, 0)], SystemClock())
        serving = tasks.create_task(owners.run())
        await owners.all_serving()
        say("serving")

        async def answer(request: str) -> None:
            try:
                events = await owners.handle(
                    "one", Add(), request_id=request, meta=Meta("out_test")
                )
                assert isinstance(events[0], Counted)
                say(f"{request} {events[0].total}")
            except Unavailable:
                say(f"{request} unavailable")

        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            tasks.create_task(answer(line.strip()))
        serving.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
