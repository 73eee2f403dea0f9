"""Writes ``models/MODEL_CARD.md`` from what training knows and what was measured."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from models.artefact import SHIPPED, Manifest, read_manifest
from training.corpus import Row
from training.invariance import load_variants

CARD = SHIPPED.parent / "MODEL_CARD.md"
TEMPLATE = Path(__file__).with_name("modelcard.md")
#: Measurements made with data that is not part of the project, or too slow to repeat at every training.
MEASURED = Path(__file__).with_name("measured")


def write_card(rows: Sequence[Row], path: Path = CARD) -> None:
    """Fill the card's template for the shipped model."""
    manifest = read_manifest(SHIPPED)
    path.write_text(Template(TEMPLATE.read_text(encoding="utf-8")).substitute(_facts(rows, manifest)), encoding="utf-8")


def _facts(rows: Sequence[Row], manifest: Manifest) -> Mapping[str, str]:
    labels = Counter(row.label for row in rows)
    size = sum(file.stat().st_size for file in SHIPPED.iterdir())
    return {
        "name": manifest.name,
        "version": manifest.version,
        "libraries": ", ".join(f"{name} {version}" for name, version in manifest.libraries.items()),
        "corpus_digest": manifest.corpus,
        "megabytes": f"{size / 1e6:.1f}",
        "rows": f"{len(rows):,}",
        "article_rows": f"{sum(row.from_article for row in rows):,}",
        "groups": f"{len({row.group for row in rows}):,}",
        "held_out_rows": f"{sum(row.held_out for row in rows):,}",
        "shares": ", ".join(f"{label} {labels[label] / len(rows):.1%}" for label in manifest.labels),
        "held_out": figures(manifest.metrics["held_out"]),
        "real_news": _real_news(manifest),
        "ablations": table(json.loads((MEASURED / "ablations.json").read_text(encoding="utf-8"))),
        "pairs": str(len(load_variants())),
        "invariance": ", ".join(f"{kind} {share:.3f}" for kind, share in manifest.metrics["invariance"].items()),
    }


def _real_news(manifest: Manifest) -> str:
    measured = json.loads((MEASURED / "real-news.json").read_text(encoding="utf-8"))
    note = (
        "" if measured["model"] == manifest.version else f"Measured with model {measured['model']}, not this one.\n\n"
    )
    return note + figures(measured["report"])


def figures(report: Mapping[str, Any]) -> str:
    """Figures of an evaluation, as sentences and tables in Markdown."""
    head = (
        f"{report['sentences']:,} sentences: accuracy {report['accuracy']:.3f}, macro-F1 {report['macro_f1']:.3f}, "
        f"expected calibration error {report['calibration_error']:.3f}. `labels_90` holds the gold label in "
        f"{report['coverage_90']:.1%} of sentences, with {report['set_size_90']:.2f} labels on average.\n\n"
    )
    rows = [
        {
            "label": label,
            "precision": row["precision"],
            "recall": row["recall"],
            "F1": row["f1"],
            "support": row["support"],
        }
        for label, row in report["per_label"].items()
    ]
    confusion = [{"gold \\ predicted": gold} | dict(counts) for gold, counts in report["confusion"].items()]
    return head + table(rows) + "\n\n" + table(confusion)


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of the same keys as a table in Markdown."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names)]
    lines += [[f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row.values()] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
