"""What a ValueError's message has to say, and in which words it may."""

from __future__ import annotations

import pytest
import torch

from autograder.toolkit import Disagreement, assert_value_error


def refusing(message):
    def refuse():
        raise ValueError(message)

    return refuse


@pytest.mark.parametrize("shape", [(2, 3), [2, 3], torch.Size([2, 3])], ids=["tuple", "list", "torch.Size"])
def test_a_shape_may_be_written_as_python_or_as_pytorch_prints_it(shape):
    assert_value_error(refusing(f"{shape} does not fit"), names=["(2, 3)"])


@pytest.mark.parametrize("message", ["[4, 2, 3] does not fit", "2 and 3 do not fit", ""])
def test_a_message_without_the_shape_is_told_what_it_lacks(message):
    with pytest.raises(Disagreement, match=r"should name \(2, 3\)"):
        assert_value_error(refusing(message), names=["(2, 3)"])
