"""The five statement classes, in the order in which the codebook asks for them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Label(StrEnum):
    """What a sentence does."""

    THREAT = "threat"
    WARNING = "warning"
    ALLEGATION = "allegation"
    ANALYSIS = "analysis"
    REPORT = "report"


#: Label names in the codebook's order; the columns of every score table follow it.
LABELS: Final[tuple[str, ...]] = tuple(label.value for label in Label)

#: One line a label, for people.
DEFINITIONS: Final[Mapping[str, str]] = {
    Label.THREAT: "Somebody declares that they or their side will inflict harm, punishment or cost on another party.",
    Label.WARNING: "Somebody cautions that harm may come which they do not say they will inflict, or urges precaution.",
    Label.ALLEGATION: "Somebody accuses, or makes an unproven claim of wrongdoing, about an identifiable party.",
    Label.ANALYSIS: "Somebody interprets, explains, evaluates, recommends or predicts.",
    Label.REPORT: "Everything else: states or relays facts, events, plans, figures, denials and neutral quotes.",
}
