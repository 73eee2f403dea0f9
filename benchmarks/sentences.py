"""The sentences that every contestant gets: of the corpus, each once."""

import random
from collections.abc import Iterator

from models.sentences import split
from training.corpus import load_corpus


def corpus_sentences() -> Iterator[str]:
    """Sentences of the corpus in a fixed random order, those that the splitter leaves whole.

    None comes twice, so that no score is remembered from before.
    """
    rows = load_corpus()
    random.Random(0).shuffle(rows)  # noqa: S311
    return (row.sentence for row in rows if len(split(row.sentence)) == 1)
