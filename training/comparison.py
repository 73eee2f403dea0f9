"""Whether one model is better than another on the same labelled sentences, beyond the luck of the draw.

The paired bootstrap (Efron & Tibshirani, *An Introduction to the Bootstrap*, 1993; Koehn, *Statistical Significance
Tests for Machine Translation Evaluation*, 2004), drawing whole groups, since sentences of one article go right or wrong
together. With it McNemar's exact test on the sentences that only one of the two gets right.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.corpus import Row

RESAMPLES = 2000
LEAST_ROWS = 30  # a kind of fewer sentences is left out
MARGIN = 0.01  # of macro-F1: what B may lose and still count as not worse

_MODAL = re.compile(r"\b(can|could|may|might|must|shall|should|will|would|won't|can't|cannot)\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(not|no|never|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b", re.IGNORECASE)
#: Kinds of sentences besides those of each gold label.
_KINDS: Mapping[str, Callable[[str], bool]] = {
    "up to 12 words": lambda sentence: len(sentence.split()) <= 12,
    "13 to 25 words": lambda sentence: 12 < len(sentence.split()) <= 25,
    "over 25 words": lambda sentence: len(sentence.split()) > 25,
    "with a quotation": lambda sentence: any(mark in sentence for mark in '"“”'),
    "question": lambda sentence: "?" in sentence,
    "with a modal verb": lambda sentence: bool(_MODAL.search(sentence)),
    "with a negation": lambda sentence: bool(_NEGATION.search(sentence)),
    "with a figure": lambda sentence: any(character.isdigit() for character in sentence),
}


@dataclass(frozen=True)
class Difference:
    """B's figure minus A's.

    Attributes:
        a: Figure of A.
        b: Figure of B.
        low: Lower end of the 95% interval of b - a.
        high: Upper end.
        better: Share of resamples in which B is better.
    """

    a: float
    b: float
    low: float
    high: float
    better: float

    def __str__(self) -> str:
        return f"{self.b - self.a:+.3f} [{self.low:+.3f}, {self.high:+.3f}] {self.better:5.0%}"


@dataclass(frozen=True)
class Comparison:
    """Two models on one kind of sentences.

    Attributes:
        sentences: How many.
        macro_f1: Over the labels that occur in the gold.
        accuracy: Share of top labels that are the gold one.
        only_a: Sentences that only A gets right.
        only_b: Sentences that only B gets right.
        p: McNemar's exact two-sided p-value of these two counts.
    """

    sentences: int
    macro_f1: Difference
    accuracy: Difference
    only_a: int
    only_b: int
    p: float

    def as_dict(self) -> dict[str, Any]:
        """The comparison as JSON writes it."""
        return asdict(self)

    def verdict(self) -> str:
        """One sentence: is B better, worse, not worse or undecided?"""
        found = self.macro_f1
        interval = f"95% interval of its macro-F1 minus A's: {found.low:+.3f} to {found.high:+.3f}"
        if found.low > 0:
            return f"B is better ({interval})."
        if found.high < 0:
            return f"B is worse ({interval})."
        if found.low >= -MARGIN:
            return f"B is not worse: it loses at most {MARGIN} ({interval})."
        return f"Undecided: B may be better or worse ({interval})."


def compare(rows: Sequence[Row], a: Sequence[str], b: Sequence[str]) -> dict[str, Comparison]:
    """Compare two models' labels, (n,) each, on labelled rows, (n,): overall, and by kinds of sentences."""
    labels = sorted({row.label for row in rows})
    every = list(range(len(rows)))
    kinds = {f"gold {label}": [index for index in every if rows[index].label == label] for label in labels}
    kinds |= {name: [index for index in every if holds(rows[index].sentence)] for name, holds in _KINDS.items()}
    kinds = {"all": every} | {name: chosen for name, chosen in kinds.items() if len(chosen) >= LEAST_ROWS}
    return {
        name: _compare(
            [rows[index] for index in chosen], [a[index] for index in chosen], [b[index] for index in chosen]
        )
        for name, chosen in kinds.items()
    }


def table(found: Mapping[str, Comparison]) -> str:
    """The kinds of sentences as lines of text."""
    width = max(map(len, found)) + 2
    lines = [
        "B minus A [95% interval], share of resamples in which B is better",
        "",
        f"{'':{width}}sentences  {'macro-F1':<31}{'accuracy':<31}only A  only B       p",
    ]
    lines += [
        f"{kind:{width}}{row.sentences:9}  {row.macro_f1!s:<31}{row.accuracy!s:<31}"
        f"{row.only_a:6}  {row.only_b:6}  {row.p:6.3f}"
        for kind, row in found.items()
    ]
    return "\n".join(lines)


def _compare(rows: Sequence[Row], a: Sequence[str], b: Sequence[str]) -> Comparison:
    gold = [row.label for row in rows]
    groups = np.unique([row.group for row in rows], return_inverse=True)[1]
    tables = [_group_tables(gold, predicted, groups) for predicted in (a, b)]
    rng = np.random.default_rng(0)
    size = len(tables[0])
    # how often each group is drawn; first the sample as it is
    draws = [np.ones(size, int), *(rng.multinomial(size, np.full(size, 1 / size)) for _ in range(RESAMPLES))]
    resampled = [np.stack([np.tensordot(draw, table, 1) for draw in draws]) for table in tables]
    only_a = sum(x == label != y for label, x, y in zip(gold, a, b, strict=True))
    only_b = sum(y == label != x for label, x, y in zip(gold, a, b, strict=True))
    macro_f1, accuracy = (_difference(*map(figure, resampled)) for figure in (_macro_f1, _accuracy))
    return Comparison(len(rows), macro_f1, accuracy, only_a, only_b, mcnemar(only_a, only_b))


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided p-value of so uneven a split, where either model is as likely to be the one that is right."""
    disputed = only_a + only_b
    tail = sum(math.comb(disputed, count) for count in range(min(only_a, only_b) + 1))
    return min(1.0, float(2 * tail / 2**disputed))


def _group_tables(gold: Sequence[str], predicted: Sequence[str], groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each group and gold label: rows of that label, rows predicted as it, rows right; (groups, labels, 3)."""
    labels = {label: position for position, label in enumerate(sorted(set(gold)))}
    tables = np.zeros((groups.max() + 1, len(labels), 3), int)
    for group, truth, guess in zip(groups, gold, predicted, strict=True):
        tables[group, labels[truth], 0] += 1
        if guess in labels:
            tables[group, labels[guess], 1] += 1
        tables[group, labels[truth], 2] += truth == guess
    return tables


def _macro_f1(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    of_label, predicted, right = np.moveaxis(tables, -1, 0)
    f1: NDArray[np.float64] = 2 * right / np.maximum(of_label + predicted, 1)
    return np.asarray(f1.mean(axis=-1))


def _accuracy(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(tables[..., 2].sum(axis=-1) / tables[..., 0].sum(axis=-1))


def _difference(a: NDArray[np.float64], b: NDArray[np.float64]) -> Difference:
    gain = (b - a)[1:]
    low, high = np.quantile(gain, [0.025, 0.975])
    return Difference(float(a[0]), float(b[0]), float(low), float(high), float((gain > 0).mean()))
