import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.artefact import load_artefact
from models.labels import LABELS

TEXT = "The union said it would walk out on Monday unless pay talks resume. He denied it.\n\nWas it wise?"


def test_a_text_gives_one_row_a_sentence(classifier):
    rows = classifier.tag_text(TEXT)
    assert [TEXT[start:end] for (start, end), _ in rows] == [item.text for _, item in rows]
    assert len(rows) == 3


def test_scores_are_probabilities_and_the_label_is_the_best(classifier):
    for _, item in classifier.tag_text(TEXT):
        assert sum(item.scores) == pytest.approx(1)
        assert item.label == LABELS[int(np.argmax(item.scores))]
        assert item.confidence == max(item.scores)
        assert item.labels_90[0] == item.label


def test_a_sentence_scores_the_same_in_any_company(classifier):
    sentences = [
        f"{name} denied it." for name in ("He", "She", "Paris", "Rome", "Nobody", "Everybody", "They", "Lyon", "Oslo")
    ]
    sentences += ["Rivers are rising fast, and people must leave now, the mayor said.", "Why?"]
    alone = np.vstack([classifier.scores([sentence]) for sentence in sentences])
    np.testing.assert_allclose(classifier.scores(sentences), alone, rtol=0, atol=1e-6)
    np.testing.assert_allclose(classifier.scores(sentences[::-1]), alone[::-1], rtol=0, atol=1e-6)


def test_nothing_gives_nothing(classifier):
    assert classifier.tag([]) == []
    assert classifier.tag_text(" \n") == []
    assert classifier.scores([]).shape == (0, 5)


@given(st.text(min_size=1))
@settings(max_examples=50, deadline=None)
def test_any_text_has_scores(classifier, text):
    assert np.isfinite(classifier.scores([text])).all()


def test_the_pipeline_survives_pickling():
    pipeline = load_artefact().pipeline
    before = pipeline.predict_proba([TEXT])
    assert np.array_equal(pickle.loads(pickle.dumps(pipeline)).predict_proba([TEXT]), before)  # noqa: S301
