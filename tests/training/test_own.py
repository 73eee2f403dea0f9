import base64
import json
import os
import re
import signal
import subprocess

import pytest

from models.artefact import SHIPPED, digest, read_manifest
from models.labels import DEFINITIONS, LABELS
from tests.models.test_cli import STATEMENTS, run
from training.corpus import COLUMNS, CorpusError, Row, load_corpus
from training.own import base_rows, check_enough, check_target, new_directory, own_definitions


@pytest.fixture(scope="module")
def corpus_rows():
    """Sixteen held-out rows of each of the five labels."""
    held_out = [row for row in load_corpus() if row.held_out]
    return [row for label in LABELS for row in [row for row in held_out if row.label == label][:16]]


def write(path, rows):
    path.write_text("label\tsentence\n" + "".join(f"{row.label}\t{row.sentence}\n" for row in rows), encoding="utf-8")
    return path


def train(*arguments, **options):
    command = [STATEMENTS, "train", *map(str, arguments), "--minutes", "0"]
    return subprocess.run(command, capture_output=True, timeout=300, check=False, text=True, **options)


def test_a_model_of_own_labels_is_complete(two_labels):
    manifest = read_manifest(two_labels)
    assert (manifest.name, manifest.version, manifest.labels) == ("facts", "3.1.0", ("fact", "talk"))
    assert manifest.definitions == {"fact": "It happened.", "talk": "Somebody says so."}
    report = manifest.metrics["held_out"]
    assert report["sentences"] == 100
    assert report["accuracy"] > 0.8
    assert report["calibration_error"] < 0.2
    assert digest(two_labels / "encoder.onnx.gz") == digest(SHIPPED / "encoder.onnx.gz")
    lines = run(
        "classify", "--model", str(two_labels), "--format", "jsonl", stdin=b"It rained. Why?"
    ).stdout.splitlines()
    assert [set(json.loads(line)["scores"]) for line in lines] == [{"fact", "talk"}] * 2


def test_its_card_and_report_tell_what_was_measured(two_labels):
    card, page = ((two_labels / name).read_text() for name in ("MODEL_CARD.md", "report.html"))
    accuracy = f"{read_manifest(two_labels).metrics['held_out']['accuracy']:.3f}"
    for document in (card, page):
        assert all(text in document for text in (accuracy, "facts 3.1.0", "It happened.", "100 sentences"))
    assert all(
        title in page for title in ("Confusion", "Reliability", "Precision", "Learning curve", "Words that speak")
    )


def test_the_report_opens_offline(two_labels):
    page = (two_labels / "report.html").read_text()
    images = [base64.b64decode(data) for data in re.findall(r'src="data:image/png;base64,([^"]+)"', page)]
    plots = [path.read_bytes() for path in (two_labels / "plots").iterdir()]
    assert sorted(images) == sorted(plots)
    assert len(plots) == 5
    assert all(plot.startswith(b"\x89PNG") for plot in plots)
    assert not re.search(r"(src|href)=\"(?!data:)|url\(|@import|<script", page)


def test_on_top_of_the_corpus(corpus_rows, tmp_path):
    own, base = corpus_rows[::2], corpus_rows[1::2]
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    lines = [COLUMNS, *((row.label, row.group, row.genre, row.round, row.sentence) for row in [*base, own[0]])]
    (corpus / "rows.tsv").write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    out = tmp_path / "model"
    result = train("--data", write(tmp_path / "a.tsv", own), "--with-corpus", "--corpus", corpus, "--out", out)
    assert result.returncode == 0, result.stderr
    manifest = read_manifest(out)
    assert manifest.labels == LABELS
    assert manifest.definitions == DEFINITIONS
    assert manifest.metrics["held_out"]["sentences"] == len(own)
    assert f"{len(base)} sentences of the shipped corpus" in (out / "MODEL_CARD.md").read_text()


def test_corpus_rows_that_are_among_the_own_ones_are_left_out(corpus_rows):
    own = [Row("fact", corpus_rows[0].sentence.upper(), "g")]
    assert base_rows(corpus_rows, own) == corpus_rows[1:]


def test_the_first_faults_are_listed_and_nothing_is_written(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("label\tsentence\n" + "no tab\n" * 30)
    result = train("--data", path, "--out", tmp_path / "model")
    lines = result.stderr.splitlines()
    assert result.returncode == 2
    assert lines[:20] == [f"{path}:{number}: 1 columns where 2 are due" for number in range(2, 22)]
    assert lines[20:] == ["statements: 30 faults in the data (the first 20 above); nothing was written"]
    assert [file.name for file in tmp_path.iterdir()] == ["a.tsv"]


def test_several_files_may_follow_one_data(tmp_path):
    files = [write(tmp_path / f"{name}.tsv", [Row("yes", "It rained."), Row(name, "Why?")]) for name in ("a", "b")]
    result = train("--data", *files, "--out", tmp_path / "model")
    assert f"{files[1]}:3: labels b what is a at {files[0]}:3" in result.stderr


def test_too_little_to_learn_from_is_said_plainly():
    rows = [Row("yes", "a", str(number)) for number in range(9)]
    with pytest.raises(CorpusError, match="the only label is 'yes'"):
        check_enough(rows, ("yes",))
    few = rows + [Row("no", str(number), "one document") for number in range(20)]
    with pytest.raises(CorpusError, match="label 'no' occurs in 1 groups"):
        check_enough(few, ("no", "yes"))


def test_definitions_fit_the_labels():
    assert own_definitions(LABELS, {}) == DEFINITIONS
    assert own_definitions(("no", "report"), {}) == {}
    with pytest.raises(CorpusError, match="not in both: maybe, no"):
        own_definitions(("no", "yes"), {"yes": "It is.", "maybe": "It may be."})


def test_only_a_model_is_ever_replaced(tmp_path, two_labels):
    check_target(tmp_path / "new", replacing=False)
    with pytest.raises(FileExistsError, match="--force"):
        check_target(two_labels, replacing=False)
    check_target(two_labels, replacing=True)
    with pytest.raises(FileExistsError, match="no model"):
        check_target(tmp_path, replacing=True)
    result = train("--data", "no-such-file", "--out", two_labels)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "--force" in result.stderr


def test_a_directory_takes_its_place_only_when_it_is_complete(tmp_path):
    target = tmp_path / "model"
    with pytest.raises(ZeroDivisionError), new_directory(target) as part:
        (part / "manifest.json").write_text(str(1 / 0))
    assert list(tmp_path.iterdir()) == []
    for content in ("one", "two"):
        with new_directory(target) as part:
            (part / "manifest.json").write_text(content)
            assert part != target
        assert (target / "manifest.json").read_text() == content
        assert list(tmp_path.iterdir()) == [target]


def test_killed_while_it_works_it_leaves_no_model(corpus_rows, tmp_path):
    data = write(tmp_path / "a.tsv", corpus_rows)
    command = [STATEMENTS, "train", "--data", data, "--out", tmp_path / "model"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while not process.stdout.readline().startswith("C "):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "model").exists()


def test_without_matplotlib_one_line_tells_how_to_get_it(tmp_path):
    blocked = tmp_path / "matplotlib"
    blocked.mkdir()
    (blocked / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'matplotlib'\")")
    result = train("--data", "a.tsv", "--out", "model", cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "No module named 'matplotlib'" in result.stderr
    assert "requirements/training.txt" in result.stderr


def test_data_wants_a_place_to_write_to_and_a_name_fit_for_paths():
    assert "--data wants --out" in train("--data", "a.tsv").stderr
    assert "name and version go into paths" in train("--data", "a.tsv", "--out", "model", "--name", "a/b").stderr
