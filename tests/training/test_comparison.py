import numpy as np
import pytest
from sklearn.metrics import f1_score

from training.comparison import compare, mcnemar, table
from training.corpus import Row

RNG = np.random.default_rng(0)
LABELS = ("no", "yes")


def rows(count, group=lambda index: str(index)):
    return [Row(LABELS[index % 2], f"Will it rain on day {index}?", group(index)) for index in range(count)]


def noisy(gold, share):
    """The gold labels, a share of them wrong."""
    wrong = RNG.random(len(gold)) < share
    return [LABELS[row.label == "no"] if is_wrong else row.label for row, is_wrong in zip(gold, wrong, strict=True)]


def test_figures_by_hand():
    gold = rows(40)
    a = ["no"] * 40
    b = [row.label for row in gold[:30]] + ["yes"] * 10
    found = compare(gold, a, b)["all"]
    labels = [row.label for row in gold]
    assert found.accuracy.a == 0.5
    assert found.accuracy.b == 35 / 40
    assert found.macro_f1.a == pytest.approx(f1_score(labels, a, average="macro"))
    assert found.macro_f1.b == pytest.approx(f1_score(labels, b, average="macro"))
    assert (found.only_a, found.only_b) == (5, 20)
    assert found.accuracy.low < 15 / 40 < found.accuracy.high


def test_mcnemar_by_hand():
    assert mcnemar(0, 0) == 1
    assert mcnemar(3, 3) == 1
    assert mcnemar(1, 5) == mcnemar(5, 1) == 2 * (1 + 6) / 2**6
    assert mcnemar(2000, 2200) < 0.01


@pytest.mark.parametrize(
    ("share_a", "share_b", "said"),
    [(0.3, 0.1, "B is better"), (0.1, 0.3, "B is worse"), (0.2, 0.2, "Undecided")],
)
def test_the_verdict_follows_the_interval(share_a, share_b, said):
    gold = rows(400)
    assert compare(gold, noisy(gold, share_a), noisy(gold, share_b))["all"].verdict().startswith(said)


def test_a_model_is_not_worse_than_itself():
    gold = rows(100)
    labels = noisy(gold, 0.2)
    found = compare(gold, labels, labels)["all"]
    assert found.verdict().startswith("B is not worse")
    assert found.p == 1


def test_sentences_of_one_group_are_drawn_together():
    # the same answers: as many independent sentences, or copies of a tenth as many
    alone, together = rows(400), rows(400, group=lambda index: str(index // 10))
    a, b = noisy(alone[:40], 0.3), noisy(alone[:40], 0.1)
    spread = [
        (found := compare(gold, np.repeat(a, 10).tolist(), np.repeat(b, 10).tolist())["all"].accuracy).high - found.low
        for gold in (
            [Row(alone[i // 10].label, alone[i].sentence, group[i].group) for i in range(400)]
            for group in (alone, together)
        )
    ]
    assert spread[1] == pytest.approx(spread[0] * np.sqrt(10), rel=0.2)


def test_only_kinds_of_enough_sentences_are_shown():
    gold = [*rows(60), *(Row("maybe", "It rained.", str(index)) for index in range(10))]
    found = compare(gold, noisy(gold[:60], 0.1) + ["yes"] * 10, noisy(gold[:60], 0.1) + ["maybe"] * 10)
    assert {"all", "gold no", "gold yes", "question", "with a modal verb", "up to 12 words"} <= found.keys()
    assert not {"gold maybe", "over 25 words", "with a quotation"} & found.keys()
    assert found["question"].sentences == 60
    assert all(kind in table(found) for kind in found)
