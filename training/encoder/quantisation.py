"""Training with coarse weights, so that the exported encoder loses nothing when it is stored in few bits.

Each row of a weight matrix is rounded to an odd number of equally spaced levels, symmetric about zero, with the
straight-through estimator for the gradient (Jacob et al., *Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference*, 2018; Bengio et al. 2013). The int8 tensors the export writes then take so few
values that plain DEFLATE stores them in three or four bits a weight.
"""

from torch import Tensor, nn
from torch.nn.utils import parametrize
from transformers import MPNetModel


class Levels(nn.Module):
    """Round each row of a matrix to ``2 * steps + 1`` levels between plus and minus its largest magnitude."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def forward(self, weight: Tensor) -> Tensor:
        """Rounded weights; the gradient passes through unchanged."""
        scale = weight.detach().abs().amax(dim=1, keepdim=True).clamp_min(1e-8) / self.steps
        rounded = (weight.detach() / scale).round() * scale
        return weight + (rounded - weight.detach())


def quantise(backbone: MPNetModel, linear_steps: int, embedding_steps: int) -> None:
    """Make a backbone coarse, in place: its linear layers while they go on training, its token table once for all."""
    for module in list(backbone.encoder.modules()):
        if isinstance(module, nn.Linear):
            parametrize.register_parametrization(module, "weight", Levels(linear_steps))
    table = backbone.embeddings.word_embeddings.weight.requires_grad_(False)
    table.copy_(Levels(embedding_steps)(table))


def freeze(network: nn.Module) -> None:
    """Replace parametrised weights by their rounded values, for export."""
    for module in network.modules():
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
