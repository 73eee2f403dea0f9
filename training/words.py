"""Which words speak for which label, over many sentences."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from models.classifier import Classifier
from models.cli import in_batches
from training.corpus import Row

_SHOWN = 15
_EXPLAINED = 400  # sentences looked at, at most: each takes a run of the encoder a word
_LEAST_GROUPS = 3  # groups a word must occur in; names of one article would lead otherwise
_SILENT = 3  # further sentences in which each word is taken to add nothing; a rare word must speak the louder


def top_words(classifier: Classifier, rows: Sequence[Row]) -> Mapping[str, Sequence[tuple[str, float]]]:
    """For each label the words of highest mean contribution to its logit, over some of the sentences that hold it.

    A sentence that gets another label counts as no contribution, so that words common to all labels do not lead.
    """
    sums: dict[str, dict[str, float]] = {label: defaultdict(float) for label in classifier.labels}
    occurrences: Counter[str] = Counter()
    groups: dict[str, set[str]] = defaultdict(set)
    sample = random.Random(0).sample(rows, min(_EXPLAINED, len(rows)))  # noqa: S311 - a fixed sample
    for batch in in_batches(sample, "explaining"):
        for row, item in zip(batch, classifier.explain([row.sentence for row in batch]), strict=True):
            assert item.explanation
            for word in item.explanation.words:
                text = item.text[word.span.start : word.span.end].casefold()
                sums[item.label][text] += word.value
                occurrences[text] += 1
                groups[text].add(row.group)
    means = {
        label: {
            word: total / (occurrences[word] + _SILENT)
            for word, total in of_label.items()
            if len(groups[word]) >= _LEAST_GROUPS
        }
        for label, of_label in sums.items()
    }
    return {label: sorted(words.items(), key=lambda item: -item[1])[:_SHOWN] for label, words in means.items()}
