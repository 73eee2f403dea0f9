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

from models.encoder import GRAPH, INPUT, OUTPUT, PAD, VOCABULARY
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
    """Padded sentences in, their embeddings out.

    Everything but attention runs over one row of all tokens without the padding, so that a batch of mixed lengths costs
    little more than its tokens, and the padding adds nothing but exact zeros to any sum.
    """

    def __init__(self, network: StatementNetwork) -> None:
        super().__init__()
        self.backbone = network.backbone

    def forward(self, ids: Tensor) -> Tensor:
        """Token ids, (n, longest), to embeddings, (n, hidden)."""
        embeddings, encoder = self.backbone.embeddings, self.backbone.encoder
        real = ids != PAD
        flat = real.reshape(-1)
        cells = torch.nonzero(flat).squeeze(1)  # where each token stands in the padded rows
        tokens = (torch.cumsum(flat.to(torch.int64), 0) - 1).clamp_min(0)  # which token each padded cell holds
        place = torch.arange(ids.shape[1])
        positions = place.expand(ids.shape).reshape(-1)[cells]
        words = embeddings.word_embeddings(ids.reshape(-1)[cells])
        states = embeddings.LayerNorm(words + embeddings.position_embeddings(positions + PAD + 1))
        distance = encoder.relative_position_bucket(place[None, :] - place[:, None])
        bias = encoder.relative_attention_bias(distance).permute(2, 0, 1)
        bias = bias + torch.where(real, 0.0, -10_000.0)[:, None, None, :]
        for layer in encoder.layer:
            attention = layer.attention
            context = _attend(attention.attn, states, tokens, bias).reshape(-1, states.shape[1])[cells]
            states = attention.LayerNorm(attention.attn.o(context) + states)
            states = layer.output(layer.intermediate(states), states)
        weights = real.unsqueeze(-1).to(states.dtype)
        padded = states[tokens].reshape(*ids.shape, self.backbone.config.hidden_size) * weights
        embedding: Tensor = padded.sum(1) / weights.sum(1)
        return embedding


def _attend(attention: nn.Module, states: Tensor, tokens: Tensor, bias: Tensor) -> Tensor:
    """Self-attention within each sentence: token states, (tokens, hidden), to contexts, (n, longest, hidden)."""
    heads, width = attention.num_attention_heads, attention.attention_head_size

    def spread(values: Tensor) -> Tensor:
        return values[tokens].reshape(bias.shape[0], -1, heads, width).transpose(1, 2)

    query, key, value = spread(attention.q(states)), spread(attention.k(states)), spread(attention.v(states))
    weights = torch.softmax(query @ key.transpose(-1, -2) / width**0.5 + bias, -1)
    return (weights @ value).transpose(1, 2)


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
            (torch.tensor([[5, 6, 7, 8, 9], [5, 6, 7, PAD, PAD]]),),
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
