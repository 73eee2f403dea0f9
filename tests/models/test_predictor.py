import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.cache import ScoreCache
from models.predictor import Predictor
from training.corpus import load_corpus


@pytest.fixture(scope="module")
def predictor(classifier):
    return Predictor(classifier.pipeline)


def test_it_agrees_with_the_pipeline_on_the_corpus(classifier, predictor):
    sentences = [row.sentence for row in load_corpus()[::150]]
    assert np.abs(predictor(sentences) - classifier.pipeline.predict_proba(sentences)).max() <= 1e-6


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=200), max_size=6))
def test_it_agrees_with_the_pipeline_on_any_text(classifier, predictor, sentences):
    expected = classifier.pipeline.predict_proba(sentences) if sentences else np.empty((0, 5))
    assert np.abs(predictor(sentences) - expected).max(initial=0) <= 1e-6


def test_it_decides_as_the_head_does_on_any_embedding(classifier, predictor):
    embeddings = np.random.default_rng(0).normal(0, 0.5, (2000, 768)).astype(np.float32)
    head = classifier.pipeline[-1]
    assert np.abs(predictor.decide(embeddings) - head.predict_proba(embeddings)).max() <= 1e-6


def test_a_sentence_that_repeats_is_encoded_once(classifier):
    asked = []

    encoder = classifier.pipeline[0]
    names = {tuple(encoder.tokeniser(sentence)): sentence for sentence in ("One.", "Two.", "Three.")}

    def run(sequences):
        asked.extend(names[tuple(sequence)] for sequence in sequences)
        return encoder.run(sequences)

    predictor = Predictor(classifier.pipeline, run, cache_size=2)
    first = predictor(["One.", "Two.", "One."])
    assert asked == ["One.", "Two."]
    assert (first[0] == first[2]).all()
    assert (predictor(["Two.", "Three."])[0] == first[1]).all()
    assert asked == ["One.", "Two.", "Three."]
    predictor(["One."])  # the least recently used one had to go
    assert asked[3:] == ["One."]


def test_a_cache_of_none_keeps_none():
    cache = ScoreCache(0)
    cache.put("One.", np.ones(5))
    assert cache.get("One.") is None


def test_what_a_sentence_is_encoded_with_does_not_matter(classifier):
    encoder = classifier.pipeline[0]
    sentences = [row.sentence for row in load_corpus()[7::2000]]
    alone = np.concatenate([encoder.transform([sentence]) for sentence in sentences])
    assert np.abs(encoder.transform(sentences) - alone).max() <= 1e-5
