"""Fits a model on users' own labelled sentences (`statements train --data`)."""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from models.artefact import MANIFEST, SHIPPED, Artefact, Manifest, save_artefact
from models.classifier import Classifier
from models.encoder import GRAPH, VOCABULARY
from models.head import StatementHead
from models.labels import DEFINITIONS, LABELS
from models.pipeline import build_pipeline
from training.corpus import CorpusError, Row, corpus_digest
from training.data import words_of
from training.evaluation import Report, evaluate
from training.search import FOLDS, Trial, grouped_folds, learning_curve, search
from training.words import top_words


@dataclass(frozen=True)
class OwnModel:
    """A fitted model and what was measured on the way.

    Attributes:
        rows: The user's rows, on which everything was measured.
        base: How many rows of the shipped corpus were fitted on as well.
        pipeline: Fitted.
        manifest: Complete but for the files.
        trials: Every penalty that was judged.
        best: The one chosen.
        report: Its figures out of fold.
        curve: Rows fitted on, and the macro-F1 they gave.
        words: Each label's words of highest mean contribution, in logits.
    """

    rows: Sequence[Row]
    base: int
    pipeline: Pipeline
    manifest: Manifest
    trials: Sequence[Trial]
    best: Trial
    report: Report
    curve: Sequence[tuple[int, float]]
    words: Mapping[str, Sequence[tuple[str, float]]]


def label_order(rows: Sequence[Row]) -> tuple[str, ...]:
    """The labels in the order of a fitted head's columns: the codebook's, or sorted if they are others."""
    found = {row.label for row in rows}
    return LABELS if found == set(LABELS) else tuple(sorted(found))


def check_enough(rows: Sequence[Row], labels: Sequence[str]) -> None:
    """See that there is something to learn and to measure.

    Raises:
        CorpusError: If there are fewer than two labels, or one occurs in fewer groups than there are folds.
    """
    if len(labels) < 2:
        raise CorpusError(f"the only label is {labels[0]!r}; two are the least")
    groups: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        groups[row.label].add(row.group)
    scarce = [label for label in labels if len(groups[label]) < FOLDS]
    if scarce:
        raise CorpusError(
            "\n".join(
                f"label {label!r} occurs in {len(groups[label])} groups of sentences (documents, or sentences of other "
                f"words); {FOLDS} are the least"
                for label in scarce
            )
        )


def own_definitions(labels: Sequence[str], given: Mapping[str, str]) -> Mapping[str, str]:
    """Definitions of the labels: the given ones, or the codebook's if all labels are its own.

    Raises:
        CorpusError: If the given ones do not define exactly the labels.
    """
    if not given:
        return {label: DEFINITIONS[label] for label in labels} if set(labels) <= set(LABELS) else {}
    if odd := set(labels) ^ given.keys():
        raise CorpusError(f"labels in the data or in the definitions, but not in both: {', '.join(sorted(odd))}")
    return {label: given[label] for label in labels}


def base_rows(corpus: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """Rows of the shipped corpus to fit on besides the user's: those the encoder has not seen, and of other words."""
    taken = {words_of(row.sentence) for row in rows}
    return [row for row in corpus if row.held_out and words_of(row.sentence) not in taken]


def fit(
    rows: Sequence[Row],
    base: Sequence[Row],
    embeddings: NDArray[np.float32],
    manifest: Manifest,
    seconds: float,
    say: Callable[[str], None],
) -> OwnModel:
    """Choose the head's penalty and temperature out of fold, fit it on everything, and measure.

    Args:
        rows: The user's; figures, folds and calibration are theirs alone.
        base: Rows of the shipped corpus which every fold fits on.
        embeddings: Of both, in this order, (n, hidden).
        manifest: With name, version, labels in `label_order` and definitions.
        seconds: Budget of the search.
        say: Takes a line on each step done.
    """
    every = [*rows, *base]
    gold, labels = np.array([row.label for row in every]), manifest.labels
    folds = grouped_folds([row.label for row in rows], [row.group for row in rows], always=len(base))
    trials = []
    for trial in search(embeddings, gold, folds, labels, seconds):
        trials.append(trial)
        say(f"C {trial.penalty:<8.4g} temperature {trial.temperature:.2f}  loss {trial.loss:.4f}")
    best = min(trials, key=lambda trial: trial.loss)
    head = StatementHead(best.penalty, best.temperature)
    sets = head.prediction_sets(best.scores)
    report = evaluate([row.label for row in rows], best.scores, sets, labels)
    say("drawing the learning curve")
    curve = learning_curve(head, embeddings, gold, folds, labels)
    pipeline = build_pipeline().set_params(head=head.fit(embeddings, gold.tolist()))
    chosen = {"penalty": best.penalty, "temperature": best.temperature, "loss": best.loss}
    manifest = replace(manifest, corpus=corpus_digest(every), metrics={"held_out": report.as_dict(), "search": chosen})
    words = top_words(Classifier(Artefact(manifest, pipeline)), rows)
    return OwnModel(rows, len(base), pipeline, manifest, trials, best, report, curve, words)


def save(model: OwnModel, directory: Path) -> None:
    """Write the artefact, with the encoder's files."""
    for name in (GRAPH, VOCABULARY):
        shutil.copyfile(SHIPPED / name, directory / name)
    # loading sets the directory; the pickle must not depend on where it was made
    model.pipeline.set_params(encoder__directory="")
    save_artefact(directory, model.pipeline, model.manifest)


def check_target(directory: Path, replacing: bool) -> None:
    """See that a model may be written to a directory.

    Raises:
        FileExistsError: If something is there that is not to be replaced.
    """
    if not directory.exists():
        return
    if not replacing:
        raise FileExistsError(f"{directory} exists; --force replaces a model")
    if not (directory / MANIFEST).is_file():
        raise FileExistsError(f"{directory} exists and is no model: not replaced")


@contextmanager
def new_directory(directory: Path) -> Iterator[Path]:
    """Give a directory to fill beside the wanted one, and put it in its place only when it is complete."""
    directory = directory.resolve()
    part, old = (directory.with_name(f".{directory.name}.{end}-{os.getpid()}") for end in ("part", "old"))
    part.mkdir(parents=True)
    try:
        yield part
        if directory.exists():
            directory.rename(old)
        part.rename(directory)
    finally:
        for leftover in (part, old):
            shutil.rmtree(leftover, ignore_errors=True)
