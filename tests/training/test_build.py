import numpy as np
import pytest

from models.artefact import load_artefact
from models.head import StatementHead
from models.labels import LABELS
from training.build import build, cross_validate
from training.corpus import Row, corpus_digest, load_corpus


@pytest.fixture(scope="module")
def rows():
    """A few held-out rows of every label, so that a build takes seconds."""
    held_out = [row for row in load_corpus() if row.held_out]
    return [row for label in LABELS for row in [row for row in held_out if row.label == label][:15]]


def test_a_build_is_complete_and_repeats_itself(rows, tmp_path):
    build(rows, tmp_path / "one", "7.0.0")
    build(rows, tmp_path / "two", "7.0.0")
    one, two = load_artefact(tmp_path / "one"), load_artefact(tmp_path / "two")
    assert one.manifest == two.manifest
    assert one.manifest.version == "7.0.0"
    assert one.manifest.corpus == corpus_digest(rows)
    sentences = [row.sentence for row in rows[:10]]
    assert np.array_equal(one.pipeline.predict_proba(sentences), two.pipeline.predict_proba(sentences))


def test_figures_come_from_folds_that_keep_groups_whole():
    # every group has one label and a feature of its own: only a fold that splits groups could get any row right
    groups = 50
    rows = [Row(LABELS[group % 5], f"{group}/{copy}", f"g{group}") for group in range(groups) for copy in range(4)]
    embeddings = np.repeat(np.eye(groups), 4, axis=0)
    report = cross_validate(StatementHead(C=100), embeddings, rows)
    assert report.sentences == len(rows)
    assert report.accuracy < 0.5
