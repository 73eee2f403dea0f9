"""Documents from JSON lines, CSV and Parquet, on disk or in an object store; a file is never held whole."""

import csv
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import orjson
import pyarrow
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.utils import infer_compression
from pyarrow import parquet

MAX_ROW = 16 * 1024 * 1024  # longest JSON line in bytes, and CSV field in characters
_BATCH = 256  # Parquet rows decoded at once
_BUFFER = 1024 * 1024  # bytes read at once

#: A row's number in its file, counted from 1, and its columns; or, if it cannot be read, the reason.
Row = tuple[int, dict[str, Any] | str]


@dataclass(frozen=True, slots=True)
class Document:
    """A text to classify."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is no document.

    Attributes:
        file: URL of its file.
        row: Where it is: the line of a JSON lines or CSV file on which it begins, the row of a Parquet file, from 1.
        reason: What is wrong with it.
    """

    file: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """An input file."""

    files: AbstractFileSystem
    path: str

    @property
    def url(self) -> str:
        """Its address, protocol included."""
        url: str = self.files.unstrip_protocol(self.path)
        return url

    @property
    def fingerprint(self) -> str:
        """Changes when the file does, as far as its file system can tell."""
        fingerprint: str = self.files.ukey(self.path)
        return fingerprint


def find(inputs: Sequence[str], output: str) -> list[Source]:
    """Input files, in the order of their names.

    Args:
        inputs: Files, folders and patterns, each a path or a URL. Of a folder every file is taken that ends in one of
            the known suffixes, unless it or a folder above it is hidden by a leading ``.`` or ``_``.
        output: Folder whose files are never input.

    Raises:
        FileNotFoundError: If an input holds no file of a known suffix.
    """
    output_files, output_path = url_to_fs(output)
    within = f"{output_files.unstrip_protocol(output_path).rstrip('/')}/"
    found: dict[str, Source] = {}
    for given in inputs:
        files, path = url_to_fs(given)
        sources = [
            Source(files, name)
            for match in ([path] if files.exists(path) else files.glob(path))
            for name in files.find(match)
            if _format(name) and not any(part.startswith((".", "_")) for part in name[len(match) :].split("/"))
        ]
        if not sources:
            raise FileNotFoundError(f"{given}: no such file, or none that ends in {', '.join(_READERS)}")
        found |= {source.url: source for source in sources if not source.url.startswith(within)}
    return [found[url] for url in sorted(found)]


def read(sources: Sequence[Source], id_column: str, text_column: str) -> Iterator[Document | Reject]:
    """Every row of every file, as a document or with the reason why it is none.

    Raises:
        ValueError: If a file lacks a column, or cannot be read as what its suffix says.
    """
    for source in sources:
        try:
            for number, row in _rows(source, [id_column, text_column]):
                try:
                    yield _document(row, id_column, text_column)
                except ValueError as error:
                    yield Reject(source.url, number, str(error))
        except (EOFError, ValueError, pyarrow.ArrowException, zlib.error) as error:
            raise ValueError(f"{source.url}: {error}") from error


def _document(row: dict[str, Any] | str, id_column: str, text_column: str) -> Document:
    """Check a row.

    Raises:
        ValueError: With the reason why it is no document.
    """
    if isinstance(row, str):
        raise ValueError(row)
    identifier, text = row.get(id_column), row.get(text_column)
    if not isinstance(identifier, str | int) or isinstance(identifier, bool) or identifier == "":
        raise ValueError(f"{id_column} is neither a string nor an integer")
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{text_column} is not a text")
    try:
        f"{identifier}{text}".encode()
    except UnicodeEncodeError as error:
        raise ValueError("not UTF-8") from error
    return Document(str(identifier), text)


def _format(path: str) -> str | None:
    """The known suffix of a file name, which a suffix of compression may follow."""
    name = PurePosixPath(path)
    suffix = PurePosixPath(name.stem).suffix if infer_compression(path) else name.suffix
    return suffix if suffix in _READERS else None


def _rows(source: Source, columns: list[str]) -> Iterator[Row]:
    suffix = _format(source.path)
    assert suffix is not None
    compression = None if suffix == ".parquet" else "infer"
    with source.files.open(source.path, "rb", compression=compression) as raw, io.BufferedReader(raw, _BUFFER) as file:
        yield from _READERS[suffix](file, columns)


def _json_lines(file: BinaryIO, _columns: list[str]) -> Iterator[Row]:
    number = 0
    while line := file.readline(MAX_ROW):
        number += 1
        if len(line) == MAX_ROW and not line.endswith(b"\n"):
            while len(line) == MAX_ROW and not line.endswith(b"\n"):
                line = file.readline(MAX_ROW)
            yield number, f"longer than {MAX_ROW} bytes"
        elif line.strip():
            yield number, _json_object(line)


def _json_object(line: bytes) -> dict[str, Any] | str:
    try:
        row = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return f"not JSON: {error}"
    return row if isinstance(row, dict) else "not a JSON object"


def _csv(file: BinaryIO, columns: list[str]) -> Iterator[Row]:
    csv.field_size_limit(MAX_ROW)
    # bytes that are not UTF-8 become lone surrogates, which spoil their own row and no other
    with io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        header = next(reader, [])
        _require(columns, header)
        while True:
            number = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield number, f"not CSV: {error}"
                continue
            if len(row) == len(header):
                yield number, dict(zip(header, row, strict=True))
            elif row:
                yield number, f"{len(row)} columns, not {len(header)}"


def _parquet(file: BinaryIO, columns: list[str]) -> Iterator[Row]:
    # buffered beforehand, a row group would be held whole, and files of a single one are common
    table = parquet.ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False)
    _require(columns, table.schema_arrow.names)
    number = 0
    for batch in table.iter_batches(_BATCH, columns=columns):
        for cells in zip(*(batch.column(name) for name in columns), strict=True):
            number += 1
            try:
                yield number, {name: cell.as_py() for name, cell in zip(columns, cells, strict=True)}
            except UnicodeDecodeError:
                yield number, "not UTF-8"


def _require(columns: Sequence[str], present: Sequence[str]) -> None:
    for name in columns:
        if name not in present:
            raise ValueError(f"there is no column {name!r} among {', '.join(map(repr, present)) or 'none'}")


_Reader = Callable[[BinaryIO, list[str]], Iterator[Row]]
_READERS: dict[str, _Reader] = {".jsonl": _json_lines, ".ndjson": _json_lines, ".csv": _csv, ".parquet": _parquet}
