"""One encoder for all threads of a process: its batches are filled from every request that waits."""

import threading
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.encoder import SentenceEncoder


class _Job:
    """The sentences of one call, shortest first, and their embeddings as far as they are done."""

    def __init__(self, sequences: Sequence[Sequence[int]], hidden: int) -> None:
        self.sequences = sequences
        self.waiting = deque(sorted(range(len(sequences)), key=lambda row: len(sequences[row])))
        self.embeddings = np.empty((len(sequences), hidden), dtype=np.float32)
        self.missing = len(sequences)
        self.error: Exception | None = None
        self.done = threading.Event()


class BatchingEncoder:
    """Runs an encoder in a thread of its own, one batch at a time, and shares each batch out among the callers.

    The weights are read from memory once a batch, which is most of what a single sentence costs: eight callers with one
    sentence each are served in little more than the time of two. A long call leaves room in its batches for short ones.

    Args:
        encoder: The encoder.
    """

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self._jobs: deque[_Job] = deque()
        self._arrived = threading.Condition()
        self._thread: threading.Thread | None = None

    def run(self, sequences: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Embeddings, (n, hidden), of sentences given by their sub-word ids.

        Raises:
            Exception: What the encoder raised.
        """
        job = _Job(sequences, self._encoder.hidden)
        if not job.missing:
            return job.embeddings
        with self._arrived:
            if self._thread is None:  # not before the first call: a thread does not survive a fork
                self._thread = threading.Thread(target=self._serve, name="encoder", daemon=True)
                self._thread.start()
            self._jobs.append(job)
            self._arrived.notify()
        job.done.wait()
        if job.error:
            raise job.error
        return job.embeddings

    def _serve(self) -> None:
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._jobs)
                batch = self._fill()
            try:
                embeddings = self._encoder.run([job.sequences[row] for job, row in batch])
            except Exception as error:  # it belongs to the callers, and the thread must go on
                self._fail(batch, error)
                continue
            for (job, row), embedding in zip(batch, embeddings, strict=True):
                job.embeddings[row] = embedding
                job.missing -= 1
                if not job.missing:
                    job.done.set()

    def _fill(self) -> list[tuple[_Job, int]]:
        """Take an equal share from each job that waits, and what room is left from the first ones."""
        size = self._encoder.batch_size
        batch: list[tuple[_Job, int]] = []
        share = max(size // len(self._jobs), 1)
        for take in (share, size):
            for job in self._jobs:
                for _ in range(min(take, size - len(batch), len(job.waiting))):
                    batch.append((job, job.waiting.popleft()))
        self._jobs.rotate(-1)
        self._jobs = deque(job for job in self._jobs if job.waiting)
        return batch

    def _fail(self, batch: list[tuple[_Job, int]], error: Exception) -> None:
        failed = {id(job): job for job, _ in batch}
        with self._arrived:
            self._jobs = deque(job for job in self._jobs if id(job) not in failed)
        for job in failed.values():
            job.error = error
            job.done.set()
