"""Which words speak for which label, over many sentences."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from models.classifier import Classifier
from models.cli import in_batches

_SHOWN = 15
_LEAST = 3  # sentences a word must speak in, so that no chance word leads


def top_words(classifier: Classifier, sentences: Sequence[str]) -> Mapping[str, Sequence[tuple[str, float]]]:
    """For each label its words of highest mean contribution, in logits, over the sentences that get the label."""
    contributions: dict[str, dict[str, list[float]]] = {label: defaultdict(list) for label in classifier.labels}
    for batch in in_batches(sentences, "explaining"):
        for item in classifier.explain(batch):
            assert item.explanation
            for word in item.explanation.words:
                text = item.text[word.span.start : word.span.end].casefold()
                contributions[item.label][text].append(word.value)
    return {label: _highest(words) for label, words in contributions.items()}


def _highest(words: Mapping[str, Sequence[float]]) -> Sequence[tuple[str, float]]:
    means = {word: sum(found) / len(found) for word, found in words.items() if len(found) >= _LEAST}
    return sorted(means.items(), key=lambda item: -item[1])[:_SHOWN]
