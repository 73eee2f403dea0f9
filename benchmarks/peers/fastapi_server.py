"""FastAPI under uvicorn."""

from fastapi import FastAPI
from pydantic import BaseModel

from models.artefact import load_artefact


class Sentences(BaseModel):
    """What to classify."""

    sentences: list[str]


class Scores(BaseModel):
    """One row a sentence."""

    scores: list[list[float]]


app = FastAPI()
pipeline = load_artefact().pipeline


@app.post("/classify")
def classify(request: Sentences) -> Scores:
    """Tag sentences."""
    return Scores(scores=pipeline.predict_proba(request.sentences).tolist())
