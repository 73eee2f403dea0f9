"""BentoML."""

import bentoml

from models.artefact import load_artefact


@bentoml.service(workers=2, traffic={"timeout": 300})
class Statements:
    """The pipeline as BentoML takes it."""

    def __init__(self) -> None:
        self.pipeline = load_artefact().pipeline

    @bentoml.api
    def classify(self, sentences: list[str]) -> list[list[float]]:
        """Tag sentences."""
        return self.pipeline.predict_proba(sentences).tolist()
