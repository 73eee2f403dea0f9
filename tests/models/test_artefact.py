import json
import shutil

import pytest
import sklearn

from models.artefact import MANIFEST, PIPELINE, SHIPPED, ArtefactError, digest, load_artefact, read_manifest
from models.labels import LABELS


@pytest.fixture
def copy(tmp_path):
    """The shipped artefact, free to be damaged."""
    return shutil.copytree(SHIPPED, tmp_path / "copy")


def amend(directory, **changes):
    path = directory / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_shipped_artefact_is_complete():
    artefact = load_artefact()
    assert artefact.manifest.labels == LABELS
    assert artefact.pipeline.named_steps["head"].classes_.tolist() == list(LABELS)
    assert artefact.manifest.metrics["held_out"]["sentences"] > 1000
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 40e6


def test_a_copy_elsewhere_loads(copy):
    assert load_artefact(copy).pipeline.named_steps["encoder"].directory == str(copy)


@pytest.mark.parametrize("name", sorted(read_manifest(SHIPPED).files))
def test_an_altered_file_is_refused_before_it_is_read(copy, name, monkeypatch):
    monkeypatch.setattr("joblib.load", lambda *_: pytest.fail("unpickled"))
    with (copy / name).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ArtefactError, match=f"{name} does not have the digest"):
        load_artefact(copy)


def test_a_missing_file_is_named(copy):
    (copy / PIPELINE).unlink()
    with pytest.raises(ArtefactError, match=f"{PIPELINE} is missing"):
        load_artefact(copy)


def test_another_scikit_learn_is_refused(copy, monkeypatch):
    monkeypatch.setattr("joblib.load", lambda *_: pytest.fail("unpickled"))
    amend(copy, libraries={"scikit-learn": "0.20.1"})
    with pytest.raises(ArtefactError, match=rf"saved by scikit-learn 0\.20\.1; this is {sklearn.__version__}"):
        load_artefact(copy)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a manifest"),
        ("[]", "not a manifest"),
        ("{}", "not a manifest"),
        ('{"labels": ["a"]}', "not a manifest"),
    ],
)
def test_a_broken_manifest_is_refused(copy, text, message):
    (copy / MANIFEST).write_text(text)
    with pytest.raises(ArtefactError, match=message):
        read_manifest(copy)


def test_a_manifest_must_vouch_for_every_file(copy):
    amend(copy, files={PIPELINE: digest(copy / PIPELINE)})
    with pytest.raises(ArtefactError, match="gives no digest for encoder"):
        load_artefact(copy)


def test_no_artefact_at_all(tmp_path):
    with pytest.raises(ArtefactError, match="cannot be read"):
        load_artefact(tmp_path / "nowhere")
