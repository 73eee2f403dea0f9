"""The parts of `make encoder` that can be tried in seconds; they need the training dependencies."""

import random

import pytest

torch = pytest.importorskip("torch", reason="the training dependencies are not installed")
pytest.importorskip("transformers")

from transformers import MPNetConfig, MPNetModel  # noqa: E402

from training.encoder.finetuning import Schedule, _batches, finetune  # noqa: E402
from training.encoder.network import StatementNetwork, collate, keep_layers, predict  # noqa: E402
from training.encoder.quantisation import Levels, freeze, quantise  # noqa: E402


@pytest.fixture
def network():
    torch.manual_seed(0)
    config = MPNetConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=32
    )
    return StatementNetwork(MPNetModel(config, add_pooling_layer=False))


def test_levels_are_few_symmetric_and_let_gradients_through():
    weight = torch.randn(6, 40, requires_grad=True)
    rounded = Levels(7)(weight)
    for row, original in zip(rounded, weight, strict=True):
        assert len(row.unique()) <= 15
        assert torch.isclose(row.abs().max(), original.abs().max())
    rounded.sum().backward()
    assert torch.equal(weight.grad, torch.ones_like(weight))


def test_padding_does_not_change_a_sentence(network):
    network.eval()
    short, long = [0, 7, 8, 2], [0, 9, 10, 11, 12, 13, 2]
    alone = network(*collate([short]))
    assert torch.allclose(network(*collate([short, long]))[0], alone[0], atol=1e-5)


def test_a_student_keeps_the_layers_asked_for(network):
    kept = network.backbone.encoder.layer[3]
    keep_layers(network, (0, 3))
    assert len(network.backbone.encoder.layer) == 2
    assert network.backbone.encoder.layer[1] is kept


def test_batches_hold_every_row_once():
    sequences = [[0] * length for length in range(1, 100)]
    rows = [row for batch in _batches(sequences, 8, random.Random(0)) for row in batch]
    assert sorted(rows) == list(range(99))


def test_a_quantised_student_learns(network):
    quantise(network.backbone, 7, 15)
    sequences = [[0, 5 + label, 5 + label, 2] for label in range(5)] * 8
    labels = torch.tensor(list(range(5)) * 8)
    finetune(network, sequences, labels, Schedule(epochs=30, learning_rate=5e-3), log=lambda _: None)
    assert (predict(network, sequences).argmax(1) == labels).float().mean() > 0.9
    freeze(network)
    for name, weight in network.backbone.encoder.named_parameters():
        if weight.ndim == 2 and "relative_attention_bias" not in name:
            assert all(len(row.unique()) <= 15 for row in weight)
