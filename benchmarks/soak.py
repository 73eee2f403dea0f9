"""Mixed load for a long time, on a server this starts: no request may fail, and memory, threads and files stay flat.

First as many requests as the service can take, to learn that rate; then 70% of it, with the server's processes sampled
every few seconds. The figures are printed as docs/operations.md holds them; the exit status says whether they are good.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from pathlib import Path

import numpy as np

from models.sentences import split
from training.corpus import load_corpus

WORKERS = 2
CLIENTS = 8
WARM = 10.0  # seconds of full load to warm up, and as many to learn its rate
SHARE = 0.7  # of the full-load rate
GROWTH = (
    0.02  # the most by which a figure may rise over the second half, on its least-squares line, as a share of its mean
)
SEED = Path(__file__).parents[1] / "seeds" / "000_1e48b94bf6827798.txt"
BOUNDED = ("rss", "threads", "files")  # not PSS: it rises when others on the machine stop sharing a library's pages
BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Request:
    """What is sent, and how it must be answered.

    Attributes:
        body: The body of the request.
        status: HTTP status of the answer.
        sentences: How many tagged sentences the answer holds.
    """

    body: bytes
    status: int = 200
    sentences: int = 0


@dataclass(frozen=True)
class Sample:
    """One look at the server's processes, the master first; one figure a process.

    Attributes:
        rss: Resident memory in MB.
        pss: The same in MB, with each page divided among the processes that share it.
        threads: Number of threads.
        files: Number of open files.
    """

    rss: tuple[float, ...]
    pss: tuple[float, ...]
    threads: tuple[int, ...]
    files: tuple[int, ...]


class Load:
    """Clients that keep their connections, send the same mix of requests and check every answer.

    Args:
        port: Of the server.

    Attributes:
        durations: Seconds from when each request was due until it was answered, of the last run.
        failures: What went wrong, in all runs.
    """

    def __init__(self, port: int) -> None:
        self.durations: list[float] = []
        self.failures: list[str] = []
        self._port = port
        self._requests = _requests()
        self._lock = threading.Lock()

    def run(self, seconds: float, rate: float = float("inf")) -> float:
        """Send requests for so many seconds, at so many a second at most; returns how many a second were answered."""
        self.durations = []
        began = time.monotonic()
        self._due, self._interval, self._end = began, 1 / rate, began + seconds
        with ThreadPoolExecutor(CLIENTS) as pool:
            for client in [pool.submit(self._client) for _ in range(CLIENTS)]:
                client.result()
        return len(self.durations) / (time.monotonic() - began)

    def _client(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=120)
        while True:
            with self._lock:
                request = next(self._requests)
                due = self._due if self._interval else time.monotonic()
                self._due += self._interval
            if max(due, time.monotonic()) >= self._end:
                connection.close()
                return
            time.sleep(max(0.0, due - time.monotonic()))
            fault = _fault(connection, request)
            with self._lock:
                self.durations.append(time.monotonic() - due)
                self.failures += [fault] if fault else []


def _requests() -> Iterator[Request]:
    """Six in ten a single sentence; the seed article, a hundred sentences and bad requests share the rest."""
    chance = random.Random(0)  # noqa: S311
    corpus = [row.sentence for row in load_corpus()]
    article = SEED.read_text(encoding="utf-8")
    bad = [
        Request(b'{"text": "cut off', 400),
        Request(b'{"text": "a", "text": "b"}', 400),
        Request(b'{"text": " ", "colour": 1}', 422),
        Request(b'{"sentences": [' + b'"",' * 2000 + b'""]}', 422),
        Request(b'{"text": "' + b"a" * 2**20 + b'"}', 413),
    ]
    while True:
        kind = chance.random()
        if kind < 0.6:
            yield Request(_json(sentences=[chance.choice(corpus)]), sentences=1)
        elif kind < 0.75:
            yield Request(_json(text=article, offsets="utf16"), sentences=len(split(article)))
        elif kind < 0.85:
            yield Request(_json(sentences=chance.sample(corpus, 100)), sentences=100)
        else:
            yield chance.choice(bad)


def _json(**body: object) -> bytes:
    return json.dumps(body).encode()


def _fault(connection: HTTPConnection, request: Request) -> str | None:
    """Send a request; says what was wrong with the answer."""
    try:
        connection.request("POST", "/classify", request.body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found = Request(request.body, answer.status, len(json.load(answer).get("sentences", ())))
    except (HTTPException, OSError, ValueError) as error:
        connection.close()
        return f"{type(error).__name__}: {error}"
    if found != request:
        return f"status {found.status} with {found.sentences} sentences for {request.status} with {request.sentences}"
    return None


@contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """Start the server; gives its process id and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("statements"), "serve", f"--port={port}", f"--workers={WORKERS}"]
    environment = os.environ | {"STATEMENTS_DRAIN_SECONDS": "0"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, stderr=log)
        try:
            while not _ready(port):
                if process.poll() is not None:
                    log.seek(0)
                    sys.exit(f"the server did not start:\n{log.read().decode()}")
                time.sleep(0.1)
            yield process.pid, port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def processes(master: int) -> list[int]:
    """Process ids of the master and its workers."""
    return [master, *map(int, Path(f"/proc/{master}/task/{master}/children").read_text().split())]


