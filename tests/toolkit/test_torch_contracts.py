"""Each contract accepts a right program and refuses the wrong ones it is meant for."""

from __future__ import annotations

import pytest
import torch

from autograder.toolkit import Disagreement, assert_inputs_unchanged
from autograder.toolkit import tensors as t

from .torch_programs import ATTENTION, HEADS, SOFTMAX, program

X = torch.tensor([[0.5, -1.5, 2.0, 1.0], [3.0, 1.0, -2.0, 0.0], [-0.5, 0.5, 2.5, -3.0]], dtype=torch.float64)
RIGHT = program(SOFTMAX + ATTENTION + HEADS)


def softmax(body: str):
    return program("def softmax(x, dim=-1):\n" + "\n".join(f"    {line}" for line in body.split("\n"))).softmax


def heads(old: str, new: str):
    assert old in HEADS
    return program(HEADS.replace(old, new))


def block(*shape: int, seed: int = 3) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_right_programs_keep_every_contract():
    t.assert_gradients_agree(RIGHT.softmax, program(SOFTMAX).softmax, X)
    t.assert_finite_gradients(RIGHT.attention, X, X, X, torch.zeros(3, 3, dtype=torch.bool))
    t.assert_precisions(RIGHT.softmax, program(SOFTMAX).softmax, X, scale=4.0)
    t.assert_batches(RIGHT.softmax, program(SOFTMAX).softmax, X)
    t.assert_accepts_gaps(RIGHT.softmax, program(SOFTMAX).softmax, X)
    t.assert_half_is_finite(RIGHT.softmax, X)
    t.assert_no_side_effects(RIGHT.softmax, X)
    assert_inputs_unchanged(RIGHT.softmax, X)
    mine, right = t.twins(RIGHT, program(HEADS), "Heads", 6, 3, seed=1)
    t.assert_parameters(mine, right)
    t.assert_every_parameter_learns(mine, block(2, 4, 6))
    t.assert_gradients_agree(mine, right, block(2, 4, 6))
    t.assert_state_round_trip(RIGHT.Heads, [6, 3], inputs=[block(2, 4, 6).float()])
    t.assert_modes(RIGHT.Heads(6, 3, 0.3), block(2, 9, 6).float(), rate=0.3)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return torch.softmax(x.detach(), dim)", "no gradient arrives at `x`"),
        ("return torch.tensor(torch.softmax(x, dim).tolist(), dtype=x.dtype)", "no gradient arrives"),
        ("y = torch.softmax(x, dim)\nreturn y.detach() + 0.5 * (y - y.detach())", "the gradient of `x` is"),
    ],
)
def test_a_wrong_gradient_is_refused(body: str, message: str):
    with pytest.raises(Disagreement, match=message):
        t.assert_gradients_agree(softmax(body), RIGHT.softmax, X)


def test_a_wrong_gradient_of_a_parameter_is_refused_by_name():
    wrong = heads(
        "for w in (self.w_q, self.w_k, self.w_v))",
        "for w in (self.w_q, lambda y: nn.functional.linear(y, self.w_k.weight.detach(), self.w_k.bias), self.w_v))",
    )
    mine, right = t.twins(wrong, RIGHT, "Heads", 6, 3, seed=1)
    with pytest.raises(Disagreement, match=r"no gradient arrives at `w_k.weight`"):
        t.assert_gradients_agree(mine, right, block(2, 4, 6))


def test_a_gradient_that_is_not_finite_is_refused():
    wrong = program(
        "def attention(q, k, v, mask):\n"
        "    hidden = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, -math.inf)\n"
        "    return torch.nan_to_num((q @ k.mT + hidden).softmax(-1)) @ v\n"
    )
    with pytest.raises(Disagreement, match="the gradient of `q` is not finite"):
        t.assert_finite_gradients(wrong.attention, X, X, X, torch.zeros(3, 3, dtype=torch.bool))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return torch.softmax(x.float(), dim)", "has dtype"),
        ("return torch.softmax(x.double(), dim)", "has dtype"),
        ("return torch.softmax(x, dim).half().to(x.dtype)", "expected"),
    ],
)
def test_a_lost_precision_is_refused(body: str, message: str):
    with pytest.raises(Disagreement, match=message):
        t.assert_precisions(softmax(body), RIGHT.softmax, X, scale=4.0)


