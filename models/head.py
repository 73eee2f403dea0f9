"""The last step of the pipeline: from embeddings to calibrated probabilities and prediction sets."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_array, check_is_fitted, check_X_y

from models.labels import LABELS, Label

#: Shares of the labels in real English news, counted on hand-labelled Reuters, Xinhua, NYT, BBC and US political copy.
NEWS_PRIOR: Final[Mapping[str, float]] = {
    Label.THREAT: 0.03,
    Label.WARNING: 0.045,
    Label.ALLEGATION: 0.06,
    Label.ANALYSIS: 0.305,
    Label.REPORT: 0.56,
}


class StatementHead(ClassifierMixin, BaseEstimator):
    """Multinomial logistic regression with a temperature, and a prior other than the training rows' where one is given.

    For a changed prior, probabilities are multiplied by the ratio of the wanted to the training shares and normalised
    (Saerens, Latinne & Decaestecker, *Adjusting the Outputs of a Classifier to New a Priori Probabilities*, 2002).

    Args:
        C: Inverse strength of the L2 penalty.
        temperature: Divides the logits (Guo et al., *On Calibration of Modern Neural Networks*, 2017). Above 1 it
            tempers the confidence learnt on a corpus, which is easier to read than real news.
        prior: Label to share; None keeps the shares of the training rows.
        coverage: Probability that a prediction set is to hold the true label.
    """

    def __init__(
        self,
        C: float = 0.01,  # noqa: N803
        temperature: float = 1.3,
        prior: Mapping[str, float] | None = None,
        coverage: float = 0.9,
    ) -> None:
        self.C = C
        self.temperature = temperature
        self.prior = prior
        self.coverage = coverage

    def fit(self, X: ArrayLike, y: Sequence[str]) -> Self:  # noqa: N803
        """Fit on embeddings, (n, hidden), and label names, (n,).

        Columns of the probabilities follow `LABELS` where the rows carry exactly these, and sorted order otherwise.

        Raises:
            ValueError: If shapes or values do not fit, or fewer than two labels occur.
        """
        embeddings, labels = check_X_y(X, y, dtype=np.float64)
        found = set(labels.tolist())
        self.classes_ = np.array(LABELS if found == set(LABELS) else sorted(found))
        self.n_features_in_ = embeddings.shape[1]
        model = LogisticRegression(C=self.C, max_iter=2000).fit(embeddings, labels)
        order = [model.classes_.tolist().index(label) for label in self.classes_]
        coef, intercept = model.coef_, model.intercept_
        if len(coef) == 1:  # scikit-learn keeps one row for two labels
            coef, intercept = np.vstack([-coef, coef]) / 2, np.concatenate([-intercept, intercept]) / 2
        shares = np.array([(labels == label).mean() for label in self.classes_])
        wanted = shares if self.prior is None else np.array([self.prior[label] for label in self.classes_])
        self.coef_ = coef[order] / self.temperature
        self.intercept_ = (intercept[order] + np.log(wanted / wanted.sum() / shares)) / self.temperature
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Logits, (n, labels): linear in the embedding."""
        check_is_fitted(self)
        embeddings = check_array(X, dtype=np.float64)
        logits: NDArray[np.float64] = embeddings @ self.coef_.T + self.intercept_
        return logits

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Probabilities, (n, labels); each row sums to 1."""
        logits = self.decision_function(X)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Label names, (n,)."""
        predicted: NDArray[Any] = self.classes_[self.decision_function(X).argmax(axis=1)]
        return predicted

    def prediction_sets(self, probabilities: NDArray[np.float64]) -> list[tuple[int, ...]]:
        """Smallest label sets whose probabilities reach ``coverage``, as column indices, best first.

        The adaptive sets of Romano, Sesia & Candès, *Classification with Valid and Adaptive Coverage* (2020), without
        their randomised last label. How often they hold the true label is measured in the model card.
        """
        return [self._prediction_set(row) for row in probabilities.tolist()]

    def _prediction_set(self, row: list[float]) -> tuple[int, ...]:
        # plain Python: on five numbers NumPy spends more on its calls than on the work
        best_first = sorted(range(len(row)), key=row.__getitem__, reverse=True)
        reached = accumulate(row[column] for column in best_first)
        size = sum(mass < self.coverage - 1e-9 for mass in reached) + 1
        return tuple(best_first[:size])
