"""Unit 11."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from autograder.quiz.kinds import Answer, Shown

from .patterns import printed_with, values


def shift_right(targets, bos):
    return F.pad(targets, (1, -1), value=bos)


def decoder_runs(shown: Shown) -> Answer:
    (length,) = values(r"longest has (\d+) tokens", shown.text)
    written: list[int] = []
    count = 0
    while len(written) < length:
        count += 1
        written.append(count)
    return count


def shape_of_the_logits(shown: Shown) -> Answer:
    _, tgt_vocab, _, tgt = values(r"for (\d+) source words and (\d+) target.*?`(\(.*?\))`.*?`(\(.*?\))`", shown.text)
    decoded = nn.Embedding(tgt_vocab, 8)(torch.zeros(tgt, dtype=torch.int64))
    return tuple(nn.Linear(8, tgt_vocab)(decoded).shape)


def base_model_parameters(shown: Shown) -> Answer:
    src_vocab, tgt_vocab = values(r"all, with (\d+) source words and (\d+) target words", shown.text)
    with torch.device("meta"):
        ends = [nn.Embedding(src_vocab, 512), nn.Embedding(tgt_vocab, 512), nn.Linear(512, tgt_vocab)]
    return 44_138_496 + sum(parameter.numel() for end in ends for parameter in end.parameters())


def loss_by_hand(shown: Shown) -> Answer:
    places, chances = values(r"of (\d+) places.*?probabilities (\[.*?\])", shown.text)
    rows = [[chance, 1 - chance] for chance in chances] + [[0.5, 0.5]] * (places - len(chances))
    labels = torch.tensor([0] * len(chances) + [-1] * (places - len(chances)))
    return F.cross_entropy(torch.tensor(rows, dtype=torch.float64).log(), labels, ignore_index=-1).item()


def smoothed_target(shown: Shown) -> Answer:
    """From the gradient of PyTorch's loss: softmax minus target."""
    smoothing, vocabulary = values(r"varepsilon = ([\d.]+)\$ and a vocabulary of (\d+)", shown.text)
    logits = torch.zeros(1, vocabulary, dtype=torch.float64, requires_grad=True)
    F.cross_entropy(logits, torch.tensor([0]), label_smoothing=smoothing).backward()
    return 1 / vocabulary - logits.grad[0, 0].item()


def share_of_the_peak(shown: Shown) -> Answer:
    warmup, step = values(r"warm-up of (\d+) steps.*?at step (\d+)\?", shown.text)

    def rate(at):
        return 512**-0.5 * min(at**-0.5, at * warmup**-1.5)

    return rate(step) / max(rate(at) for at in range(1, 2 * warmup))


def shifted(shown: Shown) -> str:
    return printed_with(shown, shift_right=shift_right)
