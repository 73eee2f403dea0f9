"""The fitted pipeline compiled for serving: the same numbers without what scikit-learn does anew at every call."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from models.cache import ScoreCache

Run = Callable[[Sequence[Sequence[int]]], NDArray[np.float32]]


class Predictor:
    """Sentences to probabilities, within 1e-6 of the pipeline's `predict_proba`.

    Args:
        pipeline: Fitted, as `build_pipeline` makes it.
        run: What turns sub-word ids into embeddings; the pipeline's own encoder if not given.
        cache_size: Sentences whose scores are kept.
    """

    def __init__(self, pipeline: Pipeline, run: Run | None = None, cache_size: int = 0) -> None:
        encoder, head = (step for _, step in pipeline.steps)
        self._tokenise = encoder.tokenise
        self.run: Run = run or encoder.run
        self._weights = np.ascontiguousarray(head.coef_.T, dtype=np.float32)
        self._intercept = head.intercept_
        self._cache = ScoreCache(cache_size)

    def __call__(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities, (n, labels), one row a sentence; a sentence that repeats is encoded once."""
        scores = np.empty((len(sentences), len(self._intercept)))
        missing: dict[str, list[int]] = {}
        for row, sentence in enumerate(sentences):
            known = self._cache.get(sentence)
            if known is None:
                missing.setdefault(sentence, []).append(row)
            else:
                scores[row] = known
        if missing:
            fresh = self.decide(self.run(self._tokenise(missing)))
            for (sentence, rows), probabilities in zip(missing.items(), fresh, strict=True):
                scores[rows] = probabilities
                self._cache.put(sentence, probabilities.copy())  # a view would keep the whole batch alive
        return scores

    def decide(self, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
        """Embeddings, (n, hidden), to probabilities, (n, labels)."""
        logits: NDArray[np.float64] = embeddings @ self._weights + self._intercept
        np.exp(logits - logits.max(axis=1, keepdims=True), out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits
