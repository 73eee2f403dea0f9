"""The scikit-learn pipeline that training fits and the service runs."""

from pathlib import Path

from sklearn.pipeline import Pipeline

from models.artefact import SHIPPED
from models.encoder import SentenceEncoder
from models.head import StatementHead


def build_pipeline(encoder: Path = SHIPPED) -> Pipeline:
    """An unfitted pipeline from sentences to label probabilities.

    Args:
        encoder: Directory with the encoder's files.
    """
    return Pipeline([("encoder", SentenceEncoder(str(encoder))), ("head", StatementHead())])
