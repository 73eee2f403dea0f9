"""The output folder: partitions that are either whole or not there, and a record of the run they belong to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import orjson
import pyarrow
from fsspec.core import url_to_fs
from pyarrow import parquet

#: A leading underscore keeps readers of Parquet folders away.
RUN = "_run.json"
REJECTS = "_rejects.jsonl"


class Output:
    """A folder, local or in an object store; created if missing.

    Args:
        url: Its path or URL.
        suffix: ``parquet`` or ``jsonl``, the format of the partitions.

    Raises:
        OSError: If it cannot be created.
    """

    def __init__(self, url: str, suffix: str) -> None:
        self.url = url
        self.suffix = suffix
        self._files, self._path = url_to_fs(url)
        self._files.makedirs(self._path, exist_ok=True)

    def finished(self) -> set[int]:
        """Numbers of the partitions that are there."""
        pattern = re.compile(rf"part-(\d+)\.{self.suffix}")
        return {int(match[1]) for name in self._names() if (match := pattern.fullmatch(name))}

    def run(self) -> dict[str, Any] | None:
        """What the record says of the run this folder belongs to; None if the folder is new.

        Raises:
            ValueError: If the folder holds files and no record.
        """
        names = self._names()
        if RUN in names:
            record: dict[str, Any] = orjson.loads(self._files.cat_file(f"{self._path}/{RUN}"))
            return record
        if strangers := [name for name in names if not name.startswith("_")]:
            raise ValueError(f"{self.url} is not the output of an earlier run, yet holds {strangers[0]}")
        return None

    def write_run(self, record: Mapping[str, Any]) -> None:
        """Write the record."""
        with self._replacing(RUN) as file:
            file.write(orjson.dumps(record, option=orjson.OPT_INDENT_2))

    def write_rejects(self, rejects: Iterable[Any]) -> None:
        """Write the rejected rows, one a line, as they come."""
        with self._replacing(REJECTS) as file:
            for reject in rejects:
                file.write(orjson.dumps(reject, option=orjson.OPT_APPEND_NEWLINE))

    def write(self, number: int, table: pyarrow.Table) -> None:
        """Write a partition."""
        with self._replacing(f"part-{number:08}.{self.suffix}") as file:
            if self.suffix == "parquet":
                parquet.write_table(table, file, compression="zstd")
            else:
                file.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in table.to_pylist())

    def _names(self) -> list[str]:
        return [path.rsplit("/", 1)[-1] for path in self._files.ls(self._path, detail=False)]

    @contextmanager
    def _replacing(self, name: str) -> Iterator[BinaryIO]:
        """A file to write to, that gets its name only once it is complete."""
        part = f"{self._path}/_{name}.part"
        with self._files.open(part, "wb") as file:
            yield file
        self._files.mv(part, f"{self._path}/{name}")
