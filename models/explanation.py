"""Which words of a sentence speak for its label.

The head is linear and the embedding is the mean of the sub-words' states, so a label's logit is exactly the sum of the
head's intercept and one contribution a sub-word. Each state, however, comes from a transformer that has read the whole
sentence: a contribution is what the network holds *at* a word, not what would be lost by leaving the word out.
"""

from collections.abc import Sequence
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
        value: Positive if it speaks for the label.
    """

    span: Span
    value: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The logit of a label taken apart: ``intercept + boundary + sum of the words' values = logit``.

    Attributes:
        label: The label explained.
        logit: Its logit; the scores are the softmax of all labels' logits.
        intercept: What every sentence starts from.
        boundary: What the marks at the two ends of the sentence add.
        words: What each word adds, in order.
    """

    label: str
    logit: float
    intercept: float
    boundary: float
    words: tuple[Contribution, ...]


def explain(
    sentence: str,
    states: NDArray[np.float32],
    tokeniser: WordPiece,
    label: str,
    weights: NDArray[np.float64],
    intercept: float,
) -> Explanation:
    """Take a label's logit apart.

    Args:
        sentence: The sentence.
        states: States of its sub-words, (tokens, hidden), end marks included.
        tokeniser: What cut it into sub-words.
        label: The label.
        weights: The head's weights for that label, (hidden,).
        intercept: The head's intercept for it.
    """
    values = states.astype(np.float64) @ weights / len(states)
    words = tokeniser.words(sentence)
    edges = np.cumsum([1, *(ids for _, _, ids in words)])
    parts = _sums(values, edges.tolist())
    return Explanation(
        label=label,
        logit=float(values.sum() + intercept),
        intercept=intercept,
        boundary=float(values[0] + values[edges[-1] :].sum()),
        words=tuple(Contribution(Span(start, end), part) for (start, end, _), part in zip(words, parts, strict=True)),
    )


def _sums(values: NDArray[np.float64], edges: Sequence[int]) -> list[float]:
    return [float(values[first:last].sum()) for first, last in pairwise(edges)]
