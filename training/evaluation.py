"""How well predicted probabilities agree with gold labels."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

#: Equal-width confidence bins of the calibration error.
BINS = 15


@dataclass(frozen=True)
class Report:
    """Figures on one set of sentences.

    Attributes:
        sentences: How many.
        accuracy: Share whose top label is the gold one.
        macro_f1: Mean F1 over the labels.
        calibration_error: Expected calibration error (Naeini et al. 2015) of the top label, 15 equal-width bins.
        coverage_90: Share whose prediction set holds the gold label.
        set_size_90: Mean size of those sets.
        per_label: Precision, recall, F1 and support of each label.
        confusion: Gold label to predicted label to count.
    """

    sentences: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    coverage_90: float
    set_size_90: float
    per_label: Mapping[str, Mapping[str, float]]
    confusion: Mapping[str, Mapping[str, int]]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON writes it."""
        return asdict(self)

    def __str__(self) -> str:
        labels = list(self.per_label)
        width = max(map(len, labels)) + 2
        lines = [
            f"sentences  {self.sentences}",
            f"accuracy   {self.accuracy:.3f}",
            f"macro-F1   {self.macro_f1:.3f}",
            f"ECE        {self.calibration_error:.3f}   ({BINS} bins)",
            f"labels_90  {self.coverage_90:.3f} of sets hold the gold label, {self.set_size_90:.2f} labels a set",
            "",
            f"{'':{width}}precision  recall      F1  support",
        ]
        for label in labels:
            row = self.per_label[label]
            figures = f"{row['precision']:9.3f}  {row['recall']:6.3f}  {row['f1']:6.3f}  {row['support']:7.0f}"
            lines.append(f"{label:{width}}{figures}")
        lines += ["", f"{'gold / predicted':{width + 6}}" + "".join(f"{label:>{width}}" for label in labels)]
        lines += [
            f"{gold:{width + 6}}" + "".join(f"{self.confusion[gold][label]:>{width}}" for label in labels)
            for gold in labels
        ]
        return "\n".join(lines)


def evaluate(
    gold: Sequence[str], scores: NDArray[np.float64], sets: Sequence[Sequence[int]], labels: Sequence[str]
) -> Report:
    """Compare scores, (n, labels), and prediction sets with gold labels, (n,).

    Raises:
        ValueError: If the lengths differ, there are no rows, or a gold label is unknown.
    """
    if not len(gold) == len(scores) == len(sets) or not gold:
        raise ValueError(f"{len(gold)} gold labels, {len(scores)} rows of scores and {len(sets)} sets do not fit")
    index = {label: position for position, label in enumerate(labels)}
    if unknown := set(gold) - index.keys():
        raise ValueError(f"labels the model does not know: {', '.join(sorted(unknown))}")
    truth = np.array([index[label] for label in gold])
    top = scores.argmax(axis=1)
    positions = list(range(len(labels)))
    precision, recall, f1, support = precision_recall_fscore_support(truth, top, labels=positions, zero_division=0)
    matrix = confusion_matrix(truth, top, labels=positions)
    return Report(
        sentences=len(gold),
        accuracy=float((truth == top).mean()),
        macro_f1=float(np.mean(f1)),
        calibration_error=calibration_error(scores.max(axis=1), truth == top),
        coverage_90=float(np.mean([answer in members for answer, members in zip(truth, sets, strict=True)])),
        set_size_90=float(np.mean([len(members) for members in sets])),
        per_label={
            label: {
                "precision": float(precision[position]),
                "recall": float(recall[position]),
                "f1": float(f1[position]),
                "support": int(support[position]),
            }
            for label, position in index.items()
        },
        confusion={
            gold_label: {label: int(matrix[row, column]) for label, column in index.items()}
            for gold_label, row in index.items()
        },
    )


def calibration_error(confidence: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = BINS) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by how many rows fall in each."""
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        (bin_of == number).mean() * abs(correct[bin_of == number].mean() - confidence[bin_of == number].mean())
        for number in np.unique(bin_of)
    ]
    return float(sum(gaps))
