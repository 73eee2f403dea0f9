"""How far a run is, on standard error: plain lines, which a log can keep."""

import time
from datetime import timedelta

import click

_INTERVAL = 10.0  # seconds between two lines


class Progress:
    """Counts documents, and says when the last will be done.

    Args:
        documents: How many there are.
        skipped: Those that an earlier run has done; they say nothing about the pace of this one.
    """

    def __init__(self, documents: int, skipped: int) -> None:
        self._documents = documents
        self._skipped = skipped
        self._done = self._sentences = 0
        self._began = time.monotonic()
        self._next_line = self._began

    def advance(self, documents: int, sentences: int) -> None:
        """Documents that are done now, with the sentences they have."""
        self._done += documents
        self._sentences += sentences
        left = self._documents - self._skipped - self._done
        now = time.monotonic()
        if left and now < self._next_line:
            return
        self._next_line = now + _INTERVAL
        elapsed = now - self._began
        eta = timedelta(seconds=round(elapsed / self._done * left))
        done = f"{self._documents - left} of {self._documents} documents"
        click.echo(f"{done}, {self._sentences / elapsed:.0f} sentences a second, {eta} left", err=True)