def look(pids: Sequence[int]) -> Sample:
    """Sample processes.

    Raises:
        OSError: If one has ended.
    """
    memory, threads, files = [], [], []
    for pid in pids:
        folder = Path(f"/proc/{pid}")
        lines = (line.split() for line in (folder / "smaps_rollup").read_text().splitlines()[1:])
        memory.append({name: int(kilobytes) / 1024 for name, kilobytes, *_ in lines})
        threads.append(len(list((folder / "task").iterdir())))
        files.append(len(list((folder / "fd").iterdir())))
    return Sample(
        tuple(row["Rss:"] for row in memory), tuple(row["Pss:"] for row in memory), tuple(threads), tuple(files)
    )


def growth(figures: Sequence[float]) -> float:
    """Rise over the second half of a series by its least-squares line, as a share of the mean."""
    half = np.array(figures[len(figures) // 2 :])
    slope = np.polyfit(np.arange(len(half)), half, 1)[0]
    return float(slope * (len(half) - 1) / half.mean())


def main() -> None:
    """Run the load and print the report; exit status 1 if a request failed or a figure grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=lambda text: 60 * float(text), dest="seconds", metavar="N")
    length.add_argument("--seconds", type=float, metavar="N")
    seconds: float = parser.parse_args().seconds
    with serving() as (master, port):
        load = Load(port)
        load.run(WARM)
        full = load.run(WARM)
        pids = processes(master)
        samples = []
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(load.run, seconds, SHARE * full)
            while not running.done():
                samples.append(look(pids))
                time.sleep(min(5.0, seconds / 40))
        rate = running.result()
        restarted = processes(master) != pids
    report(seconds, full, rate, load, samples)
    grown = {name: growth([sum(getattr(sample, name)) for sample in samples]) for name in BOUNDED}
    for name, share in grown.items():
        print(f"{name:8} {share:+.2%} over the second half, at most {GROWTH:.0%} allowed")
    if load.failures or restarted or max(grown.values()) > GROWTH:
        sys.exit("FAILED" + (", a worker was restarted" if restarted else ""))


def report(seconds: float, full: float, rate: float, load: Load, samples: Sequence[Sample]) -> None:
    """Print what docs/operations.md tells of a run."""
    took = np.percentile(load.durations, [50, 99]) * 1000
    print(
        f"{seconds / 60:.3g} minutes, {WORKERS} workers: {len(load.durations):,} requests at {rate:.1f} a second, "
        f"{SHARE:.0%} of the {full:.1f} the service could take; {len(load.failures)} failed. "
        f"Half were answered within {took[0]:.0f} ms, 99% within {took[1]:.0f} ms of when they were due.\n"
    )
    for failure in load.failures[:10]:
        print(f"failed: {failure}")
    print("| process | RSS at start, middle, end (MB) | PSS (MB) | threads | files |")
    print("|---|---|---|---|---|")
    moments = [samples[0], samples[len(samples) // 2], samples[-1]]
    for row in range(1 + WORKERS):
        cells = [
            ", ".join(f"{getattr(moment, name)[row]:.0f}" for moment in moments) for name in Sample.__annotations__
        ]
        print(f"| {f'worker {row}' if row else 'master'} | {' | '.join(cells)} |")
    print(f"\nRSS of all: {_plot([sum(sample.rss) for sample in samples])}\n")


def _plot(series: Sequence[float], width: int = 60) -> str:
    """One bar for each stretch of a series, from the lowest mean to the highest."""
    edges = np.linspace(0, len(series), min(width, len(series)) + 1).astype(int)
    means = [float(np.mean(series[start:end])) for start, end in pairwise(edges)]
    low, high = min(means), max(means)
    heights = [round((mean - low) / (high - low or 1) * (len(BARS) - 1)) for mean in means]
    return f"{low:.0f} MB {''.join(BARS[height] for height in heights)} {high:.0f} MB"


if __name__ == "__main__":
    main()
