"""Drawn problems are what they claim to be, and shrink axis by axis to something that can be done by hand."""

from __future__ import annotations

import pickle

import torch
from hypothesis import given, seed, settings

from autograder.grading.shrink import shrink
from autograder.toolkit import tensors as t
from autograder.toolkit.strategies import SEEDS
from autograder.toolkit.tensors.strategies import WITHOUT_EMPTY_ROWS, MaskKind

drawn = settings(max_examples=60, database=None, deadline=None)


@drawn
@seed(1)
@given(problem=t.attention_problems())
def test_the_tensors_of_a_problem_fit_each_other(problem):
    scores = problem.q @ problem.k.mT
    masked = scores if problem.mask is None else scores.masked_fill(~problem.mask, 0.0)
    assert (masked @ problem.v).shape == (*problem.q.shape[:-1], problem.lengths["d_v"])
    assert all(tensor is None or tensor.dtype in (torch.float64, torch.bool) for tensor in problem)


@drawn
@seed(1)
@given(problem=t.attention_problems(max_side=6))
def test_all_lengths_of_a_problem_differ(problem):
    assert len(set(problem.lengths.values())) == len(problem.lengths)


@drawn
@seed(1)
@given(problem=t.attention_problems(masks=WITHOUT_EMPTY_ROWS))
def test_a_query_sees_a_key_unless_empty_rows_are_asked_for(problem):
    assert problem.mask is None or bool(problem.mask.any(-1).all())


@drawn
@seed(1)
@given(problem=t.attention_problems(masks=(MaskKind.EMPTY_ROWS,)))
def test_empty_rows_are_there_when_asked_for(problem):
    assert not bool(problem.mask.any(-1).all())


def test_every_kind_of_mask_is_drawn():
    kinds = set()

    @drawn
    @seed(1)
    @given(problem=t.attention_problems())
    def collect(problem):
        kinds.add("none" if problem.mask is None else problem.axes["mask"][0])

    collect()
    assert kinds == {"none", "1", "queries"}


@drawn
@seed(1)
@given(tokens=t.token_batches(vocab_size=7, pad=0))
def test_padding_stands_at_the_end_of_rows_that_are_not_empty(tokens):
    real = tokens != 0
    assert tokens.dtype is torch.int64
    assert bool(real[:, 0].all())
    assert bool((real.long().diff(dim=-1) <= 0).all())
    assert int(tokens.max()) < 7


@drawn
@seed(1)
@given(size=t.sizes(), number=SEEDS)
def test_sizes_give_tensors_of_their_axes(size, number):
    x = size.tensor("batch", "length", "d_model", seed=number)
    assert x.shape == (size.batch, size.length, size.num_heads * size.d_k)
    assert size.length != size.other_length
    assert torch.equal(x, size.tensor("batch", "length", "d_model", seed=number))


def test_weights_follow_from_the_names_and_the_seed_whatever_the_order():
    shapes = {"b": torch.empty(3), "a": torch.empty(2, 3)}
    first, other = t.weights_like(shapes, 4), t.weights_like(dict(reversed(shapes.items())), 4)
    assert all(torch.equal(first[name], other[name]) for name in shapes)
    assert not torch.equal(first["a"], t.weights_like(shapes, 5)["a"])


def a_problem() -> t.Problem:
    generator = torch.Generator().manual_seed(0)

    def some(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    return t.Problem(
        {"q": some(2, 3, 4), "k": some(2, 5, 4), "v": some(2, 5, 6), "mask": torch.ones(3, 5, dtype=torch.bool).tril()},
        {
            "q": ("batch", "queries", "d_k"),
            "k": ("batch", "keys", "d_k"),
            "v": ("batch", "keys", "d_v"),
            "mask": ("queries", "keys"),
        },
    )


def test_a_named_axis_is_shortened_in_every_tensor_that_has_it():
    smaller = a_problem().without("keys", 1)
    assert [tuple(tensor.shape) for tensor in smaller] == [(2, 3, 4), (2, 4, 4), (2, 4, 6), (3, 4)]


def test_a_problem_shrinks_to_the_axes_that_matter_and_to_whole_numbers():
    """A program that forgets to scale is wrong from d_k = 2 on, with two keys whose scores differ."""

    def fails(arguments):
        q, k, v, mask = arguments["problem"]
        scores = q @ k.mT
        hidden = ~mask if mask is not None else torch.zeros(scores.shape[-2:], dtype=torch.bool)
        right = torch.softmax((scores / q.shape[-1] ** 0.5).masked_fill(hidden, -1e9), -1) @ v
        return not torch.allclose(torch.softmax(scores.masked_fill(hidden, -1e9), -1) @ v, right)

    problem = shrink({"problem": a_problem()}, fails)["problem"]
    assert problem.lengths == {"queries": 1, "d_k": 2, "keys": 2, "d_v": 1}
    assert problem.mask is None
    assert all(float(entry).is_integer() for tensor in (problem.q, problem.k, problem.v) for entry in tensor.flatten())


def test_a_mask_is_kept_where_it_is_what_fails():
    problem = shrink({"problem": a_problem()}, lambda arguments: arguments["problem"].mask is not None)["problem"]
    assert problem.mask is not None
    assert problem.lengths == {"queries": 1, "keys": 1, "d_k": 1, "d_v": 1}


def test_tensors_shrink_like_arrays():
    x = torch.tensor([[0.3, 5.5, -1.2], [4.4, 2.5, 9.1]], dtype=torch.float64)
    smallest = shrink({"x": x}, lambda arguments: bool((arguments["x"] > 1).any()))["x"]
    assert smallest.tolist() == [2.0]
    assert x.shape == (2, 3)


def test_sizes_shrink_number_by_number():
    found = shrink({"size": t.Sizes(3, 4, 5, 3, 4, 9, 2)}, lambda arguments: arguments["size"].num_heads >= 2)["size"]
    assert found == t.Sizes(1, 1, 1, 2, 1, 1, 1)


def test_a_problem_can_be_kept_for_later():
    again = pickle.loads(pickle.dumps(a_problem()))
    assert torch.equal(again.q, a_problem().q)
    assert again.axes == a_problem().axes
