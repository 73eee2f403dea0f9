"""A run over a corpus: it is cut into numbered partitions, a bounded number of which is with the workers at a time."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import count, islice

import pyarrow
from distributed import Client, as_completed

from service.bulk.partition import Model, Partition, classify
from service.bulk.progress import Progress
from service.bulk.reading import Document, Reject, Source, read
from service.bulk.writing import Output


@dataclass(frozen=True)
class Corpus:
    """What is to be classified: files, the columns that matter, and how many documents make a partition."""

    sources: Sequence[Source]
    id_column: str
    text_column: str
    partition_size: int

    def rows(self) -> Iterator[Document | Reject]:
        """Every row, in an order that is always the same.

        Raises:
            ValueError: As `service.bulk.reading.read` does.
        """
        return read(self.sources, self.id_column, self.text_column)

    def partitions(self) -> Iterator[Partition]:
        """Every partition, in an order that is always the same."""
        documents = (row for row in self.rows() if isinstance(row, Document))
        for number in count():
            part = list(islice(documents, self.partition_size))
            if not part:
                return
            yield Partition(number, part)

    def fingerprint(self) -> str:
        """SHA-256 of the fingerprints of the files."""
        return hashlib.sha256("".join(source.fingerprint for source in self.sources).encode()).hexdigest()


@dataclass(frozen=True)
class Totals:
    """Rows of a corpus, by what they are."""

    documents: int
    rejected: int


def begin(corpus: Corpus, output: Output, model: Model) -> Totals:
    """Claim the output for this run, or find that it is this run's already.

    A new run reads the corpus once, to count its documents and to set aside the rows that are none.

    Raises:
        ValueError: If the output belongs to another run, the corpus holds no document, or a file cannot be read.
    """
    options = {
        "input": corpus.fingerprint(),
        "--id": corpus.id_column,
        "--text": corpus.text_column,
        "--partition-size": corpus.partition_size,
        "--format": output.suffix,
        "--model": model.manifest,
        "version of statements": version("statements"),
    }
    earlier = output.run()
    if earlier is None:
        totals = _count(corpus, output)
        output.write_run({"options": options, "documents": totals.documents, "rejected": totals.rejected})
        return totals
    if other := [name for name, value in options.items() if earlier["options"][name] != value]:
        raise ValueError(f"{output.url} was begun with another {', '.join(other)}: choose another OUTPUT")
    return Totals(earlier["documents"], earlier["rejected"])


def run(client: Client, corpus: Corpus, output: Output, model: Model, totals: Totals) -> None:
    """Classify whatever the output does not hold yet.

    Args:
        client: Of the Dask cluster that does the work.
        corpus: The documents.
        output: Where the partitions go.
        model: The model the workers load.
        totals: What `begin` returned.

    Raises:
        ArtefactError: If a worker cannot load the model.
        KilledWorker: If a partition takes down every worker that tries it.
    """
    finished = output.finished()
    progress = Progress(totals.documents, sum(_size(number, corpus, totals) for number in finished))
    waiting = (partition for partition in corpus.partitions() if partition.number not in finished)
    for number, table in _classified(client, waiting, model):
        output.write(number, table)
        progress.advance(_size(number, corpus, totals), len(table))


def _count(corpus: Corpus, output: Output) -> Totals:
    """Count the documents, and set aside the rows that are none."""
    documents = rejected = 0
    first = "there are no rows"

    def rejects() -> Iterator[Reject]:
        nonlocal documents, rejected, first
        for row in corpus.rows():
            if isinstance(row, Reject):
                first = first if rejected else f"{row.file}, row {row.row}: {row.reason}"
                rejected += 1
                yield row
            else:
                documents += 1

    output.write_rejects(rejects())
    if not documents:
        raise ValueError(f"the input holds no document: {first}")
    return Totals(documents, rejected)


def _classified(client: Client, partitions: Iterator[Partition], model: Model) -> Iterator[tuple[int, pyarrow.Table]]:
    """Results as they come; each thread of the workers has one partition in hand and one to go on with."""
    running = as_completed(with_results=True)
    for partition in partitions:
        while running.count() >= 2 * max(sum(client.nthreads().values()), 1):
            yield next(running)[1]
        # the documents are part of the task, so that the scheduler can give it to another worker
        running.add(client.submit(classify, partition, model, pure=False))
    for _, result in running:
        yield result


def _size(number: int, corpus: Corpus, totals: Totals) -> int:
    """Documents of a partition."""
    return min(corpus.partition_size, totals.documents - number * corpus.partition_size)
