import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from models.batching import BatchingEncoder


class GatedEncoder:
    """Stands in for the network: an embedding is the id; it waits at a gate and records its batches."""

    batch_size, hidden = 4, 1

    def __init__(self):
        self.gate, self.batches = threading.Event(), []

    def run(self, sequences):
        self.batches.append([number for (number,) in sequences])
        assert self.gate.wait(10)
        if 13 in self.batches[-1]:
            raise ValueError("thirteen")
        return np.array(sequences, dtype=np.float32)


@pytest.fixture
def gated():
    return GatedEncoder()


def eventually(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def test_callers_that_wait_share_batches(gated):
    encoder = BatchingEncoder(gated)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(encoder.run, [[0]])
        eventually(lambda: gated.batches)  # the first batch is under way, the others have to wait
        others = [pool.submit(encoder.run, [[number]]) for number in range(1, 5)]
        eventually(lambda: len(encoder._jobs) == 4)
        gated.gate.set()
        assert [call.result(10)[0, 0] for call in [first, *others]] == [0, 1, 2, 3, 4]
    assert [sorted(batch) for batch in gated.batches] == [[0], [1, 2, 3, 4]]


def test_a_short_call_does_not_wait_for_the_end_of_a_long_one(gated):
    encoder = BatchingEncoder(gated)
    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(encoder.run, [[number] for number in range(100, 140)])
        eventually(lambda: gated.batches)
        short = pool.submit(encoder.run, [[1]])
        eventually(lambda: len(encoder._jobs) == 2)
        gated.gate.set()
        assert short.result(10).tolist() == [[1]]
        assert long.result(10)[:, 0].tolist() == list(range(100, 140))
    assert 1 in gated.batches[1]


def test_an_error_reaches_its_callers_and_the_next_call_is_served(gated):
    gated.gate.set()
    encoder = BatchingEncoder(gated)
    with pytest.raises(ValueError, match="thirteen"):
        encoder.run([[number] for number in range(12, 18)])
    assert encoder.run([[3]]).tolist() == [[3]]


def test_no_sentences_give_no_rows(gated):
    assert BatchingEncoder(gated).run([]).shape == (0, 1)
