"""Sentence embeddings from the shipped transformer, run by ONNX Runtime."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from models.wordpiece import WordPiece

GRAPH = "encoder.onnx.gz"
VOCABULARY = "vocabulary.txt"
INPUT, OUTPUT = "ids", "embedding"


class SentenceEncoder(TransformerMixin, BaseEstimator):
    """Maps sentences to embeddings with a fine-tuned transformer; `fit` learns nothing.

    Each sentence is run by itself. Its activations are quantised over its own range only, so its embedding never
    depends on the sentences beside it, and no work is spent on padding.

    Args:
        directory: Folder with `GRAPH` and `VOCABULARY`.
        max_tokens: Sub-words read of a sentence; the rest is ignored.
        threads: Threads one sentence is computed on.
    """

    def __init__(self, directory: str, max_tokens: int = 160, threads: int = 1) -> None:
        self.directory = directory
        self.max_tokens = max_tokens
        self.threads = threads

    def fit(self, sentences: Iterable[str], y: Any = None) -> Self:  # noqa: ANN401, ARG002 - scikit-learn's signature
        """Load the network; nothing is learnt."""
        self._load()
        return self

    def transform(self, sentences: Iterable[str]) -> NDArray[np.float32]:
        """Embeddings, (n, hidden), one row a sentence."""
        tokenise, session = self._load()
        rows = [session.run([OUTPUT], {INPUT: np.array([tokenise(text)], dtype=np.int64)})[0][0] for text in sentences]
        return np.array(rows, dtype=np.float32)

    def _load(self) -> tuple[WordPiece, onnxruntime.InferenceSession]:
        """The tokeniser and the network, read on first use and left out of pickles."""
        if not hasattr(self, "_loaded"):
            folder = Path(self.directory)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = self.threads
            options.inter_op_num_threads = 1
            graph = gzip.decompress((folder / GRAPH).read_bytes())
            session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
            self._loaded = WordPiece.from_file(folder / VOCABULARY, self.max_tokens), session
        return self._loaded

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_loaded"}

    def __sklearn_is_fitted__(self) -> bool:
        return True
