"""The default broker: Apache Kafka 4.3.1 as a child process, from locked jars, without Docker.

KRaft, broker and controller in one. It starts in about 1.5 s with a class-data archive (AppCDS),
which is made once per Java version and jar lock and kept in the user's cache.
"""

import base64
import os
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sasayaki_tools.paths import ROOT, cache_dir
from sasayaki_tools.platform import jars, ports
from sasayaki_tools.platform.java import Java, bring_java
from sasayaki_tools.say import Failed, note, step

LOCK = ROOT / "tools" / "kafka-4.3.1.lock"
LOGGING = Path(__file__).resolve().parent / "platform" / "log4j2.xml"
HEAP = "-Xmx512m"
# The largest record batch: a published flow of 64 KiB and a manifest of pages fit many times.
MESSAGE_BYTES_MAX = 4 * 1024 * 1024
START_WAIT_S = 60.0
STOP_WAIT_S = 30.0

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
num.partitions=6
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=1
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=67108864
log.retention.hours=-1
message.max.bytes={message_bytes_max}
replica.fetch.max.bytes={message_bytes_max}
"""


@dataclass(frozen=True, slots=True)
class Kafka:
    """An installed broker: its runtime, its class path, its class archive if there is one."""

    java: Java
    class_path: str
    archive: Path | None

    def command(self, folder: Path, *, heap: str = HEAP) -> list[str]:
        """The broker's command line for a folder that `lay_out` prepared."""
        archive = (
            [f"-XX:SharedArchiveFile={self.archive}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]
            if self.archive
            else []
        )
        return self._run([heap, *archive], "kafka.Kafka", str(folder / "server.properties"))

    def training(self, folder: Path, archive: Path) -> list[str]:
        """The command line that writes the class archive when the broker stops."""
        flags = [HEAP, f"-XX:ArchiveClassesAtExit={archive}"]
        return self._run(flags, "kafka.Kafka", str(folder / "server.properties"))

    def formatting(self, folder: Path, cluster_id: str) -> list[str]:
        """The command line that formats an empty data folder, once."""
        flags = ["-Xmx128m"]
        # `--cluster-id=` in one word: an id may begin with a dash.
        wanted = ["format", "--standalone", f"--cluster-id={cluster_id}"]
        properties = str(folder / "server.properties")
        return self._run(flags, "kafka.tools.StorageTool", *wanted, "-c", properties)

    def _run(self, flags: list[str], main: str, *arguments: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={LOGGING}"
        # C1 alone: on two cores the second compiler took half of the broker's time for minutes.
        java = [str(self.java.program), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        return [*java, *flags, logging, "-cp", self.class_path, main, *arguments]


def bring() -> Kafka:
    """Everything the broker needs, fetched and made if it is not there yet."""
    locked = jars.read_lock(LOCK)
    folder = cache_dir() / "jars"
    wanted = jars.missing(locked, folder)
    if wanted:
        megabytes = sum(jar.size for jar in wanted) / 1e6
        with step(f"broker: {len(wanted)} jars, {megabytes:.0f} MB"):
            jars.bring(locked, folder)
    java = bring_java()
    class_path = os.pathsep.join(str(folder / jar.name) for jar in locked)
    kafka = Kafka(java, class_path, None)
    archive = _archive_file(java, class_path)
    if not archive.is_file():
        with step("broker: class archive, for quick starts"):
            made = _train(kafka, archive)
        if not made:
            note("this java writes no class archive: the broker starts slower, nothing else")
            return kafka
    return Kafka(java, class_path, archive)


def lay_out(kafka: Kafka, folder: Path, *, port: int, controller_port: int) -> None:
    """Writes the broker's settings into the folder and formats its data the first time.

    A format that was stopped half-way has no `meta.properties` and is done again.
    """
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "server.properties").write_text(
        PROPERTIES.format(
            host=ports.HOST,
            port=port,
            controller_port=controller_port,
            data=data,
            message_bytes_max=MESSAGE_BYTES_MAX,
        )
    )
    if (data / "meta.properties").is_file():
        return
    cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    done = subprocess.run(
        kafka.formatting(folder, cluster_id), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Failed(f"{done.stdout}{done.stderr}\nthe broker's data folder cannot be formatted")


def is_listening(port: int) -> bool:
    """Whether the broker accepts connections."""
    try:
        with socket.create_connection((ports.HOST, port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def running(kafka: Kafka, folder: Path) -> Iterator[str]:
    """A broker of one's own on free ports, for tests and benchmarks; yields its address."""
    port, controller_port = _free_ports()
    lay_out(kafka, folder, port=port, controller_port=controller_port)
    with _started(kafka.command(folder), folder, port):
        yield f"{ports.HOST}:{port}"


@contextmanager
def _started(command: list[str], folder: Path, port: int) -> Iterator[None]:
    log = folder / "broker.log"
    with log.open("ab") as kept:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=kept, stderr=kept)
    try:
        until = time.monotonic() + START_WAIT_S
        while not is_listening(port):
            if process.poll() is not None or time.monotonic() > until:
                raise Failed(f"the broker did not start; its words are in {log}")
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((ports.HOST, 0))
        other.bind((ports.HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]


def _archive_file(java: Java, class_path: str) -> Path:
    """Named by all that it depends on: the jars and their order and place, and the very runtime."""
    parts = (LOCK.read_bytes(), class_path.encode(), str(java.program.resolve()).encode())
    digest = sha256(b"\0".join(parts)).hexdigest()[:16]
    return cache_dir() / "cds" / f"kafka-java-{java.version}-{digest}.jsa"


def _train(kafka: Kafka, archive: Path) -> bool:
    """Runs a broker once and lets it write the archive as it stops."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=archive.parent) as scratch:
        folder = Path(scratch)
        draft = folder / archive.name
        for last in (False, True):
            port, controller_port = _free_ports()
            lay_out(kafka, folder, port=port, controller_port=controller_port)
            with _started(kafka.training(folder, draft), folder, port):
                pass
            if draft.is_file():
                draft.rename(archive)
                return True
            if last or cache_dir() not in kafka.java.program.parents:
                return False
            # A runtime from a wheel has no base archive to build on; it can make one for itself.
            dump = [str(kafka.java.program), "-XX:+UseSerialGC", "-Xshare:dump"]
            subprocess.run(dump, capture_output=True, check=False)
    return False
