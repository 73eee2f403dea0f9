"""What a sentence costs in one process: scikit-learn's call against the compiled predictor, and the encoder apart."""

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from statistics import median
from typing import Any

from benchmarks.sentences import corpus_sentences
from models.classifier import Classifier
from models.predictor import Predictor
from service.classification import classify
from service.settings import Settings

SIZES = (10, 100, 1_000, 10_000)
_SPENT_ON_SMALL = 2_000  # sentences that make up the requests of the smaller sizes
_OPTIONS = {"offsets": "codepoint", "min_confidence": 0.0, "explain": False, "scores": True}

Call = Callable[[], object]


def measure(quick: bool) -> dict[str, Any]:
    """Milliseconds and ratios; a ratio is the median of the rounds', in which the two sides follow each other.

    Args:
        quick: Whether a tenth of the sentences will do.
    """
    scale = 10 if quick else 1
    sizes = [size for size in SIZES if size <= max(SIZES) // scale]
    many = SIZES[-2] // scale
    classifier = Classifier.load(shared=True)  # as the service has it; nothing is kept from call to call
    encoder, head = (step for _, step in classifier.pipeline.steps)
    naive, compiled = classifier.pipeline.predict_proba, Predictor(classifier.pipeline)
    stream = corpus_sentences()
    sentences = list(islice(stream, many))
    embeddings = encoder.transform(sentences)
    one = embeddings[:1]
    singles = iter(sentences)
    pairs: dict[str, tuple[Call, Call, int, int]] = {
        "the whole, 1 sentence": (lambda: naive([next(singles)]), lambda: compiled([next(singles)]), 10 // scale, 20),
        f"the whole, {many:,} sentences": (lambda: naive(sentences), lambda: compiled(sentences), 1, 2),
        "all but the encoder, 1 sentence": (lambda: head.predict_proba(one), lambda: compiled.decide(one), 500, 9),
        f"all but the encoder, {many:,} sentences": (
            *(lambda: head.predict_proba(embeddings), lambda: compiled.decide(embeddings)),
            *(50, 9),
        ),
    }
    return {
        "calls": {name: _compare(*pair) for name, pair in pairs.items()},
        "encoder": {
            "one by one": _milliseconds(lambda: encoder.transform([next(singles)]), 100 // scale),
            "in batches": _milliseconds(lambda: encoder.transform(sentences), 1) / many,
        },
        "requests": {
            size: _requests(classifier, list(islice(stream, max(size, _SPENT_ON_SMALL // scale))), size)
            for size in sizes
        },
    }


def _compare(naive: Call, compiled: Call, calls: int, rounds: int) -> Mapping[str, float]:
    times = [(_milliseconds(naive, calls), _milliseconds(compiled, calls)) for _ in range(rounds)]
    return {
        "naive": median(theirs for theirs, _ in times),
        "compiled": median(ours for _, ours in times),
        "ratio": median(theirs / ours for theirs, ours in times),
    }


def _requests(classifier: Classifier, sentences: Sequence[str], size: int) -> float:
    """Milliseconds a sentence takes in requests of a size, from the request that is read to the body of its answer."""
    requests = iter([sentences[start : start + size] for start in range(0, len(sentences), size)])
    settings = Settings(request_seconds=1000)

    def answer() -> None:
        classify({"sentences": next(requests)} | _OPTIONS, classifier, settings)

    return _milliseconds(answer, len(sentences) // size) / size


def _milliseconds(call: Call, calls: int) -> float:
    """Wall time of one call."""
    began = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - began) / calls * 1000
