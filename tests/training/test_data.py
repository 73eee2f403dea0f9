import json

import pytest

from training.corpus import CorpusError, Row
from training.data import read_definitions, read_labelled, read_sentences

ROWS = [("yes", "d1", "It rained."), ("no", "d2", 'A “quoted”, "odd" sentence; really.')]


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def faults(paths, **options):
    with pytest.raises(CorpusError) as caught:
        read_labelled(paths, **options)
    return str(caught.value).split("\n")


def test_every_format_gives_the_same_rows(tmp_path):
    tsv = write(tmp_path / "a.tsv", "label\tdocument\tsentence", *("\t".join(row) for row in ROWS))
    csv = write(
        tmp_path / "a.csv",
        "Text,note,Group,Label",
        "It rained.,x,d1,yes",
        '"A “quoted”, ""odd""\nsentence; really.",,d2,no',
    )
    jsonl = write(tmp_path / "a.jsonl", *(json.dumps({"label": a, "group": b, "text": c}) for a, b, c in ROWS))
    expected = [Row(label, sentence, group) for label, group, sentence in ROWS]
    assert read_labelled([tsv]) == read_labelled([csv]) == read_labelled([jsonl]) == expected
    assert read_labelled([tsv, jsonl]) == expected * 2


def test_a_table_without_a_header_holds_label_and_sentence(tmp_path):
    rows = read_labelled([write(tmp_path / "a.tsv", "yes\tIt rained.\r", "", "no\tOdd\x85\u2028line.")])
    assert [(row.label, row.sentence) for row in rows] == [("yes", "It rained."), ("no", "Odd line.")]


def test_sentences_of_the_same_words_share_a_group_unless_they_have_one(tmp_path):
    path = write(
        tmp_path / "a.tsv", "label\tgroup\tsentence", "yes\t\tIt rained.", "yes\t\t“it  RAINED”", "yes\td\tIt rained."
    )
    groups = [row.group for row in read_labelled([path])]
    assert groups[0] == groups[1] != groups[2]


def test_every_fault_is_named_with_file_and_line(tmp_path):
    csv = write(
        tmp_path / "a.csv",
        "label,sentence",
        'yes,"Over',
        'two lines."',
        "yes",
        ",No label.",
        "no, ",
        f"{'A sentence in the wrong column as happens. ' * 2},no",
    )
    jsonl = write(
        tmp_path / "b.jsonl",
        "{",
        "[]",
        '{"label": 1, "text": "x"}',
        '{"label": "yes"}',
        '{"label": "a", "text": "\\ud800"}',
    )
    assert [fault.removeprefix(str(tmp_path)) for fault in faults([csv, jsonl])] == [
        "/a.csv:4: 1 columns where 2 are due",
        "/a.csv:5: the label is missing, blank or not a string",
        "/a.csv:6: the sentence is missing, blank or not a string",
        "/a.csv:7: 'A sentence in the wrong column as happens. A sentence in the'... is no label: "
        "are the columns in another order?",
        "/b.jsonl:1: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "/b.jsonl:2: not a JSON object",
        "/b.jsonl:3: the label is missing, blank or not a string",
        "/b.jsonl:4: the sentence is missing, blank or not a string",
        "/b.jsonl:5: holds a lone surrogate",
    ]


def test_labels_may_be_limited(tmp_path):
    path = write(tmp_path / "a.tsv", "yes\tIt rained.", "maybe\tIt snowed.")
    assert faults([path], labels=("yes", "no")) == [f"{path}:2: unknown label 'maybe'"]


def test_two_labels_of_one_sentence_are_a_fault_only_where_that_matters(tmp_path):
    path = write(tmp_path / "a.tsv", "yes\tIt rained.", "no\tIt rained.", "yes\tIt rained.")
    assert len(read_labelled([path])) == 3
    assert faults([path], one_label=True) == [f"{path}:2: labels no what is yes at {path}:1"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tsv", b"", "no rows"),
        ("a.tsv", b"label\tsentence\n", "no rows"),
        ("a.tsv", b"text\tkind\nIt rained.\tyes\n", "a.tsv:1: the header names no label"),
        ("a.csv", b"label,body\nyes,It rained.\n", "a.csv:1: the header names no sentence"),
        ("a.csv", b'label,text\nyes,"It" rained.\n', "a.csv:2: not CSV"),
        ("a.csv", b"label,text\nyes,caf\xe9\n", "a.csv:2: not UTF-8"),
        ("a.xlsx", b"PK", r"must end in \.tsv, \.csv or \.jsonl"),
    ],
)
def test_unreadable_files_are_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CorpusError, match=said):
        read_labelled([tmp_path / name])


def test_a_text_is_split_into_sentences_each_once(tmp_path):
    path = write(tmp_path / "story.txt", "It rained. It\nstopped. It rained.")
    assert read_sentences(path) == [Row("", "It rained.", "story"), Row("", "It stopped.", "story")]


def test_unlabelled_tables_are_read(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"text": "It rained.", "document": "d"}', '{"sentence": "Why?"}')
    assert read_sentences(path) == [Row("", "It rained.", "d"), Row("", "Why?", "why")]
    with pytest.raises(CorpusError, match="the header names no sentence"):
        read_sentences(write(tmp_path / "a.tsv", "label\tgroup", "yes\td"))


def test_definitions(tmp_path):
    path = write(tmp_path / "labels.tsv", "yes\tIt does.", "no\tIt does not.")
    assert read_definitions(path) == {"yes": "It does.", "no": "It does not."}
    for lines, said in ((["yes\tIt does."], "two labels"), (["yes\ta", "yes\tb"], "labels.tsv:2"), (["yes"], "tsv:1")):
        with pytest.raises(CorpusError, match=said):
            read_definitions(write(path, *lines))
