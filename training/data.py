"""Users' own sentences, labelled or not: tables (TSV, CSV), JSON Lines and plain text."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.sentences import split
from training.corpus import CorpusError, Row

#: Names a column may go by, the first one found counting.
_COLUMNS = {"label": ("label",), "sentence": ("sentence", "text"), "group": ("group", "document")}
_LONGEST_LABEL = 60  # characters; a longer one is a sentence in the wrong column

#: Line number of a row, with its cells by column name or what is wrong with it.
_Records = Iterator[tuple[int, Mapping[str, Any] | str]]


def read_labelled(paths: Iterable[Path], labels: Sequence[str] | None = None, one_label: bool = False) -> list[Row]:
    """Read labelled sentences, with white space made single spaces.

    A table without a header holds label and sentence. Rows without a group share one with those of the same words.

    Args:
        paths: ``.tsv``, ``.csv`` or ``.jsonl`` files.
        labels: The only labels allowed, if given.
        one_label: Whether to refuse a sentence that occurs with two labels.

    Raises:
        CorpusError: If there are no rows, or rows cannot be used: one line a fault, with file, line and reason.
        OSError: If a file cannot be read.
    """
    rows: list[Row] = []
    faults: list[str] = []
    first: dict[str, tuple[str, str]] = {}
    for path in paths:
        for number, record in _records(path, ("label", "sentence")):
            place = f"{path}:{number}"
            row = record if isinstance(record, str) else _labelled(record, labels)
            if isinstance(row, str):
                faults.append(f"{place}: {row}")
                continue
            earlier, label = first.setdefault(row.sentence, (place, row.label))
            if one_label and label != row.label:
                faults.append(f"{place}: labels {row.label} what is {label} at {earlier}")
            rows.append(row)
    if faults:
        raise CorpusError("\n".join(faults))
    if not rows:
        raise CorpusError("no rows in the data")
    return rows


def read_sentences(path: Path) -> list[Row]:
    """Read sentences to be labelled, each once; their labels are left empty.

    Args:
        path: ``.tsv``, ``.csv`` or ``.jsonl`` with a column for the sentence, or ``.txt``, which is split.

    Raises:
        CorpusError: As `read_labelled` does.
        OSError: If the file cannot be read.
    """
    if path.suffix == ".txt":
        text = _decode(path)
        rows = [Row("", " ".join(text[start:end].split()), path.stem) for start, end in split(text)]
    else:
        found = [
            (number, record if isinstance(record, str) else _unlabelled(record))
            for number, record in _records(path, ("sentence",))
        ]
        if faults := [f"{path}:{number}: {row}" for number, row in found if isinstance(row, str)]:
            raise CorpusError("\n".join(faults))
        rows = [row for _, row in found if isinstance(row, Row)]
    if not rows:
        raise CorpusError(f"{path}: no sentences")
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.sentence, row)
    return list(first.values())


def read_definitions(path: Path) -> dict[str, str]:
    """Read a label set: ``label TAB definition`` a line.

    Raises:
        CorpusError: If a line has another form or repeats a label, or there are fewer than two.
        OSError: If the file cannot be read.
    """
    definitions: dict[str, str] = {}
    for number, cells in _tab_separated(_decode(path)):
        if len(cells) != 2 or cells[0] in definitions or not all(cell.strip() for cell in cells):
            raise CorpusError(f"{path}:{number}: wants a label of its own, a tab and a definition")
        definitions[cells[0].strip()] = cells[1].strip()
    if len(definitions) < 2:
        raise CorpusError(f"{path}: two labels are the least")
    return definitions


def words_of(sentence: str) -> str:
    """What near-duplicates have in common: the words, without case, punctuation and spacing."""
    return " ".join(re.findall(r"\w+", sentence.casefold()))


def _labelled(record: Mapping[str, Any], labels: Sequence[str] | None) -> Row | str:
    row = _unlabelled(record)
    if isinstance(row, str):
        return row
    label = _cell(record, "label")
    if not isinstance(label, str) or not label.strip():
        return "the label is missing, blank or not a string"
    label = label.strip()
    if len(label) > _LONGEST_LABEL or not label.isprintable():
        return f"{label[:_LONGEST_LABEL]!r}... is no label: are the columns in another order?"
    if labels and label not in labels:
        return f"unknown label {label!r}"
    return Row(label, row.sentence, row.group)


def _unlabelled(record: Mapping[str, Any]) -> Row | str:
    sentence, group = _cell(record, "sentence"), _cell(record, "group")
    if not isinstance(sentence, str) or not sentence.strip():
        return "the sentence is missing, blank or not a string"
    named = "" if group is None else " ".join(str(group).split())
    return Row("", " ".join(sentence.split()), named or words_of(sentence))


def _cell(record: Mapping[str, Any], column: str) -> Any:  # noqa: ANN401 - JSON holds anything
    return next((record[name] for name in _COLUMNS[column] if name in record), None)


def _records(path: Path, due: Sequence[str]) -> _Records:
    match path.suffix:
        case ".tsv":
            return _table(_tab_separated(_decode(path)), due)
        case ".csv":
            return _table(_comma_separated(_decode(path)), due)
        case ".jsonl":
            return _json_lines(_decode(path))
    raise CorpusError(f"{path}: the name must end in .tsv, .csv or .jsonl")


def _decode(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CorpusError(f"{path}:{line}: not UTF-8") from error


def _json_lines(text: str) -> _Records:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            json.dumps(record, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            yield number, "holds a lone surrogate"
        except (ValueError, RecursionError) as error:
            yield number, f"not JSON: {error}"
        else:
            yield number, record if isinstance(record, dict) else "not a JSON object"


def _tab_separated(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.split("\n"), start=1):  # a sentence may hold any other line separator
        if line.strip():
            yield number, line.rstrip("\r").split("\t")


def _comma_separated(text: str) -> Iterator[tuple[int, list[str] | str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for cells in reader:
            if cells:
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        yield number, f"not CSV: {error}"


def _table(rows: Iterable[tuple[int, list[str] | str]], due: Sequence[str]) -> _Records:
    names: list[str] = []
    for number, cells in rows:
        if isinstance(cells, str):
            yield number, cells
            return
        if not names:
            names = [cell.strip().casefold() for cell in cells]
            known = {column for column, aliases in _COLUMNS.items() if set(aliases) & set(names)}
            if known:
                if missing := set(due) - known:
                    yield number, f"the header names no {' and no '.join(sorted(missing))}"
                    return
                continue
            names = ["label", "sentence"]
        if len(cells) == len(names):
            yield number, dict(zip(names, cells, strict=True))
        else:
            yield number, f"{len(cells)} columns where {len(names)} are due"
