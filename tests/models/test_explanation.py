from itertools import pairwise

import numpy as np
import pytest

from models.artefact import SHIPPED
from models.encoder import VOCABULARY
from models.wordpiece import WordPiece

SENTENCES = [
    "The ministry warned that the dam won't hold if it rains again.",
    "“Naïve” – that’s what the ex-chancellor called it!",
    "(Reporting by A. Nobody; editing by B. Nobody)",
    "Cafe\u0301s reopened; the Ελλάδα desk said 中国 agreed… ",
    "\u200b",
    "word " * 400,
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_parts_add_up_to_the_logit(classifier, sentence):
    (item,) = classifier.explain([sentence])
    found = item.explanation
    total = found.intercept + found.remainder + sum(word.value for word in found.words)
    assert total == pytest.approx(found.logit, abs=1e-9)
    logits = classifier.pipeline.decision_function([sentence])[0]
    assert found.label == item.label
    assert found.logit == pytest.approx(logits[classifier.labels.index(item.label)], abs=1e-4)


def test_a_contribution_is_what_the_logit_loses_without_the_word(classifier):
    sentence, shorter = "He warned of rain.", "He of rain."
    found = classifier.explain([sentence])[0].explanation
    without = classifier.pipeline.decision_function([shorter])[0][classifier.labels.index(found.label)]
    (start, end), value = found.words[1].span, found.words[1].value
    assert sentence[start:end] == "warned"
    assert value == pytest.approx(found.logit - without, abs=1e-4)


def test_explained_sentences_are_tagged_alike(classifier):
    scores = np.array([item.scores for item in classifier.explain(SENTENCES)])
    assert np.abs(scores - classifier.scores(SENTENCES)).max() < 1e-5
    assert classifier.explain([]) == []


@pytest.mark.parametrize("sentence", SENTENCES)
def test_words_have_all_ids_of_the_sentence(sentence):
    tokeniser = WordPiece.from_file(SHIPPED / VOCABULARY, max_tokens=160)
    words = tokeniser.words(sentence)
    pieces = [piece for start, end, ids in words for piece in tokeniser(sentence[start:end])[1:-1][:ids]]
    assert pieces == tokeniser(sentence)[1:-1]
    assert all(start < end for start, end, _ in words)
    assert all(before[1] <= after[0] for before, after in pairwise(words))


def test_contractions_and_compounds_are_one_word():
    tokeniser = WordPiece.from_file(SHIPPED / VOCABULARY)
    sentence = "He won't see the ex-chancellor's ‘plan’."
    words = [sentence[start:end] for start, end, _ in tokeniser.words(sentence)]
    assert words == ["He", "won't", "see", "the", "ex-chancellor's", "‘", "plan", "’", "."]
