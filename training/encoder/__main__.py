"""``make encoder``: from the pre-trained network to the encoder's two shipped files.

1. A teacher, the whole pre-trained network, is fine-tuned on the gold labels of all groups that are not held out.
2. A student, some of the teacher's layers with weights rounded to a few levels, is trained on gold labels and on the
   teacher's scores (Hinton, Vinyals & Dean, *Distilling the Knowledge in a Neural Network*, 2015).
3. The student is exported to int8 ONNX.

The teacher is kept in ``build/encoder`` and taken from there by a later run; delete it when the corpus has changed.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from models.artefact import SHIPPED
from models.labels import LABELS
from models.wordpiece import WordPiece
from training.corpus import load_corpus
from training.encoder.backbone import BackboneError, load_backbone
from training.encoder.export import export
from training.encoder.finetuning import Schedule, finetune
from training.encoder.network import StatementNetwork, keep_layers, predict
from training.encoder.quantisation import quantise

WORK = Path("build/encoder")
TEACHER = Schedule(epochs=2, learning_rate=3e-5)
STUDENT = Schedule(epochs=3, learning_rate=5e-5, teacher_weight=0.5)
STUDENT_LAYERS = (0, 1, 3, 5, 6, 8, 10, 11)
LINEAR_STEPS = 7
EMBEDDING_STEPS = 15
CALIBRATION = 400  # sentences that fix the ranges of the activations
_TRAINING_TOKENS = 96


def main() -> None:
    """Run the three steps."""
    torch.set_num_threads(2)
    WORK.mkdir(parents=True, exist_ok=True)
    rows = [row for row in load_corpus() if not row.held_out]
    backbone, vocabulary = load_backbone()
    tokenise = WordPiece({token: index for index, token in enumerate(vocabulary)}, _TRAINING_TOKENS)
    sequences = [tokenise(row.sentence) for row in rows]
    labels = torch.tensor([LABELS.index(row.label) for row in rows])
    print(f"{len(rows)} sentences", flush=True)
    network = StatementNetwork(backbone)
    scores = _teach(network, sequences, labels)
    keep_layers(network, STUDENT_LAYERS)
    quantise(network.backbone, LINEAR_STEPS, EMBEDDING_STEPS)
    finetune(network, sequences, labels, STUDENT, scores, log=_log("student"))
    torch.save(network.state_dict(), WORK / "student.pt")
    export(network, vocabulary, EMBEDDING_STEPS, sequences[:: len(sequences) // CALIBRATION], SHIPPED)
    print(f"wrote {SHIPPED}; now run `make train`", flush=True)


def _teach(network: StatementNetwork, sequences: Sequence[Sequence[int]], labels: Tensor) -> Tensor:
    """Fine-tune the teacher, or load it where an earlier run has; return its scores of all sentences, (n, 5)."""
    checkpoint = WORK / "teacher.pt"
    if checkpoint.exists():
        network.load_state_dict(torch.load(checkpoint, weights_only=True))
    else:
        finetune(network, sequences, labels, TEACHER, log=_log("teacher"))
        torch.save(network.state_dict(), checkpoint)
    return torch.softmax(predict(network, sequences), dim=-1)


def _log(name: str) -> Callable[[str], None]:
    return lambda line: print(f"{name}: {line}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except BackboneError as error:
        sys.exit(f"encoder: {error}")
