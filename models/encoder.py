"""Sentence embeddings from the shipped transformer, run by ONNX Runtime."""

import gzip
from collections.abc import Iterable, Sequence
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
PAD = 1  # token id that fills up the shorter sentences of a batch


class SentenceEncoder(TransformerMixin, BaseEstimator):
    """Maps sentences to embeddings with a fine-tuned transformer; `fit` learns nothing.

    Sentences are run in batches of like length. A sentence's embedding does not depend on those beside it, save for the
    order of floating-point sums (1e-6).

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
        return self.run(self.tokenise(sentences))

    def run(self, sequences: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Embeddings, (n, hidden), of sentences given by their sub-word ids."""
        session = self._load()[1]
        embeddings = np.empty((len(sequences), self.hidden), dtype=np.float32)
        order = sorted(range(len(sequences)), key=lambda row: len(sequences[row]))
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            ids = np.full((len(rows), len(sequences[rows[-1]])), PAD, dtype=np.int64)
            for line, row in zip(ids, rows, strict=True):
                line[: len(sequences[row])] = sequences[row]
            embeddings[rows] = session.run([OUTPUT], {INPUT: ids})[0]
        return embeddings

    def tokenise(self, sentences: Iterable[str]) -> list[list[int]]:
        """Sub-word ids of each sentence, end marks included."""
        return [self.tokeniser(sentence) for sentence in sentences]

    @property
    def tokeniser(self) -> WordPiece:
        """The tokeniser."""
        return self._load()[0]

    @property
    def hidden(self) -> int:
        """Values an embedding has."""
        width: int = self._load()[1].get_outputs()[0].shape[1]
        return width

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
