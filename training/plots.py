"""What training measured, as pictures. The one module that needs matplotlib (requirements/training.txt)."""

import io
from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve

from training.evaluation import BINS, Report

matplotlib.rcParams["text.parse_math"] = False  # users' words may hold dollar signs


def confusion(report: Report) -> bytes:
    """Gold against predicted labels: counts, coloured by share of the gold label."""
    labels = list(report.confusion)
    counts = np.array([[report.confusion[gold][label] for label in labels] for gold in labels])
    shares = counts / counts.sum(axis=1, keepdims=True)
    figure, axes = _axes(1.6 + len(labels), 1.2 + 0.8 * len(labels))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(labels)), labels, rotation=30, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("predicted")
    axes.set_ylabel("gold")
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour)
    return _png(figure)


def reliability(gold: Sequence[str], scores: NDArray[np.float64], labels: Sequence[str]) -> bytes:
    """How often the top label is right, by its probability, in bins of equal width."""
    correct = np.array([labels.index(label) for label in gold]) == scores.argmax(axis=1)
    confidence = scores.max(axis=1)
    right, mean = calibration_curve(correct, confidence, n_bins=BINS)
    counts = np.histogram(confidence, np.linspace(0, 1, BINS + 1))[0]
    figure, axes = _axes(5, 5)
    axes.plot([0, 1], [0, 1], linestyle="dotted", color="grey", label="perfect calibration")
    axes.plot(mean, right, label="this model")
    axes.scatter(mean, right, s=10 + 300 * counts[counts > 0] / len(gold), label="sentences (area)")
    axes.set_xlabel("probability given to the top label")
    axes.set_ylabel("share of top labels that are right")
    axes.legend(loc="upper left")
    return _png(figure)


def precision_recall(gold: Sequence[str], scores: NDArray[np.float64], labels: Sequence[str]) -> bytes:
    """Precision against recall of each label, with average precision."""
    figure, axes = _axes(6, 5)
    for column, label in enumerate(labels):
        truth = np.array([answer == label for answer in gold])
        precision, recall, _ = precision_recall_curve(truth, scores[:, column])
        average = average_precision_score(truth, scores[:, column])
        axes.step(recall, precision, where="post", label=f"{label} ({average:.2f})")
    axes.set_xlabel("recall")
    axes.set_ylabel("precision")
    axes.set_ylim(0, 1.02)
    axes.legend(title="label (average precision)", loc="lower left")
    return _png(figure)


def learning_curve(points: Sequence[tuple[int, float]]) -> bytes:
    """Macro-F1 by how many sentences were fitted on."""
    figure, axes = _axes(6, 4)
    axes.plot([rows for rows, _ in points], [macro_f1 for _, macro_f1 in points], marker="o")
    axes.set_xlabel("sentences fitted on")
    axes.set_ylabel("macro-F1 out of fold")
    axes.set_ylim(max(0, min(macro_f1 for _, macro_f1 in points) - 0.1), 1)
    axes.grid(alpha=0.3)
    return _png(figure)


def top_words(words: Mapping[str, Sequence[tuple[str, float]]]) -> bytes:
    """Words that speak most for each label."""
    figure = Figure(figsize=(3.2 * len(words), 4.5), layout="constrained")
    for axes, (label, found) in zip(np.ravel(figure.subplots(1, len(words))), words.items(), strict=True):
        # bars by position: matplotlib would read words that are numbers as numbers
        axes.barh(range(len(found)), [contribution for _, contribution in found])
        axes.set_yticks(range(len(found)), [word for word, _ in found])
        axes.invert_yaxis()
        axes.set_title(label)
        axes.set_xlabel("mean contribution (logit)")
    return _png(figure)


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120)
    return file.getvalue()
