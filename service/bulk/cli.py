"""``statements classify-corpus``."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from models.artefact import verify_artefact
from models.cli import model_option


@click.command("classify-corpus")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.argument("output", metavar="OUTPUT")
@click.option("--id", "id_column", default="id", show_default=True, help="Column of the documents' names.")
@click.option("--text", "text_column", default="text", show_default=True, help="Column of the documents' texts.")
@model_option
@click.option("--format", "suffix", type=click.Choice(["parquet", "jsonl"]), default="parquet", show_default=True)
@click.option(
    "--partition-size", default=200, show_default=True, type=click.IntRange(min=1), help="Documents in an output file."
)
@click.option("--workers", type=click.IntRange(1, 256), help="Processes on this machine; one a core if not given.")
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler whose workers to use instead: tcp://HOST:PORT.")
def classify_corpus(
    inputs: Sequence[str],
    output: str,
    id_column: str,
    text_column: str,
    model: Path,
    suffix: str,
    partition_size: int,
    workers: int | None,
    scheduler: str | None,
) -> None:
    """Tag the sentences of whole corpora, and go on where an earlier run ended.

    INPUT is a .jsonl, .csv or .parquet file, a folder of such files, a pattern such as 'news/*.csv' or a URL of any of
    these. OUTPUT is a folder or its URL.
    """
    try:
        from distributed import Client, KilledWorker, LocalCluster

        from service.bulk.partition import Model
        from service.bulk.reading import find
        from service.bulk.run import Corpus, begin, run
        from service.bulk.writing import Output
    except ModuleNotFoundError as error:
        raise click.ClickException(f"there is no {error.name}: pip install -r requirements/bulk.txt") from error
    if workers and scheduler:
        raise click.UsageError("give either --workers or --scheduler")
    verify_artefact(model)
    try:
        corpus = Corpus(find(inputs, output), id_column, text_column, partition_size)
        destination = Output(output, suffix)
    except ImportError as error:  # fsspec's, for a protocol that needs a package of its own
        raise click.ClickException(str(error)) from error
    served = Model.at(model)
    totals = begin(corpus, destination, served)
    with ExitStack() as stack:
        if scheduler is None:
            cluster = LocalCluster(workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
            scheduler = stack.enter_context(cluster).scheduler_address
        client = stack.enter_context(Client(scheduler))
        try:
            run(client, corpus, destination, served, totals)
        except KilledWorker as error:
            raise click.ClickException(f"a partition was given up: {error}") from error
    click.echo(f"{output}: {totals.documents} documents; {totals.rejected} rows rejected")
