"""The service over HTTP, beside a bare echo, variants of itself and other servers with the same pipeline."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from statistics import median
from typing import Any

from benchmarks.contestants import CONSTANT, ECHO, PEERS, STATEMENTS, UNBATCHED
from benchmarks.load import Load, load
from benchmarks.sentences import corpus_sentences
from benchmarks.servers import Contestant, Server, running


@dataclass(frozen=True)
class Workload:
    """What is sent in each round.

    Args:
        sentences: In a request.
        as_text: Whether joined to a text, for those who split it.
        requests: At most, in a round.
        connections: At once.
        seconds: At most, in a round, before the last requests are sent.
        rounds: How often.
        contestants: Who gets it, beside the peers.
    """

    sentences: int
    as_text: bool
    requests: int
    connections: int
    seconds: float
    rounds: int
    contestants: Sequence[Contestant]


WORKLOADS = {
    "single sentence": Workload(1, False, 3000, 8, 1.5, 5, (STATEMENTS, ECHO, CONSTANT, UNBATCHED)),
    "article of 25 sentences": Workload(25, True, 60, 8, 2.5, 5, (STATEMENTS,)),
    "list of 1,000 sentences": Workload(1000, False, 4, 4, 60, 2, (STATEMENTS,)),
}
QUICK = {
    "single sentence": Workload(1, False, 500, 8, 0.5, 2, (STATEMENTS, ECHO, CONSTANT, UNBATCHED)),
    "article of 25 sentences": Workload(25, True, 10, 8, 0.5, 2, (STATEMENTS,)),
    "list of 100 sentences": Workload(100, False, 2, 2, 60, 1, (STATEMENTS,)),
}


def measure(quick: bool) -> dict[str, Any]:
    """Start every contestant that is installed and put each workload to them in turn, round by round."""
    workloads = QUICK if quick else WORKLOADS
    stream = corpus_sentences()
    skipped = {peer.name: "not installed: `make peers`" for peer in PEERS if not peer.installed}
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        servers = [stack.enter_context(running(own)) for own in (STATEMENTS, ECHO, CONSTANT, UNBATCHED)]
        for peer in PEERS:
            if peer.installed:
                try:
                    servers.append(stack.enter_context(running(peer)))
                except RuntimeError as error:
                    skipped[peer.name] = str(error).strip().splitlines()[-1]
        warming = list(islice(stream, 32))
        for server in servers:
            requests = [server.contestant.request(server.contestant.sentences([sentence])) for sentence in warming]
            pool.submit(load, server.port, requests, 8, 60).result()
        found = {name: _rounds(workload, servers, stream, pool) for name, workload in workloads.items()}
        return {
            "workloads": found,
            "servers": {server.contestant.name: {"startup": server.startup} | server.memory() for server in servers},
            "skipped": skipped,
        }


def _rounds(
    workload: Workload, servers: Sequence[Server], stream: Iterator[str], pool: ProcessPoolExecutor
) -> dict[str, Any]:
    """Name of each contestant to its figures."""
    taking_part = [server for server in servers if server.contestant in (*workload.contestants, *PEERS)]
    runs: dict[str, list[tuple[Load, float]]] = {server.contestant.name: [] for server in taking_part}
    for _ in range(workload.rounds):
        sentences = list(islice(stream, workload.requests * workload.sentences))
        for server in taking_part:
            requests = _requests(server.contestant, sentences, workload)
            before = server.cpu_seconds()
            run = pool.submit(load, server.port, requests, workload.connections, workload.seconds).result()
            runs[server.contestant.name].append((run, server.cpu_seconds() - before))
    return {name: _figures(of_one, workload.sentences) for name, of_one in runs.items()}


def _requests(contestant: Contestant, sentences: Sequence[str], workload: Workload) -> list[bytes]:
    body = (contestant.text if workload.as_text else None) or contestant.sentences
    size = workload.sentences
    return [contestant.request(body(sentences[start : start + size])) for start in range(0, len(sentences), size)]


def _figures(runs: Sequence[tuple[Load, float]], sentences: int) -> dict[str, Any]:
    """Latencies over all rounds, medians of the rest; milliseconds, and requests or sentences a second."""
    latencies = sorted(latency * 1000 for run, _ in runs for latency in run.latencies)
    rates = [len(run.latencies) / run.seconds for run, _ in runs]
    return {
        "p50": median(latencies),
        "p99": latencies[math.ceil(len(latencies) * 0.99) - 1],
        "requests": median(rates),
        "sentences": median(rates) * sentences,
        "processor": median(spent / len(run.latencies) for run, spent in runs) * 1000,
        "driver": median(run.driver_seconds / len(run.latencies) for run, _ in runs) * 1000,
        "rounds": rates,
    }
