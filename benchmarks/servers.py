"""Servers under test: how each is started, asked and stopped, and what it takes of the machine."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from os import environ
from pathlib import Path
from socket import socket

import orjson
import psutil

ROOT = Path(__file__).parents[1]
WORKERS = 2  # BentoML, LitServe and MLServer have it in their files
_START_SECONDS = 90
_STOP_SECONDS = 15


@dataclass(frozen=True)
class Contestant:
    """A server to measure.

    Args:
        name: For the tables.
        command: Program and arguments; ``{port}`` stands for the port.
        path: Where it takes sentences.
        sentences: Makes the body that holds them one by one.
        text: Makes the body that holds them as an article; the sentences one by one where it splits none.
        environment: Variables beside this process' own, with ``{port}`` likewise.
        prepare: Command to run before the start, which is not timed.
    """

    name: str
    command: Sequence[str]
    path: str
    sentences: Callable[[Sequence[str]], object]
    text: Callable[[Sequence[str]], object] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Sequence[str] = ()

    @property
    def installed(self) -> bool:
        """Whether its program is there."""
        return Path(self.command[0]).exists()

    def request(self, body: object) -> bytes:
        """An HTTP request for a body."""
        content = orjson.dumps(body)
        head = f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


class Server:
    """A contestant that runs.

    Attributes:
        startup: Seconds from the start of its process to its first answer.
    """

    def __init__(self, contestant: Contestant, port: int, process: psutil.Process, startup: float) -> None:
        self.contestant = contestant
        self.port = port
        self.startup = startup
        self._process = process

    def cpu_seconds(self) -> float:
        """Processor time of all its processes so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self._processes())

    def memory(self) -> dict[str, float]:
        """MiB: `total` of all its processes, shared pages counted once; `worker`, the second largest share of its own.

        Of two workers that is the lesser, or the greater beside a larger master.
        """
        found = [process.memory_full_info() for process in self._processes()]
        return {
            "total": sum(info.pss for info in found) / 2**20,
            "worker": sorted(info.uss for info in found)[-2] / 2**20,
        }

    def _processes(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]


@contextmanager
def running(contestant: Contestant) -> Iterator[Server]:
    """Start a contestant, wait until it answers, and stop it in the end.

    Raises:
        RuntimeError: If it ends, or does not answer in time.
    """
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = environ | {"PYTHONPATH": str(ROOT), "STATEMENTS_CACHE_SENTENCES": "0"}
    variables |= {name: value.format(port=port) for name, value in contestant.environment.items()}
    variables["PATH"] = f"{Path(contestant.command[0]).parent}:{environ['PATH']}"  # some start others by name
    if contestant.prepare:
        subprocess.run(contestant.prepare, check=True, cwd=ROOT, env=variables, capture_output=True)
    with tempfile.TemporaryFile("w+") as log:
        began = time.perf_counter()
        command = [part.format(port=port) for part in contestant.command]
        process = psutil.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=subprocess.STDOUT)
        try:
            while not _answers(contestant, port):
                if process.poll() is not None or time.perf_counter() > began + _START_SECONDS:
                    log.seek(0)
                    raise RuntimeError(f"{contestant.name} does not start: {log.read()[-2000:]}")
                time.sleep(0.01)
            yield Server(contestant, port, process, time.perf_counter() - began)
        finally:
            _stop(process)


def _answers(contestant: Contestant, port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
    try:
        body = orjson.dumps(contestant.sentences(["The first sentence."]))
        connection.request("POST", contestant.path, body, {"Content-Type": "application/json"})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: psutil.Popen) -> None:
    """Ask it to stop, and end what is left of it."""
    if process.poll() is not None:
        return
    family = [process, *process.children(recursive=True)]
    process.terminate()
    for left in psutil.wait_procs(family, _STOP_SECONDS)[1]:
        left.kill()
    process.wait()
