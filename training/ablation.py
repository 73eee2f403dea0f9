"""``python -m training.ablation FILE.tsv``: what each part of the model is worth, measured on labelled sentences.

Trains nothing on the file. Prints the rows of the model card's ablation table that can be made anew from the corpus and
the shipped encoder; the fine-tuning runs, hours each, are recorded in ``training/measured/ablations.json`` by hand.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline

from models.head import NEWS_PRIOR, StatementHead
from models.labels import LABELS
from models.pipeline import build_pipeline
from training.corpus import Row, load_corpus
from training.data import read_labelled
from training.evaluation import evaluate


def main(file: Path) -> None:
    """Print a JSON list with one object a variant."""
    tested, corpus = read_labelled([file], LABELS), load_corpus()
    gold = [row.label for row in tested]
    sets: list[tuple[int, ...]] = [()] * len(gold)
    table = []
    for name, scores in _variants(corpus, [row.sentence for row in tested]):
        report = evaluate(gold, scores, sets, LABELS)
        table.append(
            {"model": name, "accuracy": report.accuracy, "macro-F1": report.macro_f1, "ECE": report.calibration_error}
        )
        print(json.dumps(table[-1]), file=sys.stderr, flush=True)
    print(json.dumps(table, indent=2))


def _variants(corpus: list[Row], tested: list[str]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    yield "always report", np.tile([float(label == "report") for label in LABELS], (len(tested), 1))

    ngrams = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 3), min_df=2, sublinear_tf=True)),
            ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=5, sublinear_tf=True)),
        ]
    )
    lexical = make_pipeline(ngrams, LogisticRegression(C=5, max_iter=300))
    lexical.fit([row.sentence for row in corpus if not row.held_out], [row.label for row in corpus if not row.held_out])
    order = [lexical.classes_.tolist().index(label) for label in LABELS]
    yield "tf-idf of words 1-3 and characters 2-5, logistic regression", lexical.predict_proba(tested)[:, order]

    held_out = [row for row in corpus if row.held_out]
    labels = [row.label for row in held_out]
    encoder = build_pipeline().named_steps["encoder"].fit([])
    fitted, embedded = encoder.transform([row.sentence for row in held_out]), encoder.transform(tested)
    for penalty in (0.003, 0.01, 0.03):
        for prior, note in ((None, ""), (dict(NEWS_PRIOR), ", prior of real news")):
            for temperature in (1.0, 1.25, 1.5):
                head = StatementHead(penalty, temperature, prior).fit(fitted, labels)
                name = f"shipped encoder, head with C={penalty}, temperature {temperature}{note}"
                yield name, head.predict_proba(embedded)

    both = np.hstack([fitted, lexical.predict_log_proba([row.sentence for row in held_out])])
    head = StatementHead(prior=dict(NEWS_PRIOR)).fit(both, labels)
    stacked = head.predict_proba(np.hstack([embedded, lexical.predict_log_proba(tested)]))
    yield "shipped encoder and stacked tf-idf scores", stacked


if __name__ == "__main__":
    main(Path(sys.argv[1]))
