"""The model card, the plots and the HTML report of a model fitted on users' own data."""

import base64
from collections import defaultdict
from pathlib import Path
from string import Template

from jinja2 import Environment, StrictUndefined

from models.artefact import SHIPPED, read_manifest
from training import plots
from training.modelcard import figures
from training.own import OwnModel
from training.search import FOLDS

CARD, REPORT = "MODEL_CARD.md", "report.html"
_CARD_TEMPLATE, _REPORT_TEMPLATE = (Path(__file__).with_name(name) for name in ("owncard.md", "report.html"))


def write_report(model: OwnModel, directory: Path) -> None:
    """Write the card, ``plots/*.png`` and a report of one file, which opens without a network, into a directory."""
    groups: dict[str, set[str]] = defaultdict(set)
    for row in model.rows:
        groups[row.label].add(row.group)
    _write_card(model, len({row.group for row in model.rows}), directory / CARD)
    pictures = _pictures(model)
    (directory / "plots").mkdir()
    for name, _, _, png in pictures:
        (directory / "plots" / f"{name}.png").write_bytes(png)
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    page = environment.from_string(_REPORT_TEMPLATE.read_text(encoding="utf-8")).render(
        model=model,
        data=[(label, row["support"], len(groups[label])) for label, row in model.report.per_label.items()],
        plots=[(title, caption, base64.b64encode(png).decode()) for _, title, caption, png in pictures],
    )
    (directory / REPORT).write_text(page, encoding="utf-8")


def _pictures(model: OwnModel) -> list[tuple[str, str, str, bytes]]:
    """Name, title, caption and PNG of every plot."""
    gold, labels, scores = [row.label for row in model.rows], model.manifest.labels, model.best.scores
    return [
        (
            "confusion",
            "Confusion matrix",
            "Gold labels in rows, predicted ones in columns.",
            plots.confusion(model.report),
        ),
        (
            "reliability",
            "Reliability",
            "How often the top label is right where it gets this probability; on the dotted line, as often as it says.",
            plots.reliability(gold, scores, labels),
        ),
        (
            "precision-recall",
            "Precision and recall",
            "What each label's precision is where its threshold is set for a given recall.",
            plots.precision_recall(gold, scores, labels),
        ),
        (
            "learning-curve",
            "Learning curve",
            "Still rising at the right end: more sentences would help.",
            plots.learning_curve(model.curve),
        ),
        (
            "top-words",
            "Words that speak for each label",
            "Mean contribution to the label's logit over the sentences with the word; none if another label is given.",
            plots.top_words(model.words),
        ),
    ]


def _write_card(model: OwnModel, groups: int, path: Path) -> None:
    manifest = model.manifest
    facts = {
        "name": manifest.name,
        "version": manifest.version,
        "labels": "\n".join(
            f"- **{label}**{f': {manifest.definitions[label]}' if manifest.definitions else ''}"
            for label in manifest.labels
        ),
        "encoder": read_manifest(SHIPPED).version,
        "trials": len(model.trials),
        "penalty": f"{model.best.penalty:.4g}",
        "temperature": f"{model.best.temperature:.2f}",
        "rows": f"{len(model.rows):,}",
        "groups": f"{groups:,}",
        "corpus": manifest.corpus,
        "base": f" Fitted on {model.base:,} sentences of the shipped corpus as well." if model.base else "",
        "folds": FOLDS,
        "figures": figures(model.report.as_dict()),
    }
    path.write_text(Template(_CARD_TEMPLATE.read_text(encoding="utf-8")).substitute(facts), encoding="utf-8")
