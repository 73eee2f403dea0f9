"""What a sentence costs: the shipped pipeline on one thread, the encoder and the head apart, start-up and memory."""

import random
import resource
import time

from models.classifier import Classifier
from training.corpus import load_corpus

SENTENCES = 400


def main() -> None:
    """Print the figures of one process."""
    before = _resident_megabytes()
    began = time.perf_counter()
    classifier = Classifier.load()
    classifier.tag(["Warm."])
    loading = time.perf_counter() - began
    memory = _resident_megabytes() - before
    rows = random.Random(0).sample(load_corpus(), SENTENCES)  # noqa: S311
    sentences = [row.sentence for row in rows]
    encoder, head = classifier.pipeline.named_steps["encoder"], classifier.pipeline.named_steps["head"]
    began = time.process_time()
    embeddings = encoder.transform(sentences)
    encoding = time.process_time() - began
    began = time.process_time()
    head.predict_proba(embeddings)
    deciding = time.process_time() - began
    print(f"classifying {SENTENCES} corpus sentences on one thread")
    print(f"sentences a second and core   {SENTENCES / (encoding + deciding):.0f}")
    print(f"share of it in the encoder    {encoding / (encoding + deciding):.1%}")
    print(f"load and first sentence       {loading:.2f} s")
    print(f"memory taken by loading       {memory:.0f} MB")


def _resident_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
