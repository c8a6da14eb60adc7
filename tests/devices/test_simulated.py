"""The simulated device in this process: what it lets pass, what it refuses, what it counts."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from autograder.devices import backend
from autograder.devices.account import ACCOUNT

DEVICE = "simulated"
APART = "Expected all tensors to be on the same device, but found at least two devices, simulated:0 and cpu!"


@pytest.fixture(autouse=True)
def _simulation():
    assert backend.register()
    with backend.in_this_thread():
        yield


def there(*values: float) -> torch.Tensor:
    return torch.tensor(values).to(DEVICE)


def test_values_are_those_of_the_cpu():
    x = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
    assert torch.equal((x.to(DEVICE) @ x.to(DEVICE)).softmax(-1).cpu(), (x @ x).softmax(-1))


def test_a_result_lives_where_its_operands_do():
    assert (there(1.0) + 1).device == torch.device("simulated:0")
    assert torch.zeros_like(there(1.0)).device.type == DEVICE
    assert there(1.0).new_ones(3).device.type == DEVICE
    assert torch.arange(3, device=DEVICE).device.type == DEVICE


def test_inference_mode_takes_views_of_what_was_made_outside():
    x = there(1.0, 2.0, 4.0)
    with torch.inference_mode():
        doubled = 2 * x[1:].unsqueeze(0)
    assert doubled.cpu().tolist() == [[4.0, 8.0]]


@pytest.mark.parametrize(
    "mix",
    [
        lambda x: x + torch.zeros(2),
        lambda x: torch.zeros(2) * x,
        lambda x: torch.cat([x, torch.zeros(1)]),
        lambda x: torch.dot(x, torch.zeros(2)),
        lambda x: x.masked_fill(torch.tensor([True, False]), 0.0),
        lambda x: torch.where(torch.tensor([True, False]), x, x),
        lambda x: nn.functional.embedding(torch.tensor([0]), x[None]),
        lambda x: x.gather(0, torch.tensor([0])),
        lambda x: torch.zeros(2).add_(x),
        lambda x: x.index_put_((torch.tensor([0, 1]),), torch.zeros(2)),
        lambda x: nn.Linear(2, 2)(x),
    ],
)
def test_tensors_of_two_devices_do_not_mix(mix):
    with pytest.raises(RuntimeError, match="at least two devices") as raised:
        mix(there(1.0, 2.0))
    assert "simulated:0" in str(raised.value)
    assert "cpu" in str(raised.value)


def test_the_message_is_that_of_cuda_and_names_the_argument():
    with pytest.raises(RuntimeError, match="other in method add") as raised:
        there(1.0) + torch.zeros(1)
    assert str(raised.value).startswith(APART)


@pytest.mark.parametrize(
    ("mix", "expected"),
    [
        (lambda x: x * torch.tensor(2.0), [2.0, 4.0]),
        (lambda x: x[torch.tensor([1, 0])], [2.0, 1.0]),
        (lambda x: x[torch.tensor([False, True])], [2.0]),
        (lambda x: x.masked_fill(x > 1, torch.tensor(7.0)), [1.0, 7.0]),
        (lambda x: torch.where(x > 1, x, torch.tensor(0.0)), [0.0, 2.0]),
    ],
)
def test_what_is_legal_on_cuda_is_legal_here(mix, expected):
    assert mix(there(1.0, 2.0)).tolist() == expected


def test_copies_cross():
    x, host = there(1.0, 2.0), torch.zeros(2)
    host[:] = x
    x[0] = torch.tensor(5.0)
    assert host.tolist() == [1.0, 2.0]
    assert x.tolist() == [5.0, 2.0]


def test_indices_on_the_device_do_not_index_a_cpu_tensor():
    with pytest.raises(RuntimeError, match="indices should be either on cpu or on the same device"):
        torch.zeros(2)[there(1.0, 2.0) > 1]


def test_numpy_is_refused_in_the_words_of_cuda():
    with pytest.raises(TypeError, match=r"Use Tensor.cpu\(\) to copy the tensor to host memory first"):
        there(1.0).numpy()
    with pytest.raises(TypeError, match="can't convert simulated:0"):
        np.asarray(there(1.0))


def test_random_numbers_can_be_drawn_aside():
    torch.manual_seed(3)
    expected = torch.rand(2, device=DEVICE).cpu()
    torch.manual_seed(3)
    with torch.random.fork_rng():
        torch.rand(5, device=DEVICE)
    assert torch.equal(torch.rand(2, device=DEVICE).cpu(), expected)


def test_a_generator_of_the_cpu_is_refused():
    with pytest.raises(RuntimeError, match="Expected a 'simulated' device type for generator"):
        torch.randn(2, device=DEVICE, generator=torch.Generator())


def test_a_resized_result_shows_its_new_shape():
    out = torch.empty(0, device=DEVICE)
    torch.add(there(1.0, 2.0), 1, out=out)
    assert out.shape == (2,)
    assert out.tolist() == [2.0, 3.0]


def test_data_can_be_exchanged():
    parameter = nn.Parameter(there(1.0))
    parameter.data = there(3.0, 4.0)
    assert (parameter * 2).tolist() == [6.0, 8.0]


def test_a_view_changed_in_place_changes_its_base():
    x = there(1.0, 2.0, 3.0)
    x[1:].mul_(10)
    x.unsqueeze_(0)
    assert x.tolist() == [[1.0, 20.0, 30.0]]


def test_gradients_flow_there_and_back():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x.to(DEVICE) ** 2).sum().cpu().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_copied_module_stays_on_the_device_and_learns():
    module = copy.deepcopy(nn.Linear(2, 1).to(DEVICE))
    optimiser = torch.optim.AdamW(module.parameters(), lr=0.1)
    before = module.weight.cpu().clone()
    module(there(1.0, 1.0)).sum().backward()
    nn.utils.clip_grad_norm_(module.parameters(), 1.0)
    optimiser.step()
    assert module.weight.device.type == DEVICE
    assert not torch.equal(before, module.weight.cpu())


def test_pytorch_s_own_transformer_trains_on_it():
    torch.manual_seed(0)
    model = nn.Transformer(8, 2, 1, 1, 16, dropout=0.0, batch_first=True).to(DEVICE)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    source, target = torch.randn(2, 3, 8, device=DEVICE), torch.randn(2, 4, 8, device=DEVICE)
    losses = []
    for _ in range(8):
        optimiser.zero_grad()
        loss = (model(source, target) - target).pow(2).mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_launches_are_counted_and_views_are_none():
    x = torch.ones(4, 4, device=DEVICE)
    with ACCOUNT.measured() as measures:
        x.T.reshape(16).view(2, 8)[0] + 1
    assert measures.launches == 2  # the copy that reshape makes of the transpose, and the sum


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (lambda x: x.sum().item(), "value is read"),
        (lambda x: bool((x > 0).all()), "value is read"),
        (lambda x: x.cpu(), "copied to the host"),
        (lambda x: x.tolist(), "all values are read"),
        (lambda x: x[x > 1], "boolean mask"),
        (lambda x: x.nonzero(), "nonzero"),
        (lambda x: torch.zeros(2).copy_(x), "tensor of the host"),
    ],
)
def test_each_wait_of_the_host_is_counted_with_its_line(read, why):
    x = there(1.0, 2.0)
    with ACCOUNT.measured() as measures:
        read(x)
    (wait,) = measures.synchronisations
    assert why in wait.what
    assert wait.file == __file__
    assert wait.line == read.__code__.co_firstlineno


def test_work_that_stays_on_the_device_waits_for_nothing():
    x = there(1.0, 2.0)
    with ACCOUNT.measured() as measures:
        (x.softmax(-1).masked_fill(x > 1, 0.0) @ x).exp()
    assert measures.synchronisations == []


def test_peak_bytes_are_those_that_live_at_once():
    x = torch.ones(1000, device=DEVICE)
    with ACCOUNT.measured() as one_after_the_other:
        for _ in range(5):
            x + 1
    with ACCOUNT.measured() as kept:
        held = [x + 1 for _ in range(5)]
    assert one_after_the_other.peak_bytes == 4_000
    assert kept.peak_bytes == 20_000
    assert held[0].shape == (1000,)


def test_bytes_are_given_back_when_the_last_view_is_gone():
    before = ACCOUNT.live_bytes
    x = torch.ones(1000, device=DEVICE)
    view = x[:1]
    del x
    assert ACCOUNT.live_bytes == before + 4_000
    del view
    assert ACCOUNT.live_bytes == before
