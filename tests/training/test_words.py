from models.classifier import Tagged
from models.explanation import Contribution, Explanation
from models.sentences import Span
from training.corpus import Row
from training.words import top_words


class Said:
    """Stands for a classifier: the label is the first word, and words add what the test says."""

    labels = ("yes", "no")

    def __init__(self, values):
        self.values = values

    def explain(self, sentences):
        for sentence in sentences:
            words, start = [], 0
            for word in sentence.split():
                words.append(Contribution(Span(start, start + len(word)), self.values[word.casefold()]))
                start += len(word) + 1
            label = sentence.split()[0]
            yield Tagged(sentence, label, 1.0, (1.0, 0.0), (label,), Explanation(label, 0, 0, 0, tuple(words)))


def test_words_lead_by_their_mean_contribution_to_the_label():
    values = {"yes": 0, "no": 0, "the": 1.0, "surely": 1.0, "hardly": 1.0, "name": 9.0}
    rows = [Row("", f"yes the Surely{' name' if group == 0 else ''}", str(group)) for group in range(3)]
    rows += [Row("", "no the hardly", str(group)) for group in range(3)]
    words = top_words(Said(values), rows)
    # three of six sentences with "the" are of each label; "name" is known from one group only
    assert words["yes"] == [("surely", 3 / 6), ("the", 3 / 9), ("yes", 0)]
    assert words["no"] == [("hardly", 3 / 6), ("the", 3 / 9), ("no", 0)]
