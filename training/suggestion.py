"""Which unlabelled sentences would teach a model most: the uncertain ones, and no two alike.

Zhdanov, *Diverse mini-batch Active Learning* (2019, arXiv:1901.05954): the most uncertain sentences, four for every one
wanted, are put by k-means over their embeddings, weighted by uncertainty, into as many clusters as sentences are
wanted; of each the one nearest to its centre is taken.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

_CANDIDATES = 4  # uncertain sentences looked at for each that is suggested


def uncertainty(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 minus the margin between the two best labels, (n,): 1 where they tie, 0 where one label is certain."""
    best_two = np.sort(scores, axis=1)[:, -2:]
    return np.asarray(1 - (best_two[:, 1] - best_two[:, 0]))


def suggest(embeddings: NDArray[np.float32], scores: NDArray[np.float64], number: int) -> list[int]:
    """Rows to label next, the most uncertain first.

    Args:
        embeddings: (n, hidden).
        scores: Probabilities, (n, labels).
        number: How many rows; all if there are no more.
    """
    doubt = uncertainty(scores)
    candidates = np.argsort(-doubt, kind="stable")[: _CANDIDATES * number]
    if len(candidates) <= number:
        return [int(row) for row in candidates]
    found = embeddings[candidates]
    clusters = KMeans(number, n_init=10, random_state=0).fit(found, sample_weight=doubt[candidates])
    nearest_first = np.argsort(clusters.transform(found).min(axis=1), kind="stable")
    _, first = np.unique(clusters.labels_[nearest_first], return_index=True)
    return [int(row) for row in candidates[np.sort(nearest_first[first])]]
