"""Sentence embeddings from the shipped transformer, run by ONNX Runtime."""

import gzip
from collections import defaultdict
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

    Sentences are run in batches of one length: nothing is padded, and a sentence's embedding does not depend on those
    beside it, save for the order of floating-point sums (1e-7).

    Args:
        directory: Folder with `GRAPH` and `VOCABULARY`.
        max_tokens: Sub-words read of a sentence; the rest is ignored.
        batch_size: Most sentences run at once; they share the reading of the weights from memory.
        threads: Threads one batch is computed on.
    """

    def __init__(self, directory: str, max_tokens: int = 160, batch_size: int = 8, threads: int = 1) -> None:
        self.directory = directory
        self.max_tokens = max_tokens
        self.batch_size = batch_size
        self.threads = threads

    def fit(self, sentences: Iterable[str], y: Any = None) -> Self:  # noqa: ANN401, ARG002 - scikit-learn's signature
        """Load the network; nothing is learnt."""
        self._load()
        return self

    def transform(self, sentences: Iterable[str]) -> NDArray[np.float32]:
        """Embeddings, (n, hidden), one row a sentence."""
        tokenise, session = self._load()
        sequences = [tokenise(sentence) for sentence in sentences]
        by_length: dict[int, list[int]] = defaultdict(list)
        for row, sequence in enumerate(sequences):
            by_length[len(sequence)].append(row)
        embeddings = np.empty((len(sequences), session.get_outputs()[0].shape[1]), dtype=np.float32)
        for rows in by_length.values():
            for start in range(0, len(rows), self.batch_size):
                batch = rows[start : start + self.batch_size]
                ids = np.array([sequences[row] for row in batch], dtype=np.int64)
                embeddings[batch] = session.run([OUTPUT], {INPUT: ids})[0]
        return embeddings

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