def test_overflow_in_half_precision_is_refused():
    with pytest.raises(Disagreement, match="not finite for large numbers in float16"):
        t.assert_half_is_finite(softmax("e = torch.exp(x)\nreturn e / e.sum(dim, keepdim=True)"), X)


def test_batches_mixed_up_are_refused():
    with pytest.raises(Disagreement):
        t.assert_batches(softmax("return torch.softmax(x, 0 if x.dim() > 2 else dim)"), RIGHT.softmax, X)


def test_view_on_a_tensor_with_gaps_raises_as_it_does_for_the_student():
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        t.assert_accepts_gaps(softmax("return torch.softmax(x.view(-1), dim)"), RIGHT.softmax, X)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("print(x)\nreturn torch.softmax(x, dim)", "prints something"),
        ("torch.manual_seed(0)\nreturn torch.softmax(x, dim)", "random state of torch"),
        ("np.random.rand()\nreturn torch.softmax(x, dim)", "random state of numpy.random"),
        ("random.random()\nreturn torch.softmax(x, dim)", "random state of random"),
    ],
)
def test_side_effects_are_refused(body: str, message: str):
    with pytest.raises(Disagreement, match=message):
        t.assert_no_side_effects(softmax(body), X)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_a_changed_input_is_refused(dtype: torch.dtype):
    with pytest.raises(Disagreement, match="changes its input"):
        assert_inputs_unchanged(softmax("x -= 1\nreturn torch.softmax(x, dim)"), X.to(dtype))


def test_a_changed_mask_is_refused():
    wrong = program("def hide(x, mask):\n    mask.logical_not_()\n    return x.masked_fill(mask, 0)\n")
    with pytest.raises(Disagreement, match="changes its input"):
        assert_inputs_unchanged(wrong.hide, X, X > 0)


READS = "def reads(model, x):\n    {}\n    return model(x)\n"


def test_a_module_that_is_only_used_is_not_changed():
    right = program(HEADS + READS.format("model.eval(); model.train()"))
    assert_inputs_unchanged(right.reads, right.Heads(6, 3, 0.5), block(2, 4, 6).float())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("model.eval()", "in another mode"),
        ("model.w_q.weight.data += 1", r"changes `w_q\.weight` of the module"),
        ("del model.w_o._parameters['bias']; model.w_o.bias = None", r"changes `w_o\.bias` of the module"),
    ],
)
def test_a_changed_module_is_refused(line: str, message: str):
    wrong = program(HEADS + READS.format(line))
    with pytest.raises(Disagreement, match=message):
        assert_inputs_unchanged(wrong.reads, wrong.Heads(6, 3), block(2, 4, 6).float())


def test_an_object_that_is_no_module_may_be_an_argument():
    made = program("class Pad:\n    value = 1\ndef add(pad, x):\n    return x + pad.value\n")
    assert_inputs_unchanged(made.add, made.Pad(), X)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "self.w_q, self.w_k, self.w_v, self.w_o = (",
            "self.a, self.w_k, self.w_v, self.w_o = (",
            "has no parameter `w_q.weight`",
        ),
        (
            "self.dropout =",
            "self.extra = nn.Parameter(torch.ones(2))\n        self.dropout =",
            "a parameter `extra` too many",
        ),
        ("nn.Linear(d_model, d_model)", "nn.Linear(d_model, d_model, bias=False)", "has no parameter `w_q.bias`"),
        ("nn.Linear(d_model, d_model)", "nn.Linear(d_model, d_model + 1)", r"has shape \(7, 6\), expected \(6, 6\)"),
        (
            "self.dropout =",
            "self.w_q.weight.requires_grad_(False)\n        self.dropout =",
            "does not ask for a gradient",
        ),
    ],
)
def test_parameters_that_differ_from_the_contract_are_named(old: str, new: str, message: str):
    wrong = heads(old, new)
    with pytest.raises(Disagreement, match=message):
        t.assert_parameters(wrong.Heads(6, 3), RIGHT.Heads(6, 3))


