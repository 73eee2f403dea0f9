"""The training loop, for a teacher on gold labels and for a student on its teacher's scores too."""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.encoder.network import StatementNetwork, collate


@dataclass(frozen=True)
class Schedule:
    """How to train.

    Attributes:
        epochs: Passes over the data.
        learning_rate: Peak rate; warmed up linearly over the first 6% of steps, then brought to zero linearly.
        batch_size: Sentences a step.
        label_smoothing: Share of each gold label spread over all labels.
        teacher_weight: Share of the loss that is cross-entropy against the teacher's scores.
    """

    epochs: int
    learning_rate: float
    batch_size: int = 32
    label_smoothing: float = 0.05
    teacher_weight: float = 0.0


def finetune(
    network: StatementNetwork,
    sequences: Sequence[Sequence[int]],
    labels: Tensor,
    schedule: Schedule,
    teacher_scores: Tensor | None = None,
    seed: int = 0,
    log: Callable[[str], None] = print,
) -> None:
    """Train a network in place with AdamW in bfloat16, batching sentences of like length.

    Args:
        network: What to train.
        sequences: Token ids, one list a sentence.
        labels: Gold label indices, (n,).
        schedule: How.
        teacher_scores: Teacher's probabilities, (n, 5); needed where ``schedule.teacher_weight`` is above 0.
        seed: Of shuffling and dropout.
        log: Takes progress lines.
    """
    torch.manual_seed(seed)
    shuffler = random.Random(seed)  # noqa: S311 - not for secrecy
    optimiser = torch.optim.AdamW(_parameter_groups(network), lr=schedule.learning_rate, fused=True)
    steps = math.ceil(len(sequences) / schedule.batch_size) * schedule.epochs
    step, running, began = 0, 0.0, time.monotonic()
    for _ in range(schedule.epochs):
        network.train()
        for rows in _batches(sequences, schedule.batch_size, shuffler):
            rate = schedule.learning_rate * min(step / (0.06 * steps + 1), 1) * (steps - step) / steps
            for group in optimiser.param_groups:
                group["lr"] = rate
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(*collate([sequences[row] for row in rows]))
            loss = functional.cross_entropy(logits, labels[rows], label_smoothing=schedule.label_smoothing)
            if teacher_scores is not None:
                share = schedule.teacher_weight
                loss = (1 - share) * loss + share * functional.cross_entropy(logits, teacher_scores[rows])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            step += 1
            running = 0.99 * running + 0.01 * loss.item() if step > 1 else loss.item()
            if step % 50 == 0 or step == steps:
                log(f"step {step}/{steps} loss {running:.3f} {time.monotonic() - began:.0f} s")


def _parameter_groups(network: StatementNetwork) -> list[dict[str, object]]:
    matrices = [parameter for parameter in network.parameters() if parameter.ndim > 1 and parameter.requires_grad]
    vectors = [parameter for parameter in network.parameters() if parameter.ndim <= 1 and parameter.requires_grad]
    return [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}]


def _batches(sequences: Sequence[Sequence[int]], size: int, shuffler: random.Random) -> list[list[int]]:
    """Shuffled batches whose sentences are of like length, so that little is padding."""
    order = list(range(len(sequences)))
    shuffler.shuffle(order)
    batches = []
    for start in range(0, len(order), size * 50):
        chunk = sorted(order[start : start + size * 50], key=lambda row: len(sequences[row]))
        batches += [chunk[first : first + size] for first in range(0, len(chunk), size)]
    shuffler.shuffle(batches)
    return batches
