"""A real Kafka on loopback: one process, broker and controller in one, data in a temporary folder.

The jars are those of the demo's image. Maven fetches them once into the user's cache; PATH must
hold `mvn` and `java`.
"""

from __future__ import annotations

import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from devtools.maven import jars
from devtools.paths import REPOSITORY
from localcluster.controlplane import free_ports
from tests.support.ports import accepts
from tests.support.spark import QUICK_JVM

_START_SECONDS = 60.0

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=CLIENT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CLIENT://127.0.0.1:{client}
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller}
log.dirs={data}
num.partitions=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=true
"""


class Broker:
    """A Kafka that can be stopped and started again at the same address, with its data.

    Args:
        folder: for its configuration, data and log.
        more: properties beside the plain ones, or instead of those of the same name.
        listeners: `host:port` of the listeners that these add.
        format_with: options of the storage's format, for users that it knows from the beginning.
    """

    def __init__(
        self,
        folder: Path,
        more: str = "",
        format_with: Sequence[str] = (),
        listeners: Sequence[str] = (),
    ) -> None:
        self._folder = folder
        pom = REPOSITORY / "runtime-images" / "kafka" / "pom.xml"
        self._classpath = ":".join(str(jar) for jar in jars(pom))
        self._process: subprocess.Popen[bytes] | None = None
        client, controller = free_ports(2)
        self.bootstrap = f"127.0.0.1:{client}"
        self._listeners = (self.bootstrap, *listeners)
        self._properties = folder / "server.properties"
        self._properties.write_text(
            (_PROPERTIES + more).format(client=client, controller=controller, data=folder / "data")
        )
        # A leading zero byte: an id that begins with "-" would be taken for an option.
        cluster = urlsafe_b64encode(b"\0" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        options = ["-t", cluster, "-c", self._properties, *format_with]
        self._java("kafka.tools.StorageTool", "format", *options)

    def start(self) -> None:
        """Start and wait until it accepts connections."""
        with self._log().open("ab") as log:
            self._process = subprocess.Popen(
                self.command("-Xmx400m", "kafka.Kafka", self._properties),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + _START_SECONDS
        # Listeners are opened one after the other.
        while not all(map(accepts, self._listeners)):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Kafka did not start:\n{self._log().read_text()[-4000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop, if it runs."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _log(self) -> Path:
        return self._folder / "kafka.log"

    def command(self, *arguments: object) -> list[str]:
        """Return how to run one of the broker's own programs."""
        words = ["java", *QUICK_JVM, "-cp", self._classpath]
        return [*words, *(str(argument) for argument in arguments)]

    def _java(self, *arguments: object) -> None:
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def running(folder: Path) -> Iterator[Broker]:
    """Run a broker for the time of the block."""
    broker = Broker(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
