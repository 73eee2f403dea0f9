import json
import subprocess
import sys
from pathlib import Path

import pytest

STATEMENTS = Path(sys.executable).with_name("statements")
TEXT = "“Why now?” he asked. Talks resume\u00a0on Monday.\n\nEnd"


def run(*arguments, stdin: bytes = b""):
    return subprocess.run([STATEMENTS, *arguments], input=stdin, capture_output=True, timeout=120, check=False)


def test_split_prints_one_sentence_a_line():
    assert run("split", stdin=TEXT.encode()).stdout.decode().split("\n") == [
        "“Why now?” he asked.",
        "Talks resume on Monday.",
        "End",
        "",
    ]


def test_classify_as_jsonl_gives_exact_offsets():
    rows = [json.loads(line) for line in run("classify", "--format", "jsonl", stdin=TEXT.encode()).stdout.splitlines()]
    assert [TEXT[row["start"] : row["end"]] for row in rows] == [row["text"] for row in rows]
    assert all(sum(row["scores"].values()) == pytest.approx(1) for row in rows)


def test_classify_files_as_tsv(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("It rained. It stopped.")
    lines = (
        run("classify", "--format", "tsv", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))
        .stdout.decode()
        .splitlines()
    )
    assert [line.split("\t")[2:5] for line in lines[:2]] == [
        ["0", "10", str(tmp_path / "a.txt")],
        ["11", "22", str(tmp_path / "a.txt")],
    ]
    assert len(lines) == 4


def test_text_is_the_default_format():
    assert run("classify", stdin=b"It rained.").stdout.split()[2:] == [b"It", b"rained."]


def test_no_progress_bar_off_a_terminal():
    assert run("classify", stdin=b"It rained.").stderr == b""


def test_version_names_package_and_model():
    assert run("version").stdout.startswith(b"statements ")


def test_help_lists_every_command():
    out = run("--help").stdout.decode()
    assert all(
        name in out
        for name in ("serve", "classify", "split", "train", "evaluate", "compare", "suggest", "label", "version")
    )


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["classify", "no-such-file"], b"", "no-such-file"),
        (["classify"], b"caf\xe9", "not UTF-8: byte 3"),
        (["classify", "--model", "no-such-model"], b"a", "no-such-model"),
        (["classify", "--format", "xml"], b"a", "xml"),
        (["nonsense"], b"", "nonsense"),
        (["evaluate"], b"", "either a file or --held-out"),
        (["evaluate", "no-such-file"], b"", "no-such-file"),
        (["serve", "--port", "0"], b"", "--port"),
    ],
)
def test_an_error_is_one_line_and_exit_status_2(arguments, stdin, said):
    result = run(*arguments, stdin=stdin)
    assert result.returncode == 2
    assert result.stdout == b""
    assert result.stderr.decode().count("\n") == 1
    assert said in result.stderr.decode()
