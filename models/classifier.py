"""From a text to tagged sentences: splitting and the pipeline put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.artefact import SHIPPED, Artefact, Manifest, load_artefact
from models.sentences import Span, split


@dataclass(frozen=True, slots=True)
class Tagged:
    """One sentence and what the model makes of it.

    Attributes:
        text: The sentence.
        label: Label of the highest score.
        confidence: That score.
        scores: Probability of each label, in the manifest's order; they sum to 1.
        labels_90: Smallest set of labels that holds the true one 90% of the time, best first.
    """

    text: str
    label: str
    confidence: float
    scores: tuple[float, ...]
    labels_90: tuple[str, ...]


class Classifier:
    """A loaded model, ready for texts.

    Args:
        artefact: What `load_artefact` returned.
    """

    def __init__(self, artefact: Artefact) -> None:
        self.manifest: Manifest = artefact.manifest
        self.labels = artefact.manifest.labels
        self.pipeline = artefact.pipeline

    @classmethod
    def load(cls, directory: Path = SHIPPED) -> "Classifier":
        """Load an artefact directory.

        Raises:
            ArtefactError: As `load_artefact` does.
        """
        return cls(load_artefact(directory))

    def scores(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities, (n, labels), one row a sentence."""
        if not sentences:
            return np.empty((0, len(self.labels)))
        probabilities: NDArray[np.float64] = self.pipeline.predict_proba(sentences)
        return probabilities

    def prediction_sets(self, scores: NDArray[np.float64]) -> list[tuple[int, ...]]:
        """For each row of scores the columns of the smallest set that holds the true label 90% of the time."""
        sets: list[tuple[int, ...]] = self.pipeline[-1].prediction_sets(scores)
        return sets

    def tag(self, sentences: Sequence[str]) -> list[Tagged]:
        """Tag sentences, one to one."""
        scores = self.scores(sentences)
        return [
            Tagged(
                text=sentence,
                label=self.labels[best],
                confidence=float(row[best]),
                scores=tuple(row.tolist()),
                labels_90=tuple(self.labels[index] for index in members),
            )
            for sentence, row, best, members in zip(
                sentences, scores, scores.argmax(axis=1), self.prediction_sets(scores), strict=True
            )
        ]

    def tag_text(self, text: str) -> list[tuple[Span, Tagged]]:
        """Split a text and tag its sentences; a blank text gives an empty list."""
        spans = split(text)
        return list(zip(spans, self.tag([text[start:end] for start, end in spans]), strict=True))
