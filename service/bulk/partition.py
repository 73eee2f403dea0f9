"""What a Dask worker does: documents in, a table of their sentences out. It needs the model, and no access to files."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow

from models.artefact import MANIFEST, SHIPPED, ArtefactError, digest
from models.classifier import Classifier
from models.sentences import split
from service.bulk.reading import Document


@dataclass(frozen=True, slots=True)
class Partition:
    """Documents that are classified, written and, if need be, repeated together."""

    number: int
    documents: list[Document]


@dataclass(frozen=True, slots=True)
class Model:
    """Which model a worker is to use.

    Attributes:
        directory: Artefact directory, on the worker's machine; None for the one shipped with its own installation.
        manifest: SHA-256 of its manifest, which vouches for all its files.
    """

    directory: Path | None
    manifest: str

    @classmethod
    def at(cls, directory: Path) -> "Model":
        """The model in a directory of this machine."""
        return cls(None if directory == SHIPPED else directory.resolve(), digest(directory / MANIFEST))


def classify(partition: Partition, model: Model) -> tuple[int, pyarrow.Table]:
    """The partition's number, and one row for each sentence of its documents, in their order."""
    classifier = _load(model)
    spans = [
        (document, index, span) for document in partition.documents for index, span in enumerate(split(document.text))
    ]
    tagged = classifier.tag([document.text[start:end] for document, _, (start, end) in spans])
    rows = [
        {
            "document_id": document.id,
            "index": index,
            "start": span.start,
            "end": span.end,
            "text": item.text,
            "label": item.label,
            "confidence": item.confidence,
            "scores": dict(zip(classifier.labels, item.scores, strict=True)),
            "labels_90": item.labels_90,
            "model": classifier.manifest.name,
            "model_version": classifier.manifest.version,
        }
        for (document, index, span), item in zip(spans, tagged, strict=True)
    ]
    return partition.number, pyarrow.Table.from_pylist(rows, schema(classifier.labels))


def schema(labels: tuple[str, ...]) -> pyarrow.Schema:
    """Columns of the output. ``start`` and ``end`` are code points of the document's text."""
    return pyarrow.schema(
        {
            "document_id": pyarrow.string(),
            "index": pyarrow.int32(),
            "start": pyarrow.int32(),
            "end": pyarrow.int32(),
            "text": pyarrow.string(),
            "label": pyarrow.string(),
            "confidence": pyarrow.float64(),
            "scores": pyarrow.struct(dict.fromkeys(labels, pyarrow.float64())),
            "labels_90": pyarrow.list_(pyarrow.string()),
            "model": pyarrow.string(),
            "model_version": pyarrow.string(),
        }
    )


@lru_cache(maxsize=1)
def _load(model: Model) -> Classifier:
    """The model, loaded once a process.

    Raises:
        ArtefactError: If it is missing or broken, or is not the one that the run began with.
    """
    directory = model.directory or SHIPPED
    classifier = Classifier.load(directory)
    if digest(directory / MANIFEST) != model.manifest:
        raise ArtefactError(f"{directory} on a worker is another model than on the machine that started the run")
    return classifier
