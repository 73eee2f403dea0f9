"""From a text to tagged sentences: splitting and the pipeline put together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.artefact import SHIPPED, Artefact, Manifest, load_artefact
from models.batching import BatchingEncoder
from models.explanation import Explanation, explain
from models.predictor import Predictor
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
        explanation: Which words speak for the label, where that was asked for.
    """

    text: str
    label: str
    confidence: float
    scores: tuple[float, ...]
    labels_90: tuple[str, ...]
    explanation: Explanation | None = None


class Classifier:
    """A loaded model, ready for texts.

    Args:
        artefact: What `load_artefact` returned.
        shared: Whether many threads will call: their sentences are then encoded together.
        cache_size: Sentences whose scores are kept, for when they come again.
    """

    def __init__(self, artefact: Artefact, shared: bool = False, cache_size: int = 0) -> None:
        self.manifest: Manifest = artefact.manifest
        self.labels = artefact.manifest.labels
        self.pipeline = artefact.pipeline
        self._encoder, self._head = (step for _, step in self.pipeline.steps)
        self._predict = Predictor(self.pipeline, BatchingEncoder(self._encoder).run if shared else None, cache_size)

    @classmethod
    def load(cls, directory: Path = SHIPPED, shared: bool = False, cache_size: int = 0) -> "Classifier":
        """Load an artefact directory, and run the network once.

        Raises:
            ArtefactError: As `load_artefact` does.
        """
        artefact = load_artefact(directory)
        artefact.pipeline.predict_proba(["Warm."])
        return cls(artefact, shared, cache_size)

    def scores(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities, (n, labels), one row a sentence."""
        return self._predict(sentences)

    def prediction_sets(self, scores: NDArray[np.float64]) -> list[tuple[int, ...]]:
        """For each row of scores the columns of the smallest set that holds the true label 90% of the time."""
        sets: list[tuple[int, ...]] = self._head.prediction_sets(scores)
        return sets

    def tag(self, sentences: Sequence[str]) -> list[Tagged]:
        """Tag sentences, one to one."""
        return self._tagged(sentences, self.scores(sentences))

    def explain(self, sentences: Sequence[str]) -> list[Tagged]:
        """Tag sentences, one to one, each with the explanation of its label; slow, as `explain` says."""
        return [replace(item, explanation=self._explanation(item)) for item in self.tag(sentences)]

    def _explanation(self, item: Tagged) -> Explanation:
        column = self.labels.index(item.label)
        weights, intercept = self._head.coef_[column], float(self._head.intercept_[column])
        return explain(item.text, item.label, self._encoder.tokeniser, self._predict.run, weights, intercept)

    def _tagged(self, sentences: Sequence[str], scores: NDArray[np.float64]) -> list[Tagged]:
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
