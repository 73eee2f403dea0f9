"""What becomes a document and what is set aside, in each format and from each kind of place."""

import gzip
import json
import tracemalloc

import fsspec
import pyarrow
import pytest
from pyarrow import parquet

from service.bulk import reading
from service.bulk.reading import Document, Reject, find, read

ROWS = [{"id": "a", "text": "It rained.\nIt “stopped”."}, {"id": "b", "text": "Why, he asked?"}]


def documents(*inputs, id_column="id", text_column="text"):
    return list(read(find([str(given) for given in inputs], "memory://elsewhere"), id_column, text_column))


def as_json_lines(rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def write_parquet(path, **columns):
    parquet.write_table(pyarrow.table(columns), path)


def test_every_format_gives_the_same_documents(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + as_json_lines(ROWS))
    (tmp_path / "a.csv").write_bytes(
        '\ufefftext,more,id\r\n"It rained.\nIt “stopped”.",1,a\r\n\r\n"Why, he asked?",2,b\r\n'.encode()
    )
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(as_json_lines(ROWS)))
    write_parquet(tmp_path / "a.parquet", more=[1, 2], text=[row["text"] for row in ROWS], id=["a", "b"])
    for name in ("a.jsonl", "a.csv", "a.jsonl.gz", "a.parquet"):
        assert documents(tmp_path / name) == [Document(**row) for row in ROWS], name


def test_other_columns_and_numbers_as_names(tmp_path):
    write_parquet(tmp_path / "a.parquet", key=[1, 2], body=["It rained.", "Why?"])
    found = documents(tmp_path / "a.parquet", id_column="key", text_column="body")
    assert found == [Document("1", "It rained."), Document("2", "Why?")]


def test_folders_patterns_and_urls(tmp_path):
    for name in ("b/2.jsonl", "a/1.ndjson", "_part/3.jsonl", ".4.jsonl", "5.jsonl.md5", "6.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(as_json_lines([{"id": name, "text": "Why?"}]))
    fsspec.filesystem("memory").pipe("/bulk-reading/7.jsonl", as_json_lines([{"id": "7", "text": "Why?"}]))
    both = ["a/1.ndjson", "b/2.jsonl"]
    assert [row.id for row in documents(tmp_path)] == both
    assert [row.id for row in documents(tmp_path / "*" / "[12].*json*")] == both
    assert [row.id for row in documents(tmp_path / "b/2.jsonl", f"file://{tmp_path}/a", tmp_path)] == both
    assert [row.id for row in documents("memory://bulk-reading/*.jsonl")] == ["7"]


def test_a_file_whose_name_looks_like_a_pattern(tmp_path):
    (tmp_path / "a[1].jsonl").write_bytes(as_json_lines(ROWS))
    assert len(documents(tmp_path / "a[1].jsonl")) == 2


def test_the_output_is_no_input(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(as_json_lines(ROWS))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "part-0.jsonl").write_bytes(as_json_lines(ROWS))
    assert [source.path for source in find([str(tmp_path)], str(tmp_path / "out"))] == [str(tmp_path / "a.jsonl")]


def faults(rows):
    return [(row.row, row.reason) for row in rows if isinstance(row, Reject)]


def test_bad_json_lines_are_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROW", 64)
    lines = [
        b'{"id": "a", "text": "Why?"}',
        b'{"id": "b", "text"',
        b"",
        b"[1]",
        b'{"id": null, "text": "Why?"}',
        b'{"id": true, "text": "Why?"}',
        b'{"id": "", "text": "Why?"}',
        b'{"id": "c"}',
        b'{"id": "d", "text": " "}',
        b'{"id": "e", "text": "caf\xe9"}',
        b'{"id": "f", "text": "' + b"x" * 200 + b'"}',
        b'{"id": 7, "text": "Why?"}',
    ]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    rows = documents(tmp_path / "a.jsonl")
    assert [row.id for row in rows if isinstance(row, Document)] == ["a", "7"]
    assert [number for number, _ in faults(rows)] == [2, 4, 5, 6, 7, 8, 9, 10, 11]
    reasons = dict(faults(rows))
    assert reasons[2].startswith("not JSON")
    assert reasons[4] == "not a JSON object"
    assert reasons[5] == reasons[6] == reasons[7] == "id is neither a string nor an integer"
    assert reasons[8] == reasons[9] == "text is not a text"
    assert reasons[11] == "longer than 64 bytes"
    assert {row.file for row in rows if isinstance(row, Reject)} == {f"file://{tmp_path}/a.jsonl"}


def test_bad_csv_rows_are_set_aside(tmp_path):
    lines = [b"id,text", b"a,Why?", b"b", b"c,caf\xe9", b'd,"two', b'lines"', b'e,"a"b', b"f,", b"g,Why?", b'h,"open']
    (tmp_path / "a.csv").write_bytes(b"\n".join(lines))
    rows = documents(tmp_path / "a.csv")
    assert [row.id for row in rows if isinstance(row, Document)] == ["a", "d", "g"]
    assert [number for number, _ in faults(rows)] == [3, 4, 7, 8, 10]
    assert [reason for _, reason in faults(rows)][:2] == ["1 columns, not 2", "not UTF-8"]


def test_bad_parquet_rows_are_set_aside(tmp_path):
    text = pyarrow.array([b"Why?", b"caf\xe9", None], pyarrow.binary())
    text = pyarrow.Array.from_buffers(pyarrow.string(), 3, text.buffers(), null_count=1)
    write_parquet(tmp_path / "a.parquet", id=["a", "b", "c"], text=text)
    rows = documents(tmp_path / "a.parquet")
    assert rows[0] == Document("a", "Why?")
    assert faults(rows) == [(2, "not UTF-8"), (3, "text is not a text")]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_a_file_is_never_held_whole(tmp_path, name):
    rows = [{"id": str(number), "text": f"{number} " * 2000} for number in range(4000)]
    if name == "a.jsonl":
        (tmp_path / name).write_bytes(as_json_lines(rows))
    elif name == "a.csv":
        (tmp_path / name).write_text("id,text\n" + "".join(f"{row['id']},{row['text']}\n" for row in rows))
    else:
        table = pyarrow.Table.from_pylist(rows)
        parquet.write_table(table, tmp_path / name, compression="none", use_dictionary=False)  # in one row group
    tracemalloc.start()
    try:
        assert sum(isinstance(row, Document) for row in read(find([str(tmp_path)], "memory://x"), "id", "text")) == 4000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < (tmp_path / name).stat().st_size / 2  # pages of Parquet have 10 MB here


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"id,body\na,Why?\n", "no column 'text' among 'id', 'body'"),
        ("a.csv", b"", "no column 'id' among none"),
        ("a.parquet", b"nonsense", "a.parquet"),
        ("a.jsonl.gz", gzip.compress(as_json_lines(ROWS))[:-12], "a.jsonl.gz"),
        ("a.jsonl.gz", b"nonsense", "gzip"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises((ValueError, OSError), match=said):
        documents(tmp_path / name)


@pytest.mark.parametrize("given", ["missing.jsonl", "*.jsonl", "a.txt", "."])
def test_an_input_without_files_is_an_error(tmp_path, given):
    (tmp_path / "a.txt").write_text("Why?")
    with pytest.raises(FileNotFoundError, match=r"no such file, or none that ends in \.jsonl"):
        documents(tmp_path / given)
