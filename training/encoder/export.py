"""From a trained network to the two files the encoder ships as."""

import gzip
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from models.encoder import GRAPH, INPUT, OUTPUT, VOCABULARY
from training.encoder.network import StatementNetwork
from training.encoder.quantisation import freeze


class _ByteEmbedding(nn.Module):
    """A token table as int8 with one scale a row, in place of float32."""

    def __init__(self, table: Tensor, steps: int) -> None:
        super().__init__()
        scale = table.abs().amax(dim=1, keepdim=True).clamp_min(1e-8) / steps
        self.codes = nn.Buffer((table / scale).round().to(torch.int8))
        self.scale = nn.Buffer(scale)

    def forward(self, ids: Tensor) -> Tensor:
        return self.codes[ids].float() * self.scale[ids]


class _Embedder(nn.Module):
    """One unpadded sentence in, its embedding out."""

    def __init__(self, network: StatementNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor) -> Tensor:
        return self.network.embed(ids, torch.ones_like(ids))


def export(network: StatementNetwork, vocabulary: Sequence[str], embedding_steps: int, directory: Path) -> None:
    """Write the compressed int8 ONNX graph and the vocabulary into a directory.

    Matrix products run in int8 with activations scaled to each sentence's own range, so sentences must be passed one at
    a time for a result that depends on nothing else.
    """
    freeze(network)
    network.eval()
    embeddings = network.backbone.embeddings
    embeddings.word_embeddings = _ByteEmbedding(embeddings.word_embeddings.weight.detach(), embedding_steps)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exact, coarse = Path(folder, "exact.onnx"), Path(folder, "int8.onnx")
        torch.onnx.export(
            _Embedder(network),
            (torch.arange(5, 22).unsqueeze(0),),
            str(exact),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {1: "tokens"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            onnx.load(str(exact)),
            str(coarse),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul"],
            extra_options={"MatMulConstBOnly": True},
        )
        graph = onnx.load(str(coarse))
        graph.producer_version = graph.doc_string = ""
        with gzip.GzipFile(filename="", fileobj=(directory / GRAPH).open("wb"), mode="wb", mtime=0) as file:
            file.write(graph.SerializeToString(deterministic=True))
    (directory / VOCABULARY).write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
