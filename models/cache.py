"""Scores of sentences met before: wires, agencies and quotations repeat themselves."""

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray


class ScoreCache:
    """Least-recently-used store of score rows, safe to share between threads.

    Args:
        size: Most sentences kept; 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._rows: OrderedDict[str, NDArray[np.float64]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, sentence: str) -> NDArray[np.float64] | None:
        """Scores of a sentence, (labels,), or None if they are not at hand."""
        with self._lock:
            row = self._rows.get(sentence)
            if row is not None:
                self._rows.move_to_end(sentence)
            return row

    def put(self, sentence: str, row: NDArray[np.float64]) -> None:
        """Keep the scores of a sentence, (labels,)."""
        with self._lock:
            self._rows[sentence] = row
            if len(self._rows) > self.size:
                self._rows.popitem(last=False)
