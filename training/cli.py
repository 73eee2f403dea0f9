"""``statements train`` and ``statements evaluate``."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from models.artefact import SHIPPED, load_artefact
from models.classifier import Classifier
from models.cli import in_batches, model_option
from training.build import VERSION, build, cross_validate
from training.corpus import CORPUS, load_corpus, load_pairs
from training.evaluation import Report
from training.evaluation import evaluate as compare
from training.modelcard import write_card


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path), default=CORPUS, help="Directory of corpus files.")
@click.option("--out", type=click.Path(path_type=Path), default=SHIPPED, help="Artefact directory to write.")
@click.option("--version", default=VERSION, show_default=True, help="Model version for the manifest.")
def train(corpus: Path, out: Path, version: str) -> None:
    """Rebuild the model from the corpus and the shipped encoder."""
    rows = load_corpus(corpus)
    report = build(rows, out, version)
    if out.resolve() == SHIPPED.resolve():
        write_card(rows)
    click.echo(f"wrote {out}\nheld-out groups, cross-validated:\n{report}")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--held-out", is_flag=True, help="Evaluate on the corpus' held-out groups instead of a file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@model_option
def evaluate(file: Path | None, held_out: bool, as_json: bool, model: Path) -> None:
    """Judge the model on FILE: a label, a tab and a sentence a line."""
    if (file is None) is not held_out:
        raise click.UsageError("give either a file or --held-out")
    report = _on_held_out(model) if file is None else _on_file(model, file)
    click.echo(json.dumps(report.as_dict(), indent=2) if as_json else str(report))


def _on_held_out(model: Path) -> Report:
    """The head has seen these groups, so it is fitted anew in each fold."""
    pipeline = load_artefact(model).pipeline
    rows = [row for row in load_corpus() if row.held_out]
    embeddings = _with_progress(pipeline.named_steps["encoder"].transform, [row.sentence for row in rows])
    return cross_validate(pipeline.named_steps["head"], embeddings, rows)


def _on_file(model: Path, file: Path) -> Report:
    rows = load_pairs(file)
    classifier = Classifier.load(model)
    scores = _with_progress(classifier.scores, [row.sentence for row in rows])
    return compare([row.label for row in rows], scores, classifier.prediction_sets(scores), classifier.labels)


def _with_progress(function: Callable[[Sequence[str]], NDArray[Any]], sentences: Sequence[str]) -> NDArray[Any]:
    return np.concatenate([function(batch) for batch in in_batches(sentences, "scoring")])
