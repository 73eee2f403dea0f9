"""The `statements` commands that build and judge models: train, evaluate, compare, suggest and label."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from models.artefact import SHIPPED, Manifest, load_artefact
from models.classifier import Classifier
from models.cli import in_batches, model_option
from models.labels import LABELS
from models.pipeline import build_pipeline
from training import comparison, evaluation, own, suggestion
from training.build import VERSION, build, cross_validate
from training.corpus import CORPUS, CorpusError, Row, load_corpus
from training.data import read_definitions, read_labelled, read_sentences
from training.evaluation import Report
from training.labelling import AnswerFile, label_sentences
from training.modelcard import write_card

_PATH = click.Path(path_type=Path)
_FAULTS_SHOWN = 20


@click.command()
@click.option("--data", multiple=True, type=_PATH, metavar="FILE...", help="Your labelled sentences (TSV, CSV, JSONL).")
@click.argument("more_data", nargs=-1, type=_PATH, metavar="")
@click.option("--out", type=_PATH, help="Artefact directory to write; without --data the shipped one if not given.")
@click.option("--version", default=VERSION, show_default=True, help="Model version for the manifest.")
@click.option("--corpus", type=_PATH, default=CORPUS, help="Directory of corpus files.")
@click.option("--name", help="With --data: model name for the manifest; that of --out if not given.")
@click.option("--definitions", type=_PATH, help="With --data: meanings of the labels: label TAB definition a line.")
@click.option("--with-corpus", is_flag=True, help="With --data: fit on the corpus' held-out articles as well.")
@click.option(
    "--minutes",
    default=10.0,
    type=click.FloatRange(0),
    show_default=True,
    help="With --data: budget of the search, beside reading the sentences.",
)
@click.option("--force", is_flag=True, help="With --data: replace the model in --out.")
def train(
    data: tuple[Path, ...],
    more_data: tuple[Path, ...],
    out: Path | None,
    version: str,
    corpus: Path,
    name: str | None,
    definitions: Path | None,
    with_corpus: bool,
    minutes: float,
    force: bool,
) -> None:
    """Rebuild the shipped model from the corpus, or with --data fit one on your own sentences and labels."""
    if not (files := data + more_data):
        _train_shipped(corpus, out or SHIPPED, version)
        return
    if out is None:
        raise click.UsageError("--data wants --out: where the model goes")
    try:
        from training.report import write_report
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error}: install requirements/training.txt, which draws the plots") from error
    name = name or out.resolve().name
    if not all(re.fullmatch(r"[\w.-]+", word) for word in (name, version)):
        raise click.UsageError(f"{name!r} {version!r}: name and version go into paths; letters, digits and .-_ only")
    own.check_target(out, force)
    with _listing_faults():
        rows = read_labelled(files, LABELS if with_corpus else None, one_label=True)
        labels = LABELS if with_corpus else own.label_order(rows)
        own.check_enough(rows, labels)
        meanings = own.own_definitions(labels, read_definitions(definitions) if definitions else {})
        base = own.base_rows(load_corpus(corpus), rows) if with_corpus else []
    click.echo(f"read {len(rows)} sentences in {len({row.group for row in rows})} groups, {len(labels)} labels")
    embeddings = _with_progress(
        build_pipeline().named_steps["encoder"].transform, [row.sentence for row in (*rows, *base)], "embedding"
    )
    manifest = Manifest(name, version, labels, corpus="", definitions=meanings)
    model = own.fit(rows, base, embeddings, manifest, 60 * minutes, click.echo)
    with own.new_directory(out) as directory:
        own.save(model, directory)
        write_report(model, directory)
    click.echo(f"wrote {out}\nout of fold:\n{model.report}")


def _train_shipped(corpus: Path, out: Path, version: str) -> None:
    rows = load_corpus(corpus)
    report = build(rows, out, version)
    if out.resolve() == SHIPPED.resolve():
        write_card(rows)
    click.echo(f"wrote {out}\nheld-out groups, cross-validated:\n{report}")


@click.command()
@click.argument("file", required=False, type=_PATH)
@click.option("--held-out", is_flag=True, help="Evaluate on the corpus' held-out groups instead of a file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@model_option
def evaluate(file: Path | None, held_out: bool, as_json: bool, model: Path) -> None:
    """Judge the model on FILE (TSV, CSV or JSONL): labels and sentences."""
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
    classifier = Classifier.load(model)
    with _listing_faults():
        rows = read_labelled([file], classifier.labels)
    scores = _scores(classifier, rows)
    sets = classifier.prediction_sets(scores)
    return evaluation.evaluate([row.label for row in rows], scores, sets, classifier.labels)


@click.command()
@click.argument("a", type=_PATH)
@click.argument("b", type=_PATH)
@click.option("--data", required=True, type=_PATH, help="Labelled sentences that neither model was trained on.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(a: Path, b: Path, data: Path, as_json: bool) -> None:
    """Say whether the model in directory B is better than that in A, and on which kinds of sentences."""
    first, second = Classifier.load(a), Classifier.load(b)
    with _listing_faults():
        rows = read_labelled([data], sorted({*first.labels, *second.labels}))
    found = comparison.compare(rows, _top_labels(first, rows), _top_labels(second, rows))
    if as_json:
        kinds = {kind: result.as_dict() for kind, result in found.items()}
        click.echo(json.dumps({"verdict": found["all"].verdict(), "kinds": kinds}, indent=2))
    else:
        click.echo(f"{comparison.table(found)}\n\n{found['all'].verdict()}")


@click.command()
@click.option("--pool", required=True, type=_PATH, help="Sentences without labels (TSV, CSV, JSONL), or a text.")
@click.option("--number", default=50, show_default=True, type=click.IntRange(1), help="How many to suggest.")
@click.option("--labelled", multiple=True, type=_PATH, help="Labelled sentences; those of the pool are left out.")
@click.option("--format", "style", type=click.Choice(["tsv", "jsonl"]), default="tsv", help="Output format.")
@model_option
def suggest(pool: Path, number: int, labelled: tuple[Path, ...], style: str, model: Path) -> None:
    """Pick the sentences of a pool whose labels would teach the model most; `statements label` reads them."""
    classifier = Classifier.load(model)
    with _listing_faults():
        known = {row.sentence for row in read_labelled(labelled)} if labelled else set()
        rows = [row for row in read_sentences(pool) if row.sentence not in known]
    if not rows:
        raise click.ClickException(f"{pool}: every sentence is labelled")
    encoder, head = classifier.pipeline.named_steps["encoder"], classifier.pipeline.named_steps["head"]
    embeddings = _with_progress(encoder.transform, [row.sentence for row in rows], "embedding")
    scores = head.predict_proba(embeddings)
    doubt = suggestion.uncertainty(scores)
    columns = ("uncertainty", "guess", "group", "sentence")
    if style == "tsv":
        click.echo("\t".join(columns))
    for index in suggestion.suggest(embeddings, scores, number):
        guess = classifier.labels[scores[index].argmax()]
        cells = (round(float(doubt[index]), 4), guess, rows[index].group, rows[index].sentence)
        record = dict(zip(columns, cells, strict=True))
        click.echo("\t".join(map(str, cells)) if style == "tsv" else json.dumps(record, ensure_ascii=False))


@click.command()
@click.argument("file", type=_PATH)
@click.option("--out", type=_PATH, help="File the answers go to; FILE with the ending .labelled.tsv if not given.")
@click.option("--definitions", type=_PATH, help="Your own labels: label TAB definition a line.")
@model_option
def label(file: Path, out: Path | None, definitions: Path | None, model: Path) -> None:
    """Label the sentences of FILE by hand, a key each: TSV, CSV or JSONL without labels, or a text to split.

    Every answer is on the disk before the next sentence shows; started again, it goes on where it stopped.
    """
    with _listing_faults():
        rows = read_sentences(file)
        meanings = read_definitions(definitions) if definitions else {}
    classifier = Classifier.load(model)
    meanings = meanings or {label: classifier.manifest.definitions.get(label, "") for label in classifier.labels}
    knows = set(classifier.labels) == set(meanings)  # a model of other labels has nothing to say
    out = out or file.with_suffix(".labelled.tsv")
    with AnswerFile.open(out, {row.sentence for row in rows}) as answers:
        label_sentences(rows, answers, meanings, lambda sentence: classifier.tag([sentence])[0] if knows else None)
    click.echo(f"{len(answers.answered)} of {len(rows)} labelled, in {out}")


@contextmanager
def _listing_faults() -> Iterator[None]:
    """Print the faults of labelled files, the first of them a line each, and end with one line."""
    try:
        yield
    except CorpusError as error:
        faults = str(error).split("\n")
        if len(faults) == 1:
            raise
        for fault in faults[:_FAULTS_SHOWN]:
            click.echo(fault, err=True)
        shown = f" (the first {_FAULTS_SHOWN} above)" if len(faults) > _FAULTS_SHOWN else ""
        raise click.ClickException(f"{len(faults)} faults in the data{shown}; nothing was written") from error


def _scores(classifier: Classifier, rows: Sequence[Row]) -> NDArray[np.float64]:
    return _with_progress(classifier.scores, [row.sentence for row in rows])


def _top_labels(classifier: Classifier, rows: Sequence[Row]) -> list[str]:
    return [classifier.labels[best] for best in _scores(classifier, rows).argmax(axis=1)]


def _with_progress(
    function: Callable[[Sequence[str]], NDArray[Any]], sentences: Sequence[str], doing: str = "scoring"
) -> NDArray[Any]:
    return np.concatenate([function(batch) for batch in in_batches(sentences, doing)])