def test_modules_that_share_what_they_learn_are_refused():
    shared = (
        "one_for_all = nn.Linear(4, 4)\nclass Shared(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    )
    with pytest.raises(Disagreement, match=r"parameter `w\.weight` belongs to two modules"):
        t.assert_own_parameters(program(shared + "        self.w = one_for_all").Shared, [])
    t.assert_own_parameters(program(shared + "        self.w = nn.Linear(4, 4)").Shared, [])


def test_layers_in_a_plain_list_are_lost_on_the_way_through_a_state_dict():
    wrong = heads(
        "self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))",
        "self.layers = [nn.Linear(d_model, d_model) for _ in range(4)]\n"
        "        self.w_q, self.w_k, self.w_v, self.w_o = (layer.forward for layer in self.layers)",
    )
    with pytest.raises(Disagreement, match="gives other answers after saving and loading"):
        t.assert_state_round_trip(wrong.Heads, [6, 3], inputs=[block(2, 4, 6).float()])


def test_weights_kept_from_the_first_call_do_not_survive_loading():
    kept = "self.kept = getattr(self, 'kept', self.w_o.weight.clone())"
    wrong = heads(
        "return self.w_o((weights @ v).transpose(1, 2).flatten(2))",
        f"{kept}\n        return (weights @ v).transpose(1, 2).flatten(2) @ self.kept.T + self.w_o.bias",
    )
    with pytest.raises(Disagreement, match="keep nothing that was made of it"):
        t.assert_state_round_trip(wrong.Heads, [6, 3], inputs=[block(2, 4, 6).float()])


def test_a_layer_without_a_part_in_the_result_is_named():
    wrong = heads("self.w_o((weights", "nn.Identity()((weights")
    with pytest.raises(Disagreement, match=r"parameter `w_o\.weight` has no part in the result"):
        t.assert_every_parameter_learns(wrong.Heads(6, 3), block(2, 4, 6).float())


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("nn.functional.dropout(torch.softmax(q @ k.mT, -1), 0.3)", "different answers in eval mode"),
        ("torch.softmax(q @ k.mT, -1)", "the same answer under different random seeds"),
    ],
)
def test_dropout_that_ignores_the_mode_is_refused(new: str, message: str):
    wrong = heads("self.dropout(torch.softmax(q @ k.mT / math.sqrt(q.shape[-1]), -1))", new)
    with pytest.raises(Disagreement, match=message):
        t.assert_modes(wrong.Heads(6, 3, 0.3), block(2, 9, 6).float(), rate=0.3)


def test_without_dropout_both_modes_give_one_answer():
    t.assert_modes(RIGHT.Heads(6, 3), block(2, 9, 6).float(), rate=0)
    wrong = heads("self.dropout(torch.softmax", "(1 + self.training) * (torch.softmax")
    with pytest.raises(Disagreement, match="although the rate is 0"):
        t.assert_modes(wrong.Heads(6, 3), block(2, 9, 6).float(), rate=0)


def test_dropout_is_measured_by_its_share_and_its_mean():
    torch.manual_seed(0)
    whole = torch.rand(4000, dtype=torch.float64) + 1
    drop = torch.nn.functional.dropout
    t.assert_drops(dropped=drop(whole, 0.3), whole=whole, rate=0.3)
    with pytest.raises(Disagreement, match="expected about 30%"):
        t.assert_drops(dropped=drop(whole, 0.7), whole=whole, rate=0.3)
    with pytest.raises(Disagreement, match="divided by 1 − rate"):
        t.assert_drops(dropped=drop(whole, 0.3) * 0.7, whole=whole, rate=0.3)
    with pytest.raises(Disagreement, match=r"sets 0\.0% of the entries to 0"):
        t.assert_drops(dropped=whole, whole=whole, rate=0.3)


def test_reference_weights_go_into_a_module_by_name_whatever_the_order_of_its_layers():
    reordered = heads(
        "self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))",
        "self.w_o, self.w_v, self.w_k, self.w_q = (nn.Linear(d_model, d_model) for _ in range(4))",
    )
    mine, right = t.twins(reordered, RIGHT, "Heads", 6, 3, seed=1)
    x = block(2, 4, 6)
    assert torch.equal(mine(x), right(x))


def test_a_student_s_own_state_dict_is_not_asked():
    wrong = heads(
        "    def forward", "    def named_parameters(self, *a, **k):\n        return iter([])\n    def forward"
    )
    assert set(t.state_of(wrong.Heads(6, 3)).parameters) == set(t.state_of(RIGHT.Heads(6, 3)).parameters)


def test_something_that_is_no_module_is_refused_as_an_answer_of_the_student():
    wrong = program("class Heads:\n    def __init__(self, d_model, num_heads): pass\n")
    with pytest.raises(Disagreement, match=r"not a torch\.nn\.Module"):
        t.twins(wrong, RIGHT, "Heads", 6, 3, seed=1)
