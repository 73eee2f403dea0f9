from pathlib import Path

import pytest

from tests.fuzz.target import examine


@pytest.mark.parametrize("path", sorted(Path(__file__).with_name("corpus").iterdir()), ids=lambda path: path.name)
def test_inputs_of_the_corpus_do_no_harm(path):
    examine(path.read_bytes())
