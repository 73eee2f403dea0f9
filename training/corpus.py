"""Labelled sentences on disk: the project's corpus, and plain two-column files."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
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
        label: One of `models.labels.LABELS`.
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
    return _read(paths, len(COLUMNS), _corpus_row, header="\t".join(COLUMNS))


def load_pairs(path: Path) -> list[Row]:
    """Read a file to evaluate on: ``label TAB sentence`` a line and no header; sentences may repeat.

    Raises:
        CorpusError: If the file is empty or unreadable, or rows are malformed.
    """
    rows = _read([path], 2, lambda cells: Row(cells[0], cells[1], group=cells[1]), repeats=True)
    if not rows:
        raise CorpusError(f"{path}: no rows")
    return rows


def corpus_digest(rows: Iterable[Row]) -> str:
    """SHA-256 over labels, groups and sentences, in order."""
    state = hashlib.sha256()
    for row in rows:
        state.update(f"{row.label}\t{row.group}\t{row.sentence}\n".encode())
    return state.hexdigest()


def _corpus_row(cells: Sequence[str]) -> Row:
    label, group, genre, round_, sentence = cells
    return Row(label, sentence, group, genre, round_)


def _read(
    paths: Sequence[Path],
    width: int,
    build: Callable[[Sequence[str]], Row],
    header: str = "",
    repeats: bool = False,
) -> list[Row]:
    rows: list[Row] = []
    faults: list[str] = []
    first: dict[str, tuple[str, str]] = {}
    for path in paths:
        for number, line in _lines(path, header, faults):
            place = f"{path.name}:{number}"
            cells = line.split("\t")
            if len(cells) != width:
                faults.append(f"{place}: {len(cells)} columns where {width} are due")
            elif cells[0] not in LABELS:
                faults.append(f"{place}: unknown label {cells[0]!r}")
            elif not cells[-1].strip():
                faults.append(f"{place}: empty sentence")
            elif cells[-1] in first and not repeats:
                place_of_first, label = first[cells[-1]]
                kind = "repeats" if label == cells[0] else f"labels {cells[0]} what is {label} at"
                faults.append(f"{place}: {kind} {place_of_first}")
            else:
                first[cells[-1]] = (place, cells[0])
                rows.append(build(cells))
    if faults:
        raise CorpusError("\n".join(faults))
    return rows


def _lines(path: Path, header: str, faults: list[str]) -> Iterator[tuple[int, str]]:
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")  # a sentence may hold any other line separator
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path}: {error}")
        return
    if header and lines[0].rstrip("\r") != header:
        faults.append(f"{path.name}:1: the header must be {header.expandtabs(1)!r}")
        return
    for number, line in enumerate(lines, start=1):
        if line.strip() and not (header and number == 1):
            yield number, line.rstrip("\r")
