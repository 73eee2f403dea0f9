"""The network that is fine-tuned: backbone, mean over tokens, linear layer to the five labels."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from transformers import MPNetModel

from models.encoder import PAD
from models.labels import LABELS


class StatementNetwork(nn.Module):
    """Sentence embedding and label logits.

    Args:
        backbone: Pre-trained or fine-tuned transformer.
        dropout: Share of embedding values dropped while training.
    """

    def __init__(self, backbone: MPNetModel, dropout: float = 0.1) -> None:
        super().__init__()
        self.backbone = backbone
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(backbone.config.hidden_size, len(LABELS))

    def embed(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Mean of the token states: (batch, tokens) ids and mask to (batch, hidden)."""
        states = self.backbone(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        return (states * weights).sum(1) / weights.sum(1)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Label logits, (batch, 5), in the order of `LABELS`."""
        logits: Tensor = self.head(self.dropout(self.embed(ids, mask)))
        return logits.float()


def keep_layers(network: StatementNetwork, layers: Sequence[int]) -> None:
    """Drop all transformer layers but those given, in place: how a student starts from its teacher."""
    encoder = network.backbone.encoder
    encoder.layer = nn.ModuleList(encoder.layer[index] for index in layers)
    network.backbone.config.num_hidden_layers = len(layers)


def collate(sequences: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Pad token ids to one length: ids and mask, both (batch, longest)."""
    longest = max(map(len, sequences))
    ids = torch.full((len(sequences), longest), PAD)
    mask = torch.zeros((len(sequences), longest), dtype=torch.long)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = torch.tensor(sequence)
        mask[row, : len(sequence)] = 1
    return ids, mask


def predict(network: StatementNetwork, sequences: Sequence[Sequence[int]], batch_size: int = 64) -> Tensor:
    """Logits of many sequences, (n, 5), in their order; coarse weights are rounded once, not at every use."""
    network.eval()
    order = sorted(range(len(sequences)), key=lambda index: len(sequences[index]))
    logits = torch.empty((len(sequences), len(LABELS)))
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16), parametrize.cached():
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            logits[rows] = network(*collate([sequences[row] for row in rows]))
    return logits
