"""Labelling by hand in a terminal: one key a sentence, every answer on disk before the next question."""

import fcntl
import os
import shutil
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from models.classifier import Tagged
from training.corpus import COLUMNS, Row

UNDO, SKIP, QUIT = "u", "s", "q"
#: Keys of the labels, in order.
LABEL_KEYS = "".join(key for key in "123456789abcdefghijklmnopqrstvwxyz" if key not in UNDO + SKIP + QUIT)
_HEADER = "\t".join(COLUMNS).encode() + b"\n"


class AnswerFile:
    """Answers in the corpus' format, each written through to the disk; a later run goes on where this one stopped.

    Args:
        file: Open for reading and appending; empty if new.
        sentences: Those that are to be answered.

    Attributes:
        answered: Those that have an answer.

    Raises:
        ValueError: If the file holds something else.
    """

    def __init__(self, file: BinaryIO, sentences: Set[str]) -> None:
        self._file = file
        self._undoable: list[tuple[str, int]] = []
        file.seek(0)
        content = file.read()
        if not content.startswith(_HEADER) and not _HEADER.startswith(content):
            raise ValueError(f"{file.name} is no file of answers: its header is not {' '.join(COLUMNS)!r}")
        size = content.rfind(b"\n") + 1
        lines = content.decode(errors="ignore").split("\n")
        if _sentence(lines[-1]) in sentences:  # complete but for its line feed
            self._write(b"\n")
        else:  # what was cut off while it was written nobody was told to be safe
            file.truncate(size)
        if not size:
            self._write(_HEADER)
        self.answered = {_sentence(line) for line in lines[1:]} & sentences

    @classmethod
    @contextmanager
    def open(cls, path: Path, sentences: Set[str]) -> Iterator["AnswerFile"]:
        """Open a file for one run at a time.

        Raises:
            ValueError: If the file holds something else, or another run has it open.
        """
        with path.open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ValueError(f"{path} is being written by another run") from error
            yield cls(file, sentences)

    def add(self, row: Row) -> None:
        """Append an answer; it is on the disk when this returns."""
        self._undoable.append((row.sentence, self._file.tell()))
        self._write("\t".join((row.label, row.group, row.genre, row.round, row.sentence)).encode() + b"\n")
        self.answered.add(row.sentence)

    def undo(self) -> None:
        """Take back the last answer of this run."""
        sentence, size = self._undoable.pop()
        self._file.truncate(size)
        self._file.seek(size)
        os.fsync(self._file.fileno())
        self.answered.remove(sentence)

    def _write(self, line: bytes) -> None:
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())


def _sentence(line: str) -> str:
    return line.split("\t")[-1]


def label_sentences(
    rows: Sequence[Row],
    answers: AnswerFile,
    definitions: Mapping[str, str],
    guess: Callable[[str], Tagged | None],
) -> None:
    """Ask for the label of each sentence that has none, until all are answered or skipped, or the user quits.

    Args:
        rows: Sentences with their groups.
        answers: Where labels go.
        definitions: Label to definition, in the order of the keys.
        guess: What a model makes of a sentence; None without a model.

    Raises:
        ValueError: If there are more labels than keys, or standard input is no terminal.
    """
    if len(definitions) > len(LABEL_KEYS):
        raise ValueError(f"{len(definitions)} labels are more than the {len(LABEL_KEYS)} keys there are")
    labels = dict(zip(LABEL_KEYS, definitions, strict=False))
    skipped: set[str] = set()
    history: list[str] = []  # sentences answered or skipped in this run, in order
    with _keys() as keys:
        while True:
            left = [row for row in rows if row.sentence not in answers.answered and row.sentence not in skipped]
            if not left:
                break
            row = left[0]
            answered = len(rows) - len(left) - len(skipped)
            _show(row.sentence, f"{answered} of {len(rows)} labelled, {len(skipped)} skipped", guess)
            for key, label in labels.items():
                click.echo(f"  {click.style(key, bold=True)} {label:<12} {definitions[label]}")
            click.echo(f"\n  {UNDO} undo   {SKIP} skip   {QUIT} quit")
            key = next(key for key in keys if key in (*labels, SKIP, QUIT) or (key == UNDO and history))
            if key == QUIT:
                break
            if key == UNDO:
                last = history.pop()
                if last in skipped:
                    skipped.remove(last)
                else:
                    answers.undo()
                continue
            history.append(row.sentence)
            if key == SKIP:
                skipped.add(row.sentence)
            else:
                answers.add(Row(labels[key], row.sentence, row.group))


def _show(sentence: str, progress: str, guess: Callable[[str], Tagged | None]) -> None:
    click.clear()
    click.echo(f"{progress}\n\n{click.wrap_text(sentence, shutil.get_terminal_size().columns)}\n")
    if tagged := guess(sentence):
        click.echo(f"  model: {tagged.label} ({tagged.confidence:.0%})\n")


@contextmanager
def _keys() -> Iterator[Iterator[str]]:
    """Keys as they are pressed, without Enter; those typed ahead are kept, and the end of input counts as quitting."""
    descriptor = sys.stdin.fileno()
    if not os.isatty(descriptor):
        raise ValueError("labelling wants a terminal")
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor, termios.TCSADRAIN)
    try:
        yield _read_keys(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read_keys(descriptor: int) -> Iterator[str]:
    while typed := os.read(descriptor, 64):
        if not typed.startswith(b"\x1b"):  # arrows and other keys that send more than themselves
            yield from typed.decode(errors="replace")
    yield QUIT
