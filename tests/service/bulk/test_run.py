"""Runs over small corpora with Dask in this process: what is written, what is refused, what is done only once."""

import json

import fsspec
import pyarrow
import pytest
from distributed import Client, LocalCluster
from pyarrow import parquet

from models.artefact import SHIPPED, ArtefactError
from service.bulk.partition import Model
from service.bulk.reading import find
from service.bulk.run import Corpus, begin, run
from service.bulk.writing import Output

DOCUMENTS = [{"id": f"d{number}", "text": f"Talks resume on day {number}. Why, he asked?"} for number in range(7)]


@pytest.fixture(scope="module")
def client():
    cluster = LocalCluster(1, processes=False, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def corpus(tmp_path):
    """The path of seven documents and a bad row."""
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*DOCUMENTS[:3], {"id": "bad"}, *DOCUMENTS[3:]]))
    return path


def start(client, source, output, suffix="parquet", model=None, **columns):
    options = {"id_column": "id", "text_column": "text", "partition_size": 3} | columns
    corpus = Corpus(find([str(source)], str(output)), **options)
    model = model or Model.at(SHIPPED)
    destination = Output(str(output), suffix)
    totals = begin(corpus, destination, model)
    run(client, corpus, destination, model, totals)
    return totals


def test_parquet_has_a_row_for_each_sentence(client, corpus, tmp_path, classifier):
    totals = start(client, corpus, tmp_path / "out")
    assert (totals.documents, totals.rejected) == (7, 1)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    parts = [f"part-{number:08}.parquet" for number in range(3)]
    assert names == ["_rejects.jsonl", "_run.json", *parts]
    rows = parquet.read_table(tmp_path / "out").to_pylist()
    assert [(row["document_id"], row["index"]) for row in rows] == [(f"d{n}", i) for n in range(7) for i in range(2)]
    texts = {document["id"]: document["text"] for document in DOCUMENTS}
    assert all(texts[row["document_id"]][row["start"] : row["end"]] == row["text"] for row in rows)
    for row, (span, item) in zip(rows[:2], classifier.tag_text(DOCUMENTS[0]["text"]), strict=True):
        assert (row["start"], row["end"], row["label"]) == (*span, item.label)
        assert row["confidence"] == pytest.approx(item.confidence, abs=1e-5)
        assert list(row["scores"]) == list(classifier.labels)
        assert list(row["scores"].values()) == pytest.approx(item.scores, abs=1e-5)
        assert row["labels_90"] == list(item.labels_90)
        assert (row["model"], row["model_version"]) == (classifier.manifest.name, classifier.manifest.version)


def test_json_lines_have_the_same_rows(client, corpus, tmp_path):
    start(client, corpus, tmp_path / "parquet")
    start(client, corpus, tmp_path / "jsonl", suffix="jsonl")
    paths = sorted((tmp_path / "jsonl").glob("part-*.jsonl"))
    rows = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    assert rows == parquet.read_table(tmp_path / "parquet").to_pylist()


def test_rejects_say_where_and_why(client, corpus, tmp_path):
    start(client, corpus, tmp_path / "out")
    (reject,) = (tmp_path / "out" / "_rejects.jsonl").read_text().splitlines()
    assert json.loads(reject) == {"file": f"file://{corpus}", "row": 4, "reason": "text is not a text"}


def test_an_object_store(client, corpus):
    store = fsspec.filesystem("memory")
    store.pipe("/bulk-run/in/corpus.jsonl", corpus.read_bytes())
    start(client, "memory://bulk-run/in", "memory://bulk-run/out")
    tables = [parquet.read_table(store.open(path)) for path in sorted(store.glob("/bulk-run/out/part-*"))]
    assert pyarrow.concat_tables(tables).num_rows == 14
    assert not store.glob("/bulk-run/out/*.part")


def test_what_is_finished_is_left_alone(client, corpus, tmp_path):
    start(client, corpus, tmp_path / "out")
    parts = sorted((tmp_path / "out").glob("part-*"))
    rows = parquet.read_table(tmp_path / "out")
    parts[1].unlink()
    before = [path.stat().st_mtime_ns for path in (parts[0], parts[2])]
    (tmp_path / "out" / f"_{parts[1].name}.part").write_bytes(b"half a file, as a kill leaves it")
    start(client, corpus, tmp_path / "out")
    assert [path.stat().st_mtime_ns for path in (parts[0], parts[2])] == before
    assert parquet.read_table(tmp_path / "out").equals(rows)
    assert not list((tmp_path / "out").glob("*.part"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"text_column": "body"}, "--text"),
        ({"id_column": "key", "partition_size": 4}, "--id, --partition-size"),
        ({"suffix": "jsonl"}, "--format"),
        ({"model": Model(None, "0" * 64)}, "--model"),
    ],
)
def test_a_run_with_other_options_is_refused(client, corpus, tmp_path, options, said):
    start(client, corpus, tmp_path / "out")
    with pytest.raises(ValueError, match=f"was begun with another {said}: choose another OUTPUT"):
        start(client, corpus, tmp_path / "out", **options)


def test_a_run_over_other_input_is_refused(client, corpus, tmp_path):
    start(client, corpus, tmp_path / "out")
    corpus.write_text(corpus.read_text().replace("day 6", "day 9"))
    with pytest.raises(ValueError, match="another input"):
        start(client, corpus, tmp_path / "out")


def test_a_folder_with_other_files_is_refused(client, corpus, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "part-00000000.parquet").touch()
    with pytest.raises(ValueError, match="not the output of an earlier run, yet holds part-00000000"):
        start(client, corpus, tmp_path / "out")


def test_input_without_a_document_is_refused_and_may_be_tried_again(client, corpus, tmp_path):
    with pytest.raises(ValueError, match=r"holds no document: file://.*, row 1: body is not a text"):
        start(client, corpus, tmp_path / "out", text_column="body")
    assert start(client, corpus, tmp_path / "out").documents == 7


def test_a_worker_with_another_model_is_refused(client, corpus, tmp_path):
    with pytest.raises(ArtefactError, match="another model"):
        start(client, corpus, tmp_path / "out", model=Model(None, "0" * 64))


def test_few_partitions_are_with_the_workers_at_a_time(client, tmp_path, monkeypatch):
    source = tmp_path / "corpus.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in DOCUMENTS))
    read, written, ahead = 0, 0, []
    partitions, write = Corpus.partitions, Output.write

    def counted_partitions(corpus):
        nonlocal read
        for partition in partitions(corpus):
            read += 1
            ahead.append(read - written)
            yield partition

    def counted_write(output, number, table):
        nonlocal written
        write(output, number, table)
        written += 1

    monkeypatch.setattr(Corpus, "partitions", counted_partitions)
    monkeypatch.setattr(Output, "write", counted_write)
    start(client, source, tmp_path / "out", partition_size=1)
    assert (read, written) == (7, 7)
    assert max(ahead) == 3  # of one thread: one in hand, one to go on with, and the one read to follow


def test_progress_says_how_far_and_how_long(client, corpus, tmp_path, capsys):
    start(client, corpus, tmp_path / "out")
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first.startswith("3 of 7 documents, ") or first.startswith("1 of 7 documents, ")
    assert " sentences a second, 0:00:" in first
    assert last.startswith("7 of 7 documents, ")
    assert last.endswith("0:00:00 left")
