"""Bulk classification with one and two workers, in turn, and what a million sentences would cost.

`python -m benchmarks.bulk` prints the paragraph for docs/bulk.md. Loading is left out: each worker has the model before
the clock starts.
"""

import json
import random
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from distributed import Client, LocalCluster
from pyarrow import parquet

from models.artefact import SHIPPED
from service.bulk.partition import Model, Partition, classify
from service.bulk.reading import Document, find
from service.bulk.run import Corpus, begin, run
from service.bulk.writing import Output
from training.corpus import load_corpus

SENTENCES = 3000
PER_DOCUMENT = 20
PARTITION = 10  # documents
ROUNDS = 3
WORKERS = (1, 2)


def main() -> None:
    """Print the paragraph."""
    measured: dict[int, list[tuple[int, float, float]]] = {workers: [] for workers in WORKERS}
    with TemporaryDirectory() as directory:
        source = Path(directory) / "corpus.jsonl"
        _write_corpus(source)
        for number in range(ROUNDS):
            for workers in WORKERS:
                measured[workers].append(_measure(source, Path(directory) / f"out-{number}-{workers}", workers))
    speeds = {workers: median(count / wall for count, wall, _ in rounds) for workers, rounds in measured.items()}
    costs = {workers: median(cpu / count for count, _, cpu in rounds) for workers, rounds in measured.items()}
    sentences = measured[1][0][0]
    print(
        f"{sentences} sentences of the corpus in documents of about {PER_DOCUMENT}, median of {ROUNDS} rounds, Parquet "
        f"out: {speeds[1]:.0f} sentences a second with one worker, {speeds[2]:.0f} with two, which is "
        f"{speeds[2] / speeds[1] / 2:.0%} of twice as many. Processor time of workers, scheduler and client together: "
        f"{costs[1] * 1e6:,.0f} core-seconds a million sentences with one worker, {costs[2] * 1e6:,.0f} with two "
        f"(extrapolated from {sentences} sentences)."
    )


def _write_corpus(path: Path) -> None:
    rows = random.Random(0).sample([row.sentence for row in load_corpus() if row.from_article], SENTENCES)  # noqa: S311
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, SENTENCES, PER_DOCUMENT):
            document = {"id": start // PER_DOCUMENT, "text": "\n\n".join(rows[start : start + PER_DOCUMENT])}
            file.write(json.dumps(document) + "\n")


def _measure(source: Path, out: Path, workers: int) -> tuple[int, float, float]:
    """Sentences, seconds on the clock and seconds of processor time."""
    corpus = Corpus(find([str(source)], str(out)), "id", "text", PARTITION)
    output, model = Output(str(out), "parquet"), Model.at(SHIPPED)
    with (
        LocalCluster(workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.run(classify, Partition(0, [Document("warm", "Why, he asked?")]), model)
        before, began = _processor_seconds(client), time.perf_counter()
        run(client, corpus, output, model, begin(corpus, output, model))
        wall, processor = time.perf_counter() - began, _processor_seconds(client) - before
    return parquet.read_table(out, columns=["index"]).num_rows, wall, processor


def _processor_seconds(client: Client) -> float:
    workers: Mapping[str, float] = client.run(time.process_time)
    return time.process_time() + sum(workers.values())


if __name__ == "__main__":  # the workers import this module
    main()
