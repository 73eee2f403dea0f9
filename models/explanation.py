"""Which words of a sentence speak for its label, and which against it.

The head is linear in the embedding, but the encoder reads a sentence as a whole: its words have no shares of their own.
So each word is left out in turn, and what the label's logit loses by that is the word's contribution (Li, Monroe &
Jurafsky, *Understanding Neural Networks through Representation Erasure*, 2016). What the words do only together is in
none of these; it is the remainder.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.sentences import Span
from models.wordpiece import WordPiece


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one word adds to the logit.

    Attributes:
        span: Where the word stands in the sentence.
        value: How much lower the logit is without the word: positive if it speaks for the label.
    """

    span: Span
    value: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The logit of a label taken apart: ``intercept + remainder + sum of the words' values = logit``.

    Attributes:
        label: The label explained.
        logit: Its logit; the scores are the softmax of all labels' logits.
        intercept: What every sentence starts from.
        remainder: What no single word accounts for: the words' joint effect, counted more than once or not at all.
        words: What each word adds, in order.
    """

    label: str
    logit: float
    intercept: float
    remainder: float
    words: tuple[Contribution, ...]


def explain(
    sentence: str,
    label: str,
    tokeniser: WordPiece,
    run: Callable[[Sequence[Sequence[int]]], NDArray[np.float32]],
    weights: NDArray[np.float64],
    intercept: float,
) -> Explanation:
    """Take a label's logit apart, at the cost of encoding the sentence once for each of its words.

    Args:
        sentence: The sentence.
        label: The label.
        tokeniser: Cuts it into sub-words.
        run: Turns sub-word ids into embeddings, (n, hidden).
        weights: The head's weights for the label, (hidden,).
        intercept: The head's intercept for it.
    """
    ids = tokeniser(sentence)
    words = tokeniser.words(sentence)
    ends = np.cumsum([1, *(count for _, _, count in words)]).tolist()  # the first id is the mark of the beginning
    without = [ids[:first] + ids[last:] for first, last in pairwise(ends)]
    logit, *reduced = (run([ids, *without]).astype(np.float64) @ weights + intercept).tolist()
    return Explanation(
        label=label,
        logit=logit,
        intercept=intercept,
        remainder=logit - intercept - sum(logit - value for value in reduced),
        words=tuple(
            Contribution(Span(start, end), logit - value) for (start, end, _), value in zip(words, reduced, strict=True)
        ),
    )
