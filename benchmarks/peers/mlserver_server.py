"""MLServer."""

from typing import List  # noqa: UP035

import numpy as np
from mlserver import MLModel
from mlserver.codecs import decode_args

from models.artefact import load_artefact


class Statements(MLModel):
    """The pipeline as MLServer takes it."""

    async def load(self) -> bool:
        """Called in each worker."""
        self.pipeline = load_artefact().pipeline
        return True

    @decode_args
    async def predict(self, sentences: List[str]) -> np.ndarray:  # noqa: UP006 - MLServer looks the types up
        """Tag sentences."""
        return self.pipeline.predict_proba(sentences)
