import numpy as np
import pytest
from sklearn.metrics import f1_score

from models.head import StatementHead
from models.labels import LABELS
from training.corpus import load_corpus
from training.suggestion import suggest, uncertainty


def test_uncertainty_by_hand():
    scores = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.2, 0.6, 0.2]])
    assert uncertainty(scores) == pytest.approx([1.0, 0.0, 0.6])


def test_of_sentences_that_are_alike_one_is_suggested():
    # three knots of four near-copies, all as uncertain, and thirty others of which the model is sure
    rng = np.random.default_rng(0)
    knots = np.repeat(np.eye(3, 8) * 10, 4, axis=0)
    embeddings = np.vstack([knots, np.zeros((30, 8))]) + rng.normal(size=(42, 8)) * 0.1
    scores = np.array([[0.5, 0.5]] * 12 + [[1.0, 0.0]] * 30)
    assert sorted(row // 4 for row in suggest(embeddings, scores, 3)) == [0, 1, 2]


def test_a_small_pool_is_suggested_whole_and_in_order():
    scores = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3]])
    assert suggest(np.eye(3), scores, 5) == [1, 2, 0]


def test_it_beats_random_choice_on_the_corpus(classifier):
    rows = [row for row in load_corpus() if row.held_out]
    rows = [rows[index] for index in np.random.default_rng(0).permutation(len(rows))[:600]]
    embeddings = classifier.pipeline.named_steps["encoder"].transform([row.sentence for row in rows])
    labels = np.array([row.label for row in rows])

    def macro_f1(chosen, tested):
        head = StatementHead(0.1, 1.0).fit(embeddings[chosen], labels[chosen])
        return f1_score(labels[tested], head.predict(embeddings[tested]), average="macro", labels=LABELS)

    gains = []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(rows))
        start, pool, tested = order[:30], order[30:300], order[300:]
        head = StatementHead(0.1, 1.0).fit(embeddings[start], labels[start])
        suggested = pool[suggest(embeddings[pool], head.predict_proba(embeddings[pool]), 30)]
        gains.append(macro_f1([*start, *suggested], tested) - macro_f1([*start, *pool[:30]], tested))
    assert np.mean(gains) > 0.01, gains
