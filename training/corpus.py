"""The project's corpus of labelled sentences."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from models.labels import LABELS

CORPUS = Path(__file__).parent / "corpus"
COLUMNS = ("label", "group", "genre", "round", "sentence")

#: Share of groups kept out of every fit, for calibration and for an honest figure on unseen articles.
HELD_OUT_PERCENT = 10


class CorpusError(ValueError):
    """A labelled file holds rows that cannot be used; the message has one line a fault."""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled sentence.

    Attributes:
        label: One of `models.labels.LABELS`, or of the user's own.
        sentence: The sentence as printed.
        group: What must stay in one fold: an article, a contrast set, or the sentence alone.
        genre: Kind of text, such as ``wire`` or ``court``.
        round: Writing round it came from.
    """

    label: str
    sentence: str
    group: str = ""
    genre: str = ""
    round: str = ""

    @property
    def from_article(self) -> bool:
        """Whether the row is a sentence of a whole article, and not written singly or in a contrast set."""
        return self.genre not in ("single", "contrast", "headline")

    @property
    def held_out(self) -> bool:
        """Whether the row's group is kept out of fitting; decided by a hash, so that new rows move no old ones."""
        return int.from_bytes(hashlib.sha256(self.group.encode()).digest()[:4]) % 100 < HELD_OUT_PERCENT


def load_corpus(directory: Path = CORPUS) -> list[Row]:
    """Read every ``.tsv`` file of the corpus, in name order.

    Raises:
        CorpusError: If a file is missing its header, or rows are malformed, repeated or labelled in two ways.
    """
    paths = sorted(directory.glob("*.tsv"))
    if not paths:
        raise CorpusError(f"{directory}: no .tsv files")
    rows: list[Row] = []
    faults: list[str] = []
    first: dict[str, tuple[str, str]] = {}
    for path in paths:
        for number, line in _lines(path, faults):
            place = f"{path.name}:{number}"
            cells = line.split("\t")
            if len(cells) != len(COLUMNS):
                faults.append(f"{place}: {len(cells)} columns where {len(COLUMNS)} are due")
                continue
            label, group, genre, round_, sentence = cells
            if label not in LABELS:
                faults.append(f"{place}: unknown label {label!r}")
            elif not sentence.strip():
                faults.append(f"{place}: empty sentence")
            elif sentence in first:
                place_of_first, label_of_first = first[sentence]
                kind = "repeats" if label_of_first == label else f"labels {label} what is {label_of_first} at"
                faults.append(f"{place}: {kind} {place_of_first}")
            else:
                first[sentence] = (place, label)
                rows.append(Row(label, sentence, group, genre, round_))
    if faults:
        raise CorpusError("\n".join(faults))
    return rows


def corpus_digest(rows: Iterable[Row]) -> str:
    """SHA-256 over labels, groups and sentences, in order."""
    state = hashlib.sha256()
    for row in rows:
        state.update(f"{row.label}\t{row.group}\t{row.sentence}\n".encode())
    return state.hexdigest()


def _lines(path: Path, faults: list[str]) -> Iterator[tuple[int, str]]:
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")  # a sentence may hold any other line separator
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path}: {error}")
        return
    if lines[0].rstrip("\r") != "\t".join(COLUMNS):
        faults.append(f"{path.name}:1: the header must be {' '.join(COLUMNS)!r}")
        return
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            yield number, line.rstrip("\r")
