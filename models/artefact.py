"""The model on disk: a directory with the pickled pipeline, the encoder's files and a manifest vouching for them."""

import hashlib
import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import joblib
import numpy
import sklearn
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import Pipeline

from models.encoder import GRAPH, VOCABULARY
from models.signature import is_signed, key_from_environment

SHIPPED = Path(__file__).parent / "shipped"
MANIFEST = "manifest.json"
PIPELINE = "pipeline.joblib"
FILES = frozenset({PIPELINE, GRAPH, VOCABULARY})


class ArtefactError(RuntimeError):
    """The artefact is missing, incomplete, altered, or of another library version."""


@dataclass(frozen=True)
class Manifest:
    """What an artefact says of itself.

    Attributes:
        name: Model name.
        version: Model version.
        labels: Label names, in the column order of the scores.
        corpus: SHA-256 of the training rows.
        definitions: Label to what it means, in one line; empty where nobody said.
        metrics: What training measured.
        files: File name to SHA-256, for every file beside the manifest that the model needs.
        libraries: Library name to the version that saved the pipeline.
    """

    name: str
    version: str
    labels: tuple[str, ...]
    corpus: str
    definitions: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The manifest as JSON writes it."""
        return asdict(self) | {"labels": list(self.labels)}


@dataclass(frozen=True)
class Artefact:
    """A loaded model."""

    manifest: Manifest
    pipeline: Pipeline


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def library_versions() -> dict[str, str]:
    """Versions of the libraries whose objects the pipeline's pickle holds."""
    return {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__, "joblib": joblib.__version__}


def save_artefact(directory: Path, pipeline: Pipeline, manifest: Manifest) -> None:
    """Write the pipeline and the manifest; the encoder's files must already lie in the directory.

    Args:
        directory: Created if missing.
        pipeline: Fitted pipeline.
        manifest: Its ``files`` and ``libraries`` are filled in here.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with _replacing(directory / PIPELINE) as path:
        joblib.dump(pipeline, path, compress=3)
    files = {path.name: digest(path) for path in sorted(directory.iterdir()) if path.is_file() and path.name in FILES}
    complete = replace(manifest, files=files, libraries=library_versions())
    with _replacing(directory / MANIFEST) as path:
        path.write_text(json.dumps(complete.as_dict(), indent=2) + "\n", encoding="utf-8")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, and put it in place of the old file only when it is complete."""
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load_artefact(directory: Path = SHIPPED) -> Artefact:
    """Verify an artefact, and only then unpickle it.

    Raises:
        ArtefactError: As `verify_artefact` does.
    """
    manifest = verify_artefact(directory)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentVersionWarning)  # patch releases read each other's pickles
        pipeline = joblib.load(directory / PIPELINE)
    pipeline.set_params(encoder__directory=str(directory))
    return Artefact(manifest, pipeline)


def verify_artefact(directory: Path) -> Manifest:
    """Check an artefact's signature, digests and versions without opening its files.

    Raises:
        ArtefactError: If a file is missing, a digest differs, scikit-learn's version differs in its first two parts, or
            the environment holds a key and the artefact is not signed with it.
    """
    manifest = read_manifest(directory)
    try:
        key = key_from_environment()
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{directory} cannot be checked: {error}") from error
    if key and not is_signed(directory / MANIFEST, key):
        raise ArtefactError(f"{directory} is not signed with the key of this environment: refused before loading")
    for name, expected in manifest.files.items():
        path = directory / name
        if not path.is_file():
            raise ArtefactError(f"{path} is missing")
        if digest(path) != expected:
            raise ArtefactError(f"{path} does not have the digest its manifest gives: refused before loading")
    saved, running = manifest.libraries["scikit-learn"], sklearn.__version__
    if saved.split(".")[:2] != running.split(".")[:2]:
        raise ArtefactError(f"{directory} was saved by scikit-learn {saved}; this is {running}: train it anew")
    return manifest


def read_manifest(directory: Path) -> Manifest:
    """Read and check a manifest.

    Raises:
        ArtefactError: If it is missing, malformed, or does not vouch for every file the model needs.
    """
    path = directory / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(**content | {"labels": tuple(content["labels"])})
    except OSError as error:
        raise ArtefactError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise ArtefactError(f"{path} is not a manifest: {error}") from error
    if unvouched := FILES - manifest.files.keys():
        raise ArtefactError(f"{path} gives no digest for {', '.join(sorted(unvouched))}")
    if "scikit-learn" not in manifest.libraries:
        raise ArtefactError(f"{path} does not say which scikit-learn saved the pipeline")
    return manifest
