"""The flag that says a server is about to stop: set by the master process, seen by its workers."""

import mmap


class Draining:
    """A flag shared with every process forked after it was made."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, 1)  # anonymous and shared

    @property
    def begun(self) -> bool:
        """Whether the flag is up."""
        return self._page[0] != 0

    def begin(self) -> None:
        """Raise the flag; it stays up."""
        self._page[0] = 1
