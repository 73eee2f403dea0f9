"""Builds the shipped model from the corpus and the encoder's files (`make train`)."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from models.artefact import SHIPPED, Artefact, Manifest, save_artefact
from models.classifier import Classifier
from models.encoder import GRAPH, VOCABULARY
from models.head import StatementHead
from models.labels import DEFINITIONS, LABELS
from models.pipeline import build_pipeline
from training.corpus import Row, corpus_digest
from training.evaluation import Report, evaluate
from training.invariance import invariance, load_variants
from training.search import FOLDS, out_of_fold

NAME = "statements"
VERSION = "1.0.1"


def build(rows: Sequence[Row], directory: Path, version: str = VERSION, encoder: Path = SHIPPED) -> Report:
    """Fit the head on the held-out groups and write a complete artefact.

    The encoder was fine-tuned on the other groups, so its embeddings of these are like those of new text, and a head
    fitted here learns how far they can be trusted.

    Args:
        rows: The corpus.
        directory: Where the artefact goes.
        version: Model version for the manifest.
        encoder: Directory with the encoder's files.

    Returns:
        Cross-validated figures on the held-out groups.
    """
    pipeline = build_pipeline(encoder)
    held_out = [row for row in rows if row.held_out]
    embeddings = pipeline.named_steps["encoder"].fit_transform([row.sentence for row in held_out])
    report = cross_validate(pipeline.named_steps["head"], embeddings, held_out)
    pipeline.named_steps["head"].fit(embeddings, [row.label for row in held_out])
    directory.mkdir(parents=True, exist_ok=True)
    if directory.resolve() != encoder.resolve():
        for name in (GRAPH, VOCABULARY):
            shutil.copyfile(encoder / name, directory / name)
    manifest = Manifest(NAME, version, LABELS, corpus_digest(rows), DEFINITIONS)
    shares = invariance(Classifier(Artefact(manifest, pipeline)), load_variants())
    manifest = replace(manifest, metrics={"held_out": report.as_dict(), "invariance": dict(shares)})
    # loading sets the directory; the pickle must not depend on where it was made
    pipeline.set_params(encoder__directory="")
    save_artefact(directory, pipeline, manifest)
    return report


def cross_validate(head: StatementHead, embeddings: NDArray[np.float32], rows: Sequence[Row]) -> Report:
    """Figures of a head in folds that keep articles and contrast sets whole.

    Args:
        head: Unfitted; cloned for each fold.
        embeddings: (n, hidden).
        rows: (n,), with their groups.
    """
    gold = np.array([row.label for row in rows])
    folds = list(GroupKFold(FOLDS).split(embeddings, gold, [row.group for row in rows]))
    scores = out_of_fold(head, embeddings, gold, folds, LABELS)
    return evaluate(gold.tolist(), scores, head.prediction_sets(scores), LABELS)
