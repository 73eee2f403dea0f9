"""From a trained network to the two files the encoder ships as."""

import gzip
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from models.encoder import GRAPH, INPUT, OUTPUT, VOCABULARY
from training.encoder.network import StatementNetwork
from training.encoder.quantisation import freeze

#: Share of the calibration sentences whose activations fit into a layer's range; the rest is clipped.
_RANGE_PERCENT = 99


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
    """Sentences of one length in, their embeddings out: nothing is padded, so nothing is masked."""

    def __init__(self, network: StatementNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor) -> Tensor:
        return self.network.embed(ids, torch.ones_like(ids))


def export(
    network: StatementNetwork,
    vocabulary: Sequence[str],
    embedding_steps: int,
    calibration: Sequence[Sequence[int]],
    directory: Path,
) -> None:
    """Write the compressed int8 ONNX graph and the vocabulary into a directory.

    Matrix products run in int8. The range of their inputs is fixed from calibration sentences, so that a sentence's
    embedding depends on nothing but the sentence.

    Args:
        network: Trained with `quantise`.
        vocabulary: Tokens in the order of their ids.
        embedding_steps: Levels of the token table, as given to `quantise`.
        calibration: Token ids of some hundred sentences.
        directory: Where the files go.
    """
    freeze(network)
    network.eval()
    embeddings = network.backbone.embeddings
    embeddings.word_embeddings = _ByteEmbedding(embeddings.word_embeddings.weight.detach(), embedding_steps)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exact, dynamic = Path(folder, "exact.onnx"), Path(folder, "int8.onnx")
        torch.onnx.export(
            _Embedder(network),
            (torch.arange(5, 22).unsqueeze(0).repeat(2, 1),),
            str(exact),
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "sentences", 1: "tokens"}, OUTPUT: {0: "sentences"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            onnx.load(str(exact)),
            str(dynamic),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul"],
            extra_options={"MatMulConstBOnly": True},
        )
        model = onnx.load(str(dynamic))
    _fix_ranges(model, calibration)
    model.producer_version = model.doc_string = ""
    with (directory / GRAPH).open("wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
        packed.write(model.SerializeToString(deterministic=True))
    (directory / VOCABULARY).write_text("\n".join(vocabulary) + "\n", encoding="utf-8")


def _fix_ranges(model: ModelProto, calibration: Sequence[Sequence[int]]) -> None:
    """Replace quantisation over each input's own range by quantisation over ranges measured once, in place."""
    dynamic = [node for node in model.graph.node if node.op_type == "DynamicQuantizeLinear"]
    ranges = _activation_ranges(model, [node.input[0] for node in dynamic], calibration)
    for node in dynamic:
        low, high = ranges[node.input[0]]
        scale = np.float32((high - low) / 255)
        zero = np.uint8(np.clip(round(-low / scale), 0, 255))
        quantised, scale_name, zero_name = node.output
        model.graph.initializer.append(numpy_helper.from_array(scale, scale_name))
        model.graph.initializer.append(numpy_helper.from_array(zero, zero_name))
        node.CopyFrom(helper.make_node("QuantizeLinear", [node.input[0], scale_name, zero_name], [quantised]))


def _activation_ranges(
    model: ModelProto, names: Sequence[str], calibration: Sequence[Sequence[int]]
) -> dict[str, tuple[float, float]]:
    probe = ModelProto()
    probe.CopyFrom(model)
    known = {output.name for output in probe.graph.output}
    probe.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in dict.fromkeys(names)
        if name not in known
    )
    session = onnxruntime.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    extremes: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for sequence in calibration:
        values = session.run(list(extremes), {INPUT: np.array([sequence], dtype=np.int64)})
        for name, value in zip(extremes, values, strict=True):
            extremes[name].append((float(value.min()), float(value.max())))
    ranges = {}
    for name, pairs in extremes.items():
        lows, highs = zip(*pairs, strict=True)
        low, high = np.percentile(lows, 100 - _RANGE_PERCENT), np.percentile(highs, _RANGE_PERCENT)
        ranges[name] = (min(float(low), 0.0), max(float(high), 0.0))
    return ranges
