import numpy as np
import pytest
from sklearn.base import clone

from models.head import NEWS_PRIOR, StatementHead
from models.labels import LABELS

RNG = np.random.default_rng(0)
Y = RNG.choice(LABELS, 500)
X = np.eye(5)[[LABELS.index(label) for label in Y]] * 3 + RNG.normal(size=(500, 5))


def test_it_learns_and_keeps_the_codebooks_column_order():
    head = StatementHead(C=1, temperature=1).fit(X, Y)
    assert head.classes_.tolist() == list(LABELS)
    assert (head.predict(X) == Y).mean() > 0.9


def test_probabilities_follow_from_the_logits_and_sum_to_one():
    head = StatementHead(C=1, temperature=1).fit(X, Y)
    logits, probabilities = head.decision_function(X), head.predict_proba(X)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert np.allclose(np.log(probabilities) - logits, (np.log(probabilities) - logits)[:, :1])


def test_the_prior_moves_probabilities_by_the_ratio_of_shares():
    plain = StatementHead(C=1, temperature=1).fit(X, Y).predict_proba(X)
    moved = StatementHead(C=1, temperature=1, prior=dict(NEWS_PRIOR)).fit(X, Y).predict_proba(X)
    shares = np.array([(label == Y).mean() for label in LABELS])
    expected = plain * [NEWS_PRIOR[label] for label in LABELS] / shares
    assert np.allclose(moved, expected / expected.sum(axis=1, keepdims=True))


def test_temperature_divides_the_logits():
    cool = StatementHead(C=1, temperature=1).fit(X, Y).decision_function(X)
    assert np.allclose(StatementHead(C=1, temperature=2).fit(X, Y).decision_function(X), cool / 2)


def test_own_labels_and_two_of_them():
    two = np.where(np.isin(Y, LABELS[:2]), "yes", "no")
    head = StatementHead(C=1, temperature=1).fit(X, two)
    assert head.classes_.tolist() == ["no", "yes"]
    assert head.predict_proba(X).shape == (500, 2)
    assert (head.predict(X) == two).mean() > 0.9


def test_prediction_sets_are_the_smallest_that_reach_the_coverage():
    sets = StatementHead(coverage=0.9).prediction_sets(np.array([[0.05, 0.92, 0.03], [0.5, 0.1, 0.4], [0.6, 0.3, 0.1]]))
    assert sets == [(1,), (0, 2), (0, 1)]


def test_sets_never_run_out_of_labels():
    assert StatementHead(coverage=1.0).prediction_sets(np.array([[0.7, 0.2, 0.1 - 1e-9]])) == [(0, 1, 2)]


@pytest.mark.parametrize(
    ("features", "labels"), [(X[:3], Y), (X, ["report"] * 500), (np.full((2, 2), np.nan), ["a", "b"])]
)
def test_bad_input_is_refused(features, labels):
    with pytest.raises(ValueError):  # noqa: PT011 - the wording is scikit-learn's
        StatementHead().fit(features, labels)


def test_it_clones():
    head = StatementHead(C=2, prior=dict(NEWS_PRIOR), coverage=0.8)
    assert clone(head).get_params() == head.get_params()
