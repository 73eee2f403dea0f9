"""The real command on a pseudo-terminal."""

import os
import pty
import select
import signal
import subprocess
import time

import pytest

from tests.models.test_cli import STATEMENTS, run
from training.corpus import COLUMNS, Row
from training.data import read_labelled
from training.labelling import AnswerFile

SENTENCES = [f"Sentence number {word}." for word in ("one", "two", "three", "four")]


@pytest.fixture
def pool(tmp_path):
    path = tmp_path / "pool.tsv"
    path.write_text("sentence\tgroup\n" + "".join(f"{sentence}\td\n" for sentence in SENTENCES))
    return path


class Terminal:
    """A running `statements label` and the terminal it is on."""

    def __init__(self, *arguments):
        self.master, slave = pty.openpty()
        command = [STATEMENTS, "label", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=os.environ | {"TERM": "xterm"}
        )
        os.close(slave)
        self.screen = ""

    def wait_for(self, text):
        """Read until the text shows; what comes behind it is left for the next call."""
        deadline = time.monotonic() + 60
        while text not in self.screen:
            assert time.monotonic() < deadline, self.screen
            if select.select([self.master], [], [], 1)[0]:
                self.screen += os.read(self.master, 4096).decode(errors="replace")
        before, _, self.screen = self.screen.partition(text)
        return before

    def press(self, keys):
        os.write(self.master, keys.encode())

    def end(self):
        status = self.process.wait(timeout=30)
        os.close(self.master)
        return status


@pytest.fixture
def start():
    terminals = []

    def start(*arguments):
        terminals.append(Terminal(*arguments))
        return terminals[-1]

    yield start
    for terminal in terminals:
        if terminal.process.poll() is None:
            terminal.process.kill()
            terminal.process.wait()


def answers(path):
    return [(row.label, row.sentence) for row in read_labelled([path])]


def test_keys_label_skip_undo_and_quit(pool, start):
    terminal = start(pool)
    shown = terminal.wait_for("q quit")
    assert SENTENCES[0] in shown
    assert "0 of 4 labelled" in shown
    assert "model: report" in shown
    assert "Somebody interprets, explains" in shown
    terminal.press("x\x1b[B5")  # neither an unknown key nor an arrow labels anything
    terminal.wait_for(SENTENCES[1])
    terminal.press("s")
    terminal.wait_for(SENTENCES[2])
    terminal.press("1")
    assert "2 of 4 labelled, 1 skipped" in terminal.wait_for(SENTENCES[3])
    terminal.press("u")
    terminal.wait_for(SENTENCES[2])
    terminal.press("u")
    terminal.wait_for(SENTENCES[1])
    terminal.press("2")
    terminal.wait_for(SENTENCES[2])
    terminal.press("q")
    terminal.wait_for("2 of 4 labelled, in")
    assert terminal.end() == 0
    assert answers(pool.with_suffix(".labelled.tsv")) == [("report", SENTENCES[0]), ("warning", SENTENCES[1])]


def test_no_answer_is_lost_when_it_is_killed(pool, start, tmp_path):
    out = tmp_path / "answers.tsv"
    terminal = start(pool, "--out", out)
    terminal.wait_for("q quit")
    terminal.press("12")  # typed ahead
    terminal.wait_for(SENTENCES[2])
    terminal.process.send_signal(signal.SIGKILL)
    assert terminal.end() == -signal.SIGKILL
    assert answers(out) == [("threat", SENTENCES[0]), ("warning", SENTENCES[1])]
    terminal = start(pool, "--out", out)
    assert "2 of 4 labelled" in terminal.wait_for(SENTENCES[2])
    terminal.press("34")
    terminal.wait_for("4 of 4 labelled, in")
    assert terminal.end() == 0
    assert [label for label, _ in answers(out)] == ["threat", "warning", "allegation", "analysis"]
    assert out.read_text().startswith("\t".join(COLUMNS) + "\n")


def test_own_labels_without_a_model_of_them(pool, start, tmp_path):
    definitions = tmp_path / "labels.tsv"
    definitions.write_text("odd\tIt is odd.\neven\tIt is even.\n")
    terminal = start(pool, "--definitions", definitions)
    shown = terminal.wait_for("q quit")
    assert "It is even." in shown
    assert "model:" not in shown
    terminal.press("1q")
    terminal.wait_for("1 of 4 labelled, in")
    assert terminal.end() == 0
    assert answers(pool.with_suffix(".labelled.tsv")) == [("odd", SENTENCES[0])]


def test_without_a_terminal_it_says_so(pool):
    result = run("label", str(pool))
    assert result.returncode == 2
    assert b"wants a terminal" in result.stderr


def test_a_line_cut_off_is_asked_again_and_a_whole_one_is_kept(tmp_path):
    path = tmp_path / "answers.tsv"
    header = "\t".join(COLUMNS) + "\n"
    path.write_text(f"{header}report\td\t\t\t{SENTENCES[0]}\nreport\td\t\t\tSentence num")
    with AnswerFile.open(path, set(SENTENCES)) as file:
        assert file.answered == {SENTENCES[0]}
    assert path.read_text() == f"{header}report\td\t\t\t{SENTENCES[0]}\n"
    path.write_text(f"{header}report\td\t\t\t{SENTENCES[0]}")
    with AnswerFile.open(path, set(SENTENCES)) as file:
        file.add(Row("report", SENTENCES[1], "d"))
    assert answers(path) == [("report", SENTENCES[0]), ("report", SENTENCES[1])]
    path.write_text(header[:7])
    with AnswerFile.open(path, set(SENTENCES)):
        assert path.read_text() == header


def test_another_file_and_a_second_run_are_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("My notes")
    with pytest.raises(ValueError, match="no file of answers"), AnswerFile.open(path, set(SENTENCES)):
        pass
    assert path.read_text() == "My notes"
    with (
        AnswerFile.open(tmp_path / "answers.tsv", set()),
        pytest.raises(ValueError, match="another run"),
        AnswerFile.open(tmp_path / "answers.tsv", set()),
    ):
        pass
