import numpy as np
import pytest

from models.labels import LABELS
from training.evaluation import calibration_error, evaluate

GOLD = ["threat", "report", "report", "analysis"]
SCORES = np.array(
    [[0.6, 0.1, 0.1, 0.1, 0.1], [0.0, 0.0, 0.0, 0.2, 0.8], [0.0, 0.0, 0.0, 0.7, 0.3], [0.1, 0.1, 0.1, 0.5, 0.2]]
)
SETS = [(0, 1), (4,), (3,), (3, 4)]


def test_figures_by_hand():
    report = evaluate(GOLD, SCORES, SETS, LABELS)
    assert report.accuracy == 0.75
    assert report.per_label["threat"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}
    assert report.per_label["report"]["f1"] == pytest.approx(2 / 3)
    assert report.macro_f1 == pytest.approx((1 + 0 + 0 + 2 / 3 + 2 / 3) / 5)
    assert report.confusion["report"] == {"threat": 0, "warning": 0, "allegation": 0, "analysis": 1, "report": 1}
    assert report.coverage_90 == 0.75
    assert report.set_size_90 == 1.5


def test_the_text_form_holds_the_figures():
    text = str(evaluate(GOLD, SCORES, SETS, LABELS))
    assert "accuracy   0.750" in text
    assert all(label in text for label in LABELS)


def test_calibration_error_by_hand():
    confidence = np.array([0.9, 0.9, 0.55, 1.0])
    correct = np.array([True, False, True, True])
    # bins: {0.9, 0.9}: |0.5 - 0.9| * 1/2; {0.55}: 0.45 * 1/4; {1.0}: 0
    assert calibration_error(confidence, correct) == pytest.approx(0.5 * 0.4 + 0.25 * 0.45)


def test_perfect_and_worst_calibration():
    assert calibration_error(np.ones(4), np.ones(4, bool)) == 0
    assert calibration_error(np.ones(4), np.zeros(4, bool)) == 1


@pytest.mark.parametrize(
    ("gold", "scores", "said"),
    [([], np.empty((0, 5)), "do not fit"), (GOLD[:2], SCORES, "do not fit"), (["opinion"] * 4, SCORES, "opinion")],
)
def test_what_does_not_fit_is_refused(gold, scores, said):
    with pytest.raises(ValueError, match=said):
        evaluate(gold, scores, SETS, LABELS)
