import json
import shutil

import pytest

from models.artefact import load_artefact, save_artefact
from models.labels import LABELS
from tests.models.test_cli import run
from training.corpus import COLUMNS, load_corpus
from training.data import read_labelled, read_sentences


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """A file of ten corpus rows of each label."""
    corpus = load_corpus()
    rows = [row for label in LABELS for row in [row for row in corpus if row.label == label][:10]]
    path = tmp_path_factory.mktemp("labelled") / "rows.tsv"
    path.write_text("".join(f"{row.label}\t{row.sentence}\n" for row in rows), encoding="utf-8")
    return path


def test_evaluate_prints_the_figures(labelled):
    result = run("evaluate", str(labelled))
    assert result.returncode == 0
    text = result.stdout.decode()
    assert all(word in text for word in ("accuracy", "macro-F1", "ECE", "precision", "recall", "support", *LABELS))


def test_evaluate_as_json(labelled):
    report = json.loads(run("evaluate", str(labelled), "--json").stdout)
    assert report["sentences"] == 50
    assert set(report["per_label"]) == set(LABELS)
    assert sum(sum(row.values()) for row in report["confusion"].values()) == 50


def test_evaluate_names_the_bad_line(tmp_path):
    path = tmp_path / "rows.tsv"
    path.write_text("report\tIt rained.\nopinion\tIt snowed.\n")
    result = run("evaluate", str(path))
    assert result.returncode == 2
    assert b"rows.tsv:2: unknown label 'opinion'" in result.stderr


def test_evaluate_knows_the_labels_of_the_model(two_labels):
    rows = two_labels.with_name("rows.tsv")
    report = json.loads(run("evaluate", rows, "--model", two_labels, "--json").stdout)
    assert set(report["confusion"]) == {"fact", "talk"}


def test_compare_tells_a_better_model_from_a_worse(labelled, two_labels, tmp_path):
    # the two-label model against one that is certain of the wrong label
    worse = shutil.copytree(two_labels, tmp_path / "worse")
    artefact = load_artefact(worse)
    head = artefact.pipeline.named_steps["head"]
    head.coef_ = -head.coef_
    save_artefact(worse, artefact.pipeline, artefact.manifest)
    rows = two_labels.with_name("rows.tsv")
    text = run("compare", worse, two_labels, "--data", rows).stdout.decode()
    assert "B is better" in text
    assert "gold fact" in text
    result = json.loads(run("compare", two_labels, worse, "--data", rows, "--json").stdout)
    assert result["verdict"].startswith("B is worse")
    assert result["kinds"]["all"]["sentences"] == 100
    assert result["kinds"]["all"]["accuracy"]["high"] < 0
    refused = run("compare", two_labels, worse, "--data", labelled)
    assert refused.returncode == 2
    assert b"unknown label 'threat'" in refused.stderr


def test_suggest_picks_from_the_pool_what_is_not_labelled_yet(labelled, tmp_path):
    pool = [row.sentence for row in read_labelled([labelled])]
    known = tmp_path / "known.tsv"
    known.write_text("".join(f"report\t{sentence}\n" for sentence in pool[:30]), encoding="utf-8")
    options = ["--pool", labelled, "--number", "5", "--labelled", known]
    out = tmp_path / "next.tsv"
    out.write_bytes(run("suggest", *options).stdout)
    suggested = [row.sentence for row in read_sentences(out)]  # as `statements label` reads it
    assert len(suggested) == 5
    assert set(suggested) <= set(pool[30:])
    rows = [json.loads(line) for line in run("suggest", *options, "--format", "jsonl").stdout.splitlines()]
    assert [row["sentence"] for row in rows] == suggested
    doubts = [row["uncertainty"] for row in rows]
    assert doubts == sorted(doubts, reverse=True)


def test_train_writes_a_model_that_classifies(tmp_path):
    held_out = [row for row in load_corpus() if row.held_out]
    rows = [row for label in LABELS for row in [row for row in held_out if row.label == label][:12]]
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    lines = ["\t".join(COLUMNS)] + ["\t".join((r.label, r.group, r.genre, r.round, r.sentence)) for r in rows]
    (corpus / "rows.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    trained = run("train", "--corpus", str(corpus), "--out", str(tmp_path / "model"), "--version", "9.9.9")
    assert trained.returncode == 0, trained.stderr
    assert run("version", "--model", str(tmp_path / "model")).stdout.split()[-1] == b"9.9.9"
    assert run("classify", "--model", str(tmp_path / "model"), stdin=b"It rained.").returncode == 0


def test_train_refuses_a_bad_corpus_and_writes_nothing(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "rows.tsv").write_text("\t".join(COLUMNS) + "\nopinion\tg\twire\tone\tIt rained.\n")
    result = run("train", "--corpus", str(corpus), "--out", str(tmp_path / "model"))
    assert result.returncode == 2
    assert b"rows.tsv:2" in result.stderr
    assert not (tmp_path / "model").exists()
