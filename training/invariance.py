"""Whether swapping who is named changes the label: pairs of sentences that differ only in a name, number or date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.classifier import Classifier
from training.corpus import CorpusError

PAIRS = Path(__file__).parent / "invariance.tsv"
KINDS = ("city", "country", "date", "number", "organisation", "party", "person")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences that do the same, and the kind of name swapped between them."""

    kind: str
    sentence: str
    variant: str


def load_variants(path: Path = PAIRS) -> list[Pair]:
    """Read ``kind TAB sentence TAB variant`` a line.

    Raises:
        CorpusError: If a row has another form; the message names its line.
    """
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").rstrip("\n").split("\n"), start=1):
        cells = line.split("\t")
        if len(cells) != len(Pair.__slots__) or cells[0] not in KINDS or cells[1] == cells[2]:
            raise CorpusError(f"{path.name}:{number}: wants a kind and two different sentences")
        pairs.append(Pair(*cells))
    return pairs


def invariance(classifier: Classifier, pairs: Sequence[Pair]) -> Mapping[str, float]:
    """Share of pairs that get one label, for each kind and for all."""
    labels = [item.label for item in classifier.tag([text for pair in pairs for text in (pair.sentence, pair.variant)])]
    same = [first == second for first, second in zip(labels[::2], labels[1::2], strict=True)]
    shares = {}
    for kind in KINDS:
        of_kind = [kept for pair, kept in zip(pairs, same, strict=True) if pair.kind == kind]
        if of_kind:
            shares[kind] = sum(of_kind) / len(of_kind)
    return shares | {"all": sum(same) / len(same)}
