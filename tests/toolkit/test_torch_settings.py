"""Contracts on what all code of a process shares: whether gradients are recorded, PyTorch's default dtype, seeds."""

from __future__ import annotations

import pytest
import torch

from autograder.toolkit import Disagreement
from autograder.toolkit import tensors as t

from .torch_programs import HEADS, SOFTMAX, program

X = torch.tensor([[0.5, -1.5, 2.0, 1.0], [3.0, 1.0, -2.0, 0.0], [-0.5, 0.5, 2.5, -3.0]], dtype=torch.float64)
RIGHT = program(SOFTMAX + HEADS)


def softmax(body: str):
    return program("def softmax(x, dim=-1):\n" + "\n".join(f"    {line}" for line in body.split("\n"))).softmax


SWITCHED = {
    "torch.set_grad_enabled(False)": "torch.set_grad_enabled",
    "torch.set_default_dtype(x.dtype)": "torch.set_default_dtype",
    "torch.set_num_threads(torch.get_num_threads() + 1)": "torch.set_num_threads",
    "np.seterr(all='ignore')": "np.seterr",
    "torch.manual_seed(0)": "torch.manual_seed",
}


@pytest.mark.parametrize(("line", "name"), SWITCHED.items(), ids=SWITCHED.values())
def test_a_switch_that_is_left_changed_is_refused(line: str, name: str):
    with pytest.raises(Disagreement, match=rf"all code shares, by {name}:"):
        t.assert_leaves_switches(softmax(f"{line}\nreturn torch.softmax(x, dim)"), X)


def test_random_numbers_may_be_drawn_and_what_is_put_back_is_not_changed():
    t.assert_leaves_switches(softmax("torch.rand(3)\nreturn torch.softmax(x, dim)"), X)
    t.assert_leaves_switches(
        softmax(
            "with torch.random.fork_rng(devices=[]), torch.no_grad(), np.errstate(all='ignore'):\n"
            "    torch.manual_seed(0)\n"
            "    return torch.softmax(x, dim)"
        ),
        X,
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return torch.softmax(x, dim if torch.is_grad_enabled() else 0)", r"depends on `torch.no_grad\(\)`: "),
        ("return torch.softmax(x, dim) + torch.zeros(x.shape)", "depends on PyTorch's default dtype: has dtype"),
        (
            "if torch.is_grad_enabled(): return torch.softmax(x, dim)\nx -= 1\nreturn torch.softmax(x, dim)",
            "changes its input",
        ),
        (
            "y = torch.softmax(x, dim)\nif torch.is_grad_enabled(): return y\n"
            "softmax.kept = getattr(softmax, 'kept', y)\nreturn softmax.kept",
            r"depends on `torch.no_grad\(\)`: ",
        ),
        ("torch.set_grad_enabled(False)\nreturn torch.softmax(x, dim)", "all code shares"),
    ],
    ids=["another axis", "default dtype", "in place", "kept", "left off"],
)
def test_an_answer_that_follows_from_a_setting_is_refused(body: str, message: str):
    cases = [X.float()], [X.float()[:1]]
    t.assert_same_under_settings(RIGHT.softmax, *cases)
    with pytest.raises(Disagreement, match=message):
        t.assert_same_under_settings(softmax(body), *cases)


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ("self.training and torch.is_grad_enabled()", r"drops nothing in training mode under `torch.no_grad\(\)`"),
        ("self.training or not torch.is_grad_enabled()", r"another answer in eval mode under `torch.no_grad\(\)`"),
    ],
)
def test_dropout_that_follows_from_gradients_is_refused(training: str, message: str):
    old = "self.dropout(torch.softmax(q @ k.mT / math.sqrt(q.shape[-1]), -1))"
    assert old in HEADS
    wrong = program(HEADS.replace(old, f"nn.functional.dropout(torch.softmax(q @ k.mT, -1), 0.3, {training})"))
    x = torch.linspace(-2, 2, 108).view(2, 9, 6)
    t.assert_modes(RIGHT.Heads(6, 3, 0.3), x, rate=0.3)
    with pytest.raises(Disagreement, match=message):
        t.assert_modes(wrong.Heads(6, 3, 0.3), x, rate=0.3)


def test_a_rate_of_0_drops_nothing_without_gradients_either():
    wrong = program(HEADS.replace("self.dropout(torch.softmax", "(2 - torch.is_grad_enabled()) * (torch.softmax"))
    with pytest.raises(Disagreement, match=r"in eval mode under `torch.no_grad\(\)`"):
        t.assert_modes(wrong.Heads(6, 3), torch.ones(2, 9, 6), rate=0)
