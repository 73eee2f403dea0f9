"""The head's penalty and temperature for given data, chosen on folds that keep groups whole."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.metrics import f1_score, log_loss
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.utils.extmath import softmax

from models.head import StatementHead

FOLDS = 5
#: Inverse penalties in the order they are tried: from the shipped model's outwards, so that any budget ends well.
PENALTIES = tuple(sorted(np.geomspace(1e-3, 10, 9).tolist(), key=lambda penalty: abs(np.log(penalty / 0.01))))
_TEMPERATURES = np.geomspace(0.25, 4, 97)
_SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)

#: Rows to fit on and rows to test on.
Fold = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class Trial:
    """One penalty, judged out of fold.

    Attributes:
        penalty: Inverse strength of the L2 penalty, the head's ``C``.
        temperature: The one under which the scores are likeliest.
        loss: Mean negative log-likelihood of the gold labels at that temperature, in nats a sentence.
        scores: Probabilities from heads that have not seen the row's group, at that temperature, (n, labels).
    """

    penalty: float
    temperature: float
    loss: float
    scores: NDArray[np.float64]


def grouped_folds(labels: Sequence[str], groups: Sequence[str], always: int = 0) -> list[Fold]:
    """Folds that keep groups whole and label shares alike.

    Args:
        labels: (n,).
        groups: (n,).
        always: How many rows behind these n every fold fits on and none tests on.
    """
    every = np.arange(len(labels), len(labels) + always)
    splits = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(groups, labels, groups)
    return [(np.concatenate([fitted, every]), tested) for fitted, tested in splits]


def out_of_fold(
    head: StatementHead,
    embeddings: NDArray[np.float32],
    gold: NDArray[np.str_],
    folds: Sequence[Fold],
    labels: Sequence[str],
) -> NDArray[np.float64]:
    """Probabilities of the tested rows, (n, labels), each from a head that was fitted without the row's fold.

    Args:
        head: Unfitted; cloned for each fold.
        embeddings: (n, hidden), or more rows if the folds always fit on some.
        gold: Label names, as many.
        folds: Their tested rows are 0 to n - 1, each once.
        labels: Order of the columns.
    """
    scores = np.zeros((sum(len(tested) for _, tested in folds), len(labels)))
    for fitted, tested in folds:
        fold = clone(head).fit(embeddings[fitted], gold[fitted])
        columns = np.array([labels.index(label) for label in fold.classes_])
        scores[np.ix_(tested, columns)] = fold.predict_proba(embeddings[tested])
    return scores


def search(
    embeddings: NDArray[np.float32],
    gold: NDArray[np.str_],
    folds: Sequence[Fold],
    labels: Sequence[str],
    seconds: float,
) -> Iterator[Trial]:
    """Judge one penalty after another, until all are judged or the time is up; the first always is.

    Args as `out_of_fold` takes them.
    """
    deadline = time.monotonic() + seconds
    for penalty in PENALTIES:
        untempered = StatementHead(penalty, temperature=1.0)
        logits = np.log(np.maximum(out_of_fold(untempered, embeddings, gold, folds, labels), 1e-12))
        truth = [labels.index(label) for label in gold[: len(logits)]]
        columns = list(range(len(labels)))
        losses = [log_loss(truth, softmax(logits / temperature), labels=columns) for temperature in _TEMPERATURES]
        best = int(np.argmin(losses))
        temperature = float(_TEMPERATURES[best])
        yield Trial(penalty, temperature, float(losses[best]), softmax(logits / temperature))
        if time.monotonic() > deadline:
            return


def learning_curve(
    head: StatementHead,
    embeddings: NDArray[np.float32],
    gold: NDArray[np.str_],
    folds: Sequence[Fold],
    labels: Sequence[str],
) -> list[tuple[int, float]]:
    """Macro-F1 out of fold by how many rows a head is fitted on; parts that miss a label are left out.

    Args as `out_of_fold` takes them. Rows that every fold fits on are not counted.
    """
    tested = sum(len(fold) for _, fold in folds)
    order = np.random.default_rng(0).permutation(tested)
    curve = []
    for share in _SHARES:
        kept = set(order[: round(share * tested)].tolist())
        parts = [(np.array([row for row in fitted if row >= tested or row in kept]), fold) for fitted, fold in folds]
        if all(len(set(gold[fitted])) == len(labels) for fitted, _ in parts):
            top = out_of_fold(head, embeddings, gold, parts, labels).argmax(axis=1)
            truth = [labels.index(label) for label in gold[:tested]]
            counted = round(share * tested * (1 - 1 / FOLDS))
            curve.append((counted, float(f1_score(truth, top, average="macro"))))
    return curve
