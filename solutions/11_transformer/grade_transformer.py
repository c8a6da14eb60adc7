"""The hidden grader of unit 11. A model is graded under the reference's weights; a training loop by what a model has learned from it.

Two random initialisations are never compared, and no optimiser is asked for: what a loop has fed to a model is read from the
rows of the target embedding that have moved.
"""

import itertools

import numpy as np
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograder.judge.proxy import Handle
from autograder.toolkit import (
    Disagreement,
    assert_agrees,
    assert_inputs_unchanged,
    assert_value_error,
    counted,
    exercise,
    on_devices,
    points,
    require,
)
from autograder.toolkit import tensors as t
from autograder.toolkit.strategies import SEEDS

READY_MADE = [f"torch.nn.Transformer{part}" for part in ("", "Encoder", "Decoder", "EncoderLayer", "DecoderLayer")]
NO_CROSS_ENTROPY = ["torch.nn.functional.cross_entropy", "torch.nn.CrossEntropyLoss"]

SRC_VOCAB, TGT_VOCAB = 7, 9
SMALL = {"d_model": 8, "num_heads": 2, "num_layers": 2, "d_ff": 12, "max_length": 10}
SRC = torch.tensor([[5, 3, 6, 4, 2], [4, 2, 0, 0, 0], [3, 0, 6, 2, 0]])  # padding behind, and in between
TGT = torch.tensor([[1, 4, 6, 3], [1, 5, 0, 0], [1, 0, 8, 7]])


def tokens(*rows):
    return torch.tensor(rows)


def normal(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


@exercise("shift_right", points=3)
class TestShiftRight:
    @points(1)
    @on_devices
    @example(targets=tokens([7, 8, 9, 2], [5, 2, 0, 0]), bos=1)
    @example(targets=tokens([4]), bos=3)
    @example(targets=tokens([1, 7, 2], [1, 5, 2]), bos=1)
    @given(targets=t.token_batches(), bos=st.integers(1, 9))
    def test_agrees_with_the_reference(self, student, reference, targets, bos):
        """`bos` in front, everything else one place later, and the last column gone, whatever it holds."""
        assert_agrees(student.shift_right(targets, bos), reference.shift_right(targets, bos))

    @points(1)
    def test_leaves_the_targets_as_they_were(self, student):
        """The same targets are what the loss compares with: write into a tensor of your own."""
        for targets in (tokens([7, 8, 9, 2], [5, 2, 0, 0]), tokens([4])):
            assert_inputs_unchanged(student.shift_right, targets, 1)

    @points(1)
    def test_keeps_the_dtype_and_takes_any_layout(self, student, reference):
        """int32 in, int32 out; a transposed tensor is as good as any."""
        for dtype in (torch.int32, torch.int64):
            targets = tokens([7, 8, 9, 2], [5, 2, 0, 0]).to(dtype)
            assert_agrees(student.shift_right(targets, 1), reference.shift_right(targets, 1))
            t.assert_accepts_gaps(student.shift_right, reference.shift_right, targets, 1)


def model_twins(student, reference, seed=3, **changed):
    """The student's and the reference's model with the same weights, 7 source and 9 target tokens; sizes may be changed."""
    return t.twins(student, reference, "Transformer", SRC_VOCAB, TGT_VOCAB, seed=seed, **{**SMALL, **changed})


def assert_drops_nothing_else(student, rate):
    """With layers that add nothing, words lose `rate` of their columns, once on each side; a norm puts those below the rest."""
    sizes = {**SMALL, "d_model": 40, "num_layers": 1, "max_length": 50}
    model = student.Transformer(SRC_VOCAB, 40, dropout=rate, **sizes)
    state = t.state_of(model)
    weights = {name: torch.zeros_like(value).double() for name, value in (state.parameters | state.buffers).items()}
    ones = ("norm.weight", "embedding.weight")
    weights |= {name: value + 1 for name, value in weights.items() if name.endswith(ones)}
    t.load_state(model, weights | {"output.weight": torch.eye(40, dtype=torch.float64)})
    t.training(model)
    words = torch.ones(3, 50, dtype=torch.int64)
    for what, found in (
        ("memory", model.encode.seeded(11, words)),
        ("output", model.decode.seeded(11, words, normal(4, 3, 50, 40), words)),
    ):
        share = float((found < -1e-6).double().mean())
        require(
            abs(share - rate) < 0.04,
            f"with layers that add nothing, {share:.0%} of the words' columns are missing from the {what}, where the rate is {rate:.0%}: "
            "is something dropped that should not be, or twice?",
        )


def assert_same_where(real, got, expected):
    """Equal at the real tokens; what stands at padding is the student's business."""
    shape = tuple(expected.shape)
    require(isinstance(got, torch.Tensor) and tuple(got.shape) == shape, f"a tensor of shape {shape} is expected", got)
    assert_agrees(got[real], expected[real])


@exercise("Transformer", points=12, forbidden=READY_MADE)
class TestTransformer:
    @points(2)
    @example(src=SRC, tgt=TGT, seed=1)
    @example(src=SRC[:1], tgt=TGT[:1], seed=2)
    @example(src=SRC.flip(1), tgt=TGT.flip(1), seed=3)
    @given(src=t.token_batches(vocab_size=SRC_VOCAB), tgt=t.token_batches(vocab_size=TGT_VOCAB), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, src, tgt, seed):
        """With the reference's weights, in `eval()`, the logits are the reference's at every real target token. Go through the table of
        the three attentions: where do queries, keys and values come from, and which mask does each get?"""
        assume(src.numel() > 0 and tgt.numel() > 0)
        batch = min(len(src), len(tgt))
        src, tgt = src[:batch], tgt[:batch]
        mine, right = model_twins(student, reference, seed)
        assert_same_where(tgt != 0, mine(src, tgt), right(src, tgt))

    @points(1)
    @on_devices
    def test_works_on_any_device(self, student, reference):
        """What a model makes for itself, such as masks, has to be made on the device of the tokens."""
        mine, right = model_twins(student, reference)
        assert_same_where(TGT != 0, mine(SRC, TGT), right(SRC, TGT))
        mine.encode(SRC)

    @points(1)
    def test_encodes_and_decodes_apart(self, student, reference):
        """`encode` gives the memory, and `decode` works from any memory and source that it is given, whatever was encoded last:
        `forward` is the one after the other."""
        mine, right = model_twins(student, reference)
        assert_same_where(SRC != 0, mine.encode(SRC), right.encode(SRC))
        memory = normal(4, 3, 5, 8)
        mine.encode(SRC[:, [4, 3, 2, 1, 0]])  # padding elsewhere: nothing of it is to be remembered
        assert_same_where(TGT != 0, mine.decode(TGT, memory, SRC), right.decode(TGT, memory, SRC))
        assert_same_where(TGT != 0, mine.forward(SRC, TGT), right.forward(SRC, TGT))

    @points(1)
    def test_registers_six_parts_and_shares_none(self, student, reference):
        """The six submodules have the names of the docstring; embeddings and output have weights of their own, and the output a bias."""
        for sizes in ({}, {"d_model": 6, "num_heads": 3, "num_layers": 1, "d_ff": 5}):
            arguments = {**SMALL, **sizes}
            t.assert_parameters(
                student.Transformer(SRC_VOCAB, TGT_VOCAB, **arguments),
                reference.Transformer(SRC_VOCAB, TGT_VOCAB, **arguments),
            )
        # As many tokens on both sides, and nothing is shared.
        model = student.Transformer(TGT_VOCAB, TGT_VOCAB, **SMALL)
        t.assert_parameters(model, reference.Transformer(TGT_VOCAB, TGT_VOCAB, **SMALL))
        tables = {f"{part}.weight" for part in ("src_embedding", "tgt_embedding", "output")}
        begun = [(name, value) for name, value in t.state_of(model).parameters.items() if name in tables]
        for (one, first), (other, second) in itertools.combinations(begun, 2):
            require(not torch.equal(first, second), f"`{one}` and `{other}` hold the same numbers: do they share them?")

    @points(0.75)
    def test_has_the_sizes_of_the_base_model_unless_told_otherwise(self, student, reference):
        """512 columns, 8 heads, 6 layers on each side, 2048 columns inside, padding 0, and at most 512 tokens."""
        little = {"d_model": 16, "num_heads": 2, "num_layers": 1, "d_ff": 5}
        for left_out in ("num_heads", "num_layers", "d_ff", "d_model"):
            given = {name: value for name, value in little.items() if name != left_out}
            mine, right = t.twins(student, reference, "Transformer", SRC_VOCAB, TGT_VOCAB, seed=5, **given)
            t.assert_parameters(mine, right)
            assert_same_where(TGT != 0, mine(SRC, TGT), right(SRC, TGT))
        model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **little)
        model.encode(torch.ones(1, 512, dtype=torch.int64))
        assert_value_error(model.encode, torch.ones(1, 513, dtype=torch.int64), names=["513", "512"])

    @points(0.25)
    def test_refuses_what_does_not_fit(self, student):
        """More than max_length tokens, in the source or in the target, and columns that the heads cannot share: a ValueError that names
        both numbers."""
        model, longer = student.Transformer(SRC_VOCAB, TGT_VOCAB, **SMALL), torch.ones(1, 11, dtype=torch.int64)
        assert_value_error(model.encode, longer, names=["11", "10"])
        assert_value_error(model.decode, longer, normal(4, 1, 5, 8).float(), SRC[:1], names=["11", "10"])
        for d_model, num_heads in ((18, 4), (10, 3)):
            sizes = {**SMALL, "d_model": d_model, "num_heads": num_heads}
            names = [str(d_model), str(num_heads)]
            assert_value_error(student.Transformer, SRC_VOCAB, TGT_VOCAB, names=names, **sizes)

    @points(1)
    def test_the_future_never_matters(self, student):
        """Other targets from place i on leave the logits before it as they were. In training the model would read the answer there, and
        learn nothing else."""
        model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **SMALL)
        t.load_state(model, t.weights_like(t.state_of(model).parameters, 6))
        t.evaluating(model)
        before = model(SRC[:1], TGT[:1])
        for place in (1, 2, 3):
            changed = TGT[:1].clone()
            changed[:, place:] = 8
            after = model(SRC[:1], changed)
            assert_agrees(after[:, :place].clone(), before[:, :place].clone())
            require((after[:, place:] != before[:, place:]).any(), "targets up to a place do matter there", after)

    @points(1)
    def test_padding_never_matters(self, student, reference):
        """Change what the embeddings hold for padding, or put more padding behind: every logit at a real token stays. There are two
        attentions over source words, and one over target words. Which token is padding, the model was told: one token, and not those
        of lower numbers."""
        for pad in (0, 5):
            src, tgt = (torch.where(each == 0, pad, torch.where(each == pad, 3, each)) for each in (SRC, TGT))
            model, right = model_twins(student, reference, 7, pad=pad)
            weights = {name: value.detach().clone() for name, value in t.state_of(right).parameters.items()}
            require(model.pad == pad, f"the attribute `pad` should be {pad}", model.pad)
            before, real = assert_inputs_unchanged(model.forward, src, tgt), tgt != pad
            assert_same_where(real, before, right(src, tgt))
            more = torch.full((3, 2), pad)
            assert_same_where(real, model(torch.cat([src, more], 1), torch.cat([tgt, more], 1))[:, :4], before)
            for name in ("src_embedding.weight", "tgt_embedding.weight"):
                weights[name][pad] += 5
            t.load_state(model, weights)
            assert_same_where(real, model(src, tgt), before)

    @points(0.5)
    def test_a_source_of_nothing_but_padding_gives_numbers(self, student, reference):
        """There is nothing to look at: no weights, and never NaN, in the logits or in the gradients."""
        mine, right = model_twins(student, reference)
        src = tokens([0, 0, 0], [4, 5, 2])
        assert_same_where(TGT[:2] != 0, mine(src, TGT[:2]), right(src, TGT[:2]))
        t.assert_finite_gradients(mine, src, TGT[:2])

    @points(0.5)
    def test_order_matters_only_through_positions(self, student):
        """Without the table of positions, the source is a bag of words: in another order it gives the same logits. With it, it does not.
        And no sentence sees another one of its batch."""
        model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **SMALL)
        state = t.state_of(model)
        t.load_state(model, t.weights_like(state.parameters, 8))
        t.evaluating(model)
        order = torch.tensor([3, 0, 4, 1, 2])
        before = model(SRC, TGT)
        for row in range(3):
            alone = model(SRC[row : row + 1], TGT[row : row + 1])
            assert_same_where(TGT[row : row + 1] != 0, alone, before[row : row + 1])
        after = model(SRC[:1, order], TGT[:1])
        require(
            float((after - before[:1]).detach().abs().max()) > 1e-3,
            "with positions, the order of the source matters",
            after,
        )
        t.load_state(model, {name: torch.zeros_like(value).double() for name, value in state.buffers.items()})
        assert_agrees(model(SRC[:1, order], TGT[:1]), model(SRC[:1], TGT[:1]))

    @points(1)
    @on_devices
    def test_gradients_reach_every_parameter(self, student, reference):
        """From the logits back to both embeddings: is the memory detached, or a part made and never used?"""
        mine, right = model_twins(student, reference, num_layers=1)
        src, tgt = SRC[:1], TGT[:1]
        t.assert_every_parameter_learns(mine, src, tgt)
        t.assert_gradients_agree(mine, right, src, tgt)

    @points(1)
    def test_drops_in_every_part_while_training(self, student):
        """The rate goes to the positions, the encoder and the decoder, and is a tenth if nothing is said. `eval()` switches it off, and
        so does a rate of 0. Nothing else is dropped: neither the words before their positions, nor the memory, nor what goes into the
        output."""
        for rate in (0.5, 0.0):
            t.assert_modes(student.Transformer(SRC_VOCAB, TGT_VOCAB, dropout=rate, **SMALL), SRC, TGT, rate=rate)
        assert_drops_nothing_else(student, 0.3)
        model = student.Transformer(SRC_VOCAB, TGT_VOCAB, dropout=1.0, **{**SMALL, "num_layers": 1})
        t.training(model)
        for call, arguments, embedding, inside in (
            (model.encode, [SRC], "src_embedding.weight", "encoder.layers.0.feed_forward.linear2.bias"),
            (
                model.decode,
                [TGT, normal(4, 3, 5, 8).float(), SRC],
                "tgt_embedding.weight",
                "decoder.layers.0.feed_forward.linear2.bias",
            ),
        ):
            found = call.gradients(1, *arguments).parameters
            for name, part in ((embedding, "positions"), (inside, inside.split(".")[0])):
                gradient = found[name]
                dropped = gradient is None or not gradient.any()
                require(dropped, f"at a rate of 1 nothing passes the {part}: is the rate given to it?", gradient)
        model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **{**SMALL, "max_length": 60, "d_model": 40})
        x = 1 + normal(1, 2, 50, 40).abs().float()
        t.evaluating(model)
        whole = model.positions(x)
        t.training(model)
        t.assert_drops(dropped=model.positions(x), whole=whole, rate=0.1)

    @points(0.5)
    def test_keeps_the_dtype_of_its_weights(self, student, reference):
        """A model of float16 or bfloat16 gives logits of that type, finite ones; and no token is changed."""
        mine, right = model_twins(student, reference)
        assert_inputs_unchanged(mine.forward, SRC, TGT)
        assert_inputs_unchanged(mine.decode, TGT, normal(4, 3, 5, 8), SRC)
        t.assert_accepts_gaps(mine, right, SRC[:1], TGT[:1])
        weights = t.state_of(right).parameters
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            t.load_state(mine, {name: value.to(dtype) for name, value in weights.items()})
            logits = mine(SRC, TGT)
            require(logits.dtype == dtype, f"the logits should be {dtype}, they are {logits.dtype}")
            require(bool(torch.isfinite(logits).all()), "the logits should be finite", logits)

    @points(0.5)
    def test_works_on_whole_batches(self, student, reference):
        """The work given to PyTorch is the same for one sentence as for four, for short ones as for long ones: no loop over either."""
        mine, _ = model_twins(student, reference, max_length=40)
        few = [
            torch.ones(2, 5, dtype=torch.int64),
            torch.ones(2, 6, dtype=torch.int64),
        ]  # never 4, the columns of a head
        t.assert_operations_steady(mine, small=few, large=[each.repeat(4, 1) for each in few], what="batch")
        t.assert_operations_steady(mine, small=few, large=[each.repeat(1, 4) for each in few], what="sentence")


def loss_problem(seed, batch=2, n=3, vocab=5, pad=0):
    """Logits and targets, some of them padding, at least one not."""
    generator = np.random.default_rng(seed)
    targets = torch.from_numpy(generator.integers(0, vocab, (batch, n)))
    targets[0, 0] = (pad + 1) % vocab
    return normal([seed, 1], batch, n, vocab) * 3, targets


@exercise("label_smoothed_loss", points=6, forbidden=NO_CROSS_ENTROPY)
class TestLabelSmoothedLoss:
    @points(2)
    @example(seed=1, sizes=(2, 3, 5), smoothing=0.1, pad=0)
    @example(seed=2, sizes=(3, 2, 4), smoothing=0.0, pad=3)
    @example(seed=3, sizes=(1, 4, 3), smoothing=1.0, pad=1)
    @given(
        seed=SEEDS,
        sizes=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(2, 6)),
        smoothing=st.sampled_from([0.0, 0.1, 0.3, 1.0]),
        pad=st.integers(0, 1),
    )
    def test_agrees_with_the_reference(self, student, reference, seed, sizes, smoothing, pad):
        """The share is spread over all words, the right one too. Check the lesson's example by hand: what is averaged over the words,
        and what over the places?"""
        assume(min(sizes) > 0 and sizes[2] > 1 and pad < sizes[2])
        logits, targets = loss_problem(seed, *sizes, pad)
        expected = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=pad, label_smoothing=smoothing
        )
        assert_agrees(student.label_smoothed_loss(logits, targets, smoothing, pad), expected)
        assert_agrees(reference.label_smoothed_loss(logits, targets, smoothing=smoothing, pad=pad), expected)

    @points(0.5)
    def test_smooths_by_a_tenth_unless_told_otherwise(self, student, reference):
        """Without a word about it, `smoothing` is 0.1 and padding is token 0."""
        logits, targets = loss_problem(4, 3, 5, 6)
        assert_agrees(student.label_smoothed_loss(logits, targets), reference.label_smoothed_loss(logits, targets))

    @points(1)
    def test_padding_counts_for_nothing(self, student):
        """Longer rows with more padding have the same loss, whatever the logits are there: it is a mean over the places that are real."""
        logits, targets = loss_problem(5, 2, 3, 5)
        before = student.label_smoothed_loss(logits, targets)
        for count in (1, 4):
            more = torch.cat([logits, 9 * normal(6, 2, count, 5)], 1)
            longer = torch.cat([targets, torch.zeros(2, count, dtype=torch.int64)], 1)
            assert_agrees(student.label_smoothed_loss(more, longer), before)

    @points(0.5)
    def test_stays_finite_for_large_logits(self, student, reference):
        """The logarithm of a probability that was rounded to 0 is lost: `log_softmax` never makes that probability."""
        logits, targets = loss_problem(6)
        for factor in (300.0, 1e4):
            expected = reference.label_smoothed_loss(factor * logits, targets)
            assert_agrees(student.label_smoothed_loss(factor * logits, targets), expected)

    @points(1)
    @on_devices
    def test_gradients_are_right(self, student, reference):
        """Training goes by the gradients of the logits: is anything detached, or turned into a Python number? At padding they are 0."""
        logits, targets = loss_problem(7, 2, 4, 5)
        targets[1, 2:] = 0
        t.assert_gradients_agree(student.label_smoothed_loss, reference.label_smoothed_loss, logits, targets)

    @points(0.5)
    def test_keeps_the_dtype_and_changes_nothing(self, student, reference):
        """A tensor without axes, of the dtype of the logits. The targets still hold their padding afterwards."""
        logits, targets = loss_problem(8, 2, 4, 5)
        t.assert_precisions(
            student.label_smoothed_loss,
            reference.label_smoothed_loss,
            logits,
            targets,
            scale=2 * (1 + float(logits.abs().max())),
        )
        assert_inputs_unchanged(student.label_smoothed_loss, logits, targets)
        t.assert_accepts_gaps(student.label_smoothed_loss, reference.label_smoothed_loss, logits, targets)

    @points(0.5)
    def test_refuses_targets_of_another_shape(self, student):
        """There is one target for each place. Fewer or more are refused by a ValueError that names both sizes, also where PyTorch would
        take what it can get."""
        logits = normal(9, 2, 4, 5)
        for shape in ((2, 3), (2, 6), (1, 4), (3, 4), (4, 2)):  # the last has as many places as there should be
            found = [str(size) for size, right in zip(shape, (2, 4), strict=True) if size != right]
            expected = [str(right) for size, right in zip(shape, (2, 4), strict=True) if size != right]
            assert_value_error(
                student.label_smoothed_loss, logits, torch.ones(shape, dtype=torch.int64), names=found + expected
            )


@exercise("noam_learning_rate", points=3)
class TestNoamLearningRate:
    @points(1.5)
    @example(step=1, d_model=64, warmup=100)
    @example(step=100, d_model=64, warmup=100)
    @example(step=400, d_model=64, warmup=100)
    @example(step=1, d_model=1024, warmup=8000)
    @given(step=st.integers(1, 20_000), d_model=st.integers(1, 1024), warmup=st.integers(1, 8_000))
    def test_agrees_with_the_reference(self, student, reference, step, d_model, warmup):
        """Before the warm-up's end the rate rises with the step, afterwards it falls like 1/√step; both times 1/√d_model."""
        assume(step > 0 and d_model > 0 and warmup > 0)
        expected = reference.noam_learning_rate(step, d_model, warmup)
        assert_agrees(student.noam_learning_rate(step, d_model, warmup), expected, scale=expected)

    @points(0.5)
    def test_warms_up_for_4000_steps_unless_told_otherwise(self, student, reference):
        """The rate is highest at the paper's step 4000."""
        for step in (1, 3999, 4000, 4001):
            expected = reference.noam_learning_rate(step, 512)
            assert_agrees(student.noam_learning_rate(step, 512), expected, scale=expected)

    @points(1)
    def test_refuses_steps_before_the_first(self, student):
        """Steps are counted from 1; anything less is refused by a ValueError that names it."""
        for step in (0, -1, -40):
            assert_value_error(student.noam_learning_rate, step, 64, names=[str(step)])


BOS, EOS = 1, 2
NEVER = -200.0


def writers(student, reference, seed, **changed):
    """Twins that never say padding by themselves: what that would mean is left open.

    Without shifts, which would be the same at every place and for every source, they write answers of several tokens and lengths.
    """
    mine, right = model_twins(student, reference, seed, num_layers=1, **changed)
    weights = {name: value.detach().clone() for name, value in t.state_of(right).parameters.items()}
    for name, value in weights.items():
        if name.endswith("norm.weight"):
            value.fill_(1)
        elif name.endswith("bias"):
            value.fill_(0)
    weights["output.bias"][changed.get("pad", 0)] = NEVER
    for model in (mine, right):
        t.load_state(model, weights)
    return mine, right


def always(student, *favourites, **changed):
    """A model that finds the same tokens likely everywhere, whatever it is asked."""
    model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **{**SMALL, **changed})
    likely = torch.zeros(TGT_VOCAB)
    likely[list(favourites)] = 50.0
    t.load_state(model, {"output.weight": torch.zeros(TGT_VOCAB, 8), "output.bias": likely})
    t.evaluating(model)
    return model


@exercise("greedy_decode", points=8, beside=["Transformer"])
class TestGreedyDecode:
    @points(2)
    @example(src=SRC, seed=3, bos=BOS, eos=8)
    @example(src=SRC[:1], seed=0, bos=BOS, eos=2)
    @example(src=SRC, seed=3, bos=4, eos=8)
    @given(
        src=t.token_batches(vocab_size=SRC_VOCAB, max_batch=4),
        seed=SEEDS,
        bos=st.integers(1, 8),
        eos=st.integers(2, 8),
    )
    def test_agrees_with_the_reference(self, student, reference, src, seed, bos, eos):
        """In each step the last place's most likely token is joined to what was written; a row that has said `eos` gets padding, while
        others go on. Follow the lesson's table with two sentences of different lengths."""
        assume(src.numel() > 0 and eos > 1 and bos > 0 and bos != eos)
        mine, right = writers(student, reference, seed)
        expected = reference.greedy_decode(right, src, bos, eos, 7)
        assert_agrees(student.greedy_decode(mine, src, bos, eos, 7), expected)

    @points(1)
    def test_ends_each_row_by_itself(self, student, reference):
        """After its `eos` a row holds the model's padding token, which need not be 0, until the longest row has ended."""
        for pad, seed, eos in ((0, 5, 8), (0, 3, 2), (5, 3, 2), (5, 2, 6), (3, 3, 4)):
            src = torch.where(SRC == 0, pad, torch.where(SRC.eq(pad), 4, SRC))
            mine, right = writers(student, reference, seed, pad=pad)
            expected = reference.greedy_decode(right, src, BOS, eos, 8)
            assert_agrees(student.greedy_decode(mine, src, BOS, eos, 8), expected)

    @points(1)
    def test_writes_no_more_than_max_length_tokens(self, student):
        """A model that never says `eos` is stopped at max_length, without an `eos` put there; and it may write as many tokens as it has
        positions: `bos` and all tokens but the last go in."""
        for limit in (1, 4, 10):
            assert_agrees(student.greedy_decode(always(student, 5), SRC, BOS, EOS, limit), torch.full((3, limit), 5))
        patient = always(student, 5, num_layers=1, max_length=60)
        assert_agrees(student.greedy_decode(patient, SRC[:1, :3], BOS, EOS, 60), torch.full((1, 60), 5))

    @points(0.5)
    def test_takes_the_lowest_of_equally_likely_tokens(self, student):
        """Two tokens are exactly as likely as each other: the one with the lower number is taken, every time. What is likelier by a
        hair is likelier."""
        for favourites in ((7, 4), (8, 3, 6), (0, 5), (2, 8)):
            expected = torch.full((3, 3), min(favourites))
            if min(favourites) == EOS:
                expected = expected[:, :1]
            assert_agrees(student.greedy_decode(always(student, *favourites, pad=1), SRC, 6, EOS, 3), expected)
        model, nearly = always(student, 4, 7), torch.zeros(TGT_VOCAB)
        nearly[4], nearly[7] = 50.0, 50.001  # float16 and bfloat16 cannot tell them apart
        t.load_state(model, {"output.bias": nearly})
        assert_agrees(student.greedy_decode(model, SRC, 6, EOS, 2), torch.full((3, 2), 7))

    @points(1)
    def test_encodes_the_source_once(self, student):
        """The source does not change while the answer is written: every step pays for the decoder only."""
        model, src = always(student, 5), SRC[:1]  # one sentence: row by row is not refused
        few, many = (operations(student.greedy_decode, model, src, BOS, EOS, limit) for limit in (2, 8))
        encoding = operations(model.encode, src)
        decoding = operations(model.decode, TGT[:1, :2], model.encode(src), src)
        a_step = (many - few) / 6
        require(
            a_step < decoding + encoding / 2 + 8,
            f"a step gives PyTorch {a_step:.0f} operations, where `decode` takes {decoding} and `encode` {encoding}: is the source "
            "encoded again in every step?",
        )

    @points(0.5)
    def test_stops_when_all_rows_have_ended(self, student):
        """After the last row's `eos` nothing is left to do, however large max_length is: no step more is taken."""
        model = always(student, EOS)
        assert_agrees(student.greedy_decode(model, SRC, BOS, EOS, 10), torch.full((3, 1), EOS))
        few, many = (operations(student.greedy_decode, model, SRC, BOS, EOS, limit) for limit in (2, 10))
        require(many <= few + 2, f"with room for 2 tokens there are {few} operations, with room for 10 {many}")

    @points(1)
    def test_decodes_in_eval_mode_and_restores_the_mode(self, student, reference):
        """Dropout must not have a say in an answer. And a model in training goes on training afterwards: it is not for this function
        to end that, or to begin it."""
        mine, right = writers(student, reference, 3, dropout=0.5)
        expected = reference.greedy_decode(right, SRC, BOS, EOS, 6)
        for mode, training in ((t.training, True), (t.evaluating, False)):
            mode(mine)
            assert_agrees(t.assert_leaves_switches(student.greedy_decode, mine, SRC, BOS, EOS, 6), expected)
            require(mine.training is training, f"`model.training` should be {training} again", mine.training)
            drops = not torch.equal(mine.forward.seeded(1, SRC, TGT), mine.forward.seeded(2, SRC, TGT))
            require(drops is training, "the parts of the model are in the mode of the model again")
            require(
                mine.forward(SRC, TGT).requires_grad, "the model can be trained afterwards: its logits have a gradient"
            )

    @points(1)
    @on_devices
    def test_works_on_any_device(self, student, reference):
        """The tokens written, and the note of the rows that have ended, are made on the device of the source, as int64."""
        mine, right = writers(student, reference, 4)
        found = student.greedy_decode(mine, SRC, BOS, 8, 5)
        assert_agrees(found, reference.greedy_decode(right, SRC, BOS, 8, 5))
        require(not found.requires_grad, "tokens have no gradient")
        _, after, _ = student.greedy_decode.with_inputs(mine, SRC, BOS, 8, 3)
        require(torch.equal(after[1], SRC), "the source is changed", after[1])


def operations(call, *arguments):
    return counted(call, *arguments).operations


PAIR = (tokens([5, 4, 2]), tokens([4, 5, 2]))
TRAINED = {"d_model": 8, "num_heads": 2, "num_layers": 1, "d_ff": 8, "max_length": 10, "dropout": 0.0}


def learner(student, seed=1, **changed):
    """A model of float64, and its weights."""
    model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **{**TRAINED, **changed})
    t.load_state(model, t.weights_like(t.state_of(model).parameters, seed))
    return model, t.state_of(model).parameters


def moved(before, after):
    """How far each row has gone across its own direction: a row that only shrinks, by weight decay, has not learned."""
    unit = before / before.norm(dim=-1, keepdim=True)
    step = after - before
    return (step - (step * unit).sum(-1, keepdim=True) * unit).norm(dim=-1)


def trained(student, batches, bos=1, others=(), **changed):
    """The weights before and after training, from eval mode; the target embeddings of the tokens `others` begin with other numbers."""
    model, before = learner(student, **changed)
    if others:
        rows = before["tgt_embedding.weight"].detach().clone()
        rows[list(others)] = normal(2, len(others), TRAINED["d_model"])
        t.load_state(model, {"tgt_embedding.weight": rows})
    t.evaluating(model)
    student.train.seeded(1, model, batches, bos)
    return before, t.state_of(model).parameters


def part_in_training(student, others, batches, bos=1, **changed):
    """Whether these target embeddings have a part in what the rest of the model learns: begun elsewhere, does it end elsewhere?

    Weight decay moves every row, also of tokens that were never given; it does not pass from one weight to another.
    """
    before, after = trained(student, batches, bos, **changed)
    _, elsewhere = trained(student, batches, bos, others, **changed)
    rest = [name for name in before if name != "tgt_embedding.weight"]
    distance = max(float((after[name] - before[name]).detach().abs().max()) for name in rest)
    return any(float((after[name] - elsewhere[name]).detach().abs().max()) > 1e-3 * distance for name in rest)


def order_matters(student, pairs):
    """Whether batches the other way round lead elsewhere: gradients that are added up for one step do not."""
    (before, one), (_, other) = (trained(student, order) for order in (pairs, pairs[::-1]))
    distance, difference = (
        max(float((one[name] - weights[name]).detach().abs().max()) for name in one) for weights in (before, other)
    )
    return difference > 1e-9 * distance


def require_given(student, expected, what, batches, bos=1, **changed):
    """The decoder was given these tokens in training, where an answer depended on them, and no others: their embeddings have learned."""
    before, after = trained(student, batches, bos, **changed)
    distance = moved(before["tgt_embedding.weight"], after["tgt_embedding.weight"])
    found = set(torch.nonzero(distance > 1e-10).flatten().tolist())
    if found - expected:  # it may be nothing but weight decay
        found = {token for token in found if part_in_training(student, [token], batches, bos, **changed)}
    require(
        found == expected, f"{what}: the embeddings of {sorted(expected)} should learn, and no others", sorted(found)
    )


def reversal(count, batch, seed, shortest=2, longest=5):
    """`count` pairs of random sequences of ten symbols, 3 to 12, and the same backwards; both end in 2, then zeros."""
    generator = np.random.default_rng(seed)
    pairs = []
    for _ in range(count):
        src, tgt = np.zeros((2, batch, longest + 1), np.int64)
        for row, length in enumerate(generator.integers(shortest, longest, batch, endpoint=True)):
            src[row, :length] = generator.integers(3, 13, length)
            tgt[row, :length] = src[row, :length][::-1]
            src[row, length] = tgt[row, length] = 2
        pairs.append((torch.from_numpy(src), torch.from_numpy(tgt)))
    return pairs


def written_by(model, src, bos, number_of_tokens):
    """Greedy answers, asked of the student's own model step by step."""
    t.evaluating(model)
    memory, answer = model.encode(src).detach(), torch.full((len(src), 1), bos)
    for _ in range(number_of_tokens):
        answer = torch.cat([answer, model.decode(answer, memory, src)[:, -1:].argmax(-1)], 1)
    return answer[:, 1:]


@exercise("train", points=8, beside=["Transformer"], seconds=60)
class TestTrain:
    @points(0.5)
    def test_trains_in_place_and_gives_the_model_back(self, student):
        """The weights of the model that was given change, all of them, and that model is what is returned. What is not changed had no
        part in the optimiser, or no gradient."""
        model, before = learner(student)
        given_back = student.train(model, [PAIR, (tokens([3, 6, 2]), tokens([6, 3, 2]))] * 2)
        require(isinstance(given_back, Handle), "the model is returned", given_back)
        after = t.state_of(model).parameters
        for name, value in before.items():
            if not name.endswith("w_k.bias"):  # the same for all keys: no softmax notices it
                require(not torch.equal(after[name], value), f"`{name}` has not changed: it was not trained")
        t.load_state(given_back, before)
        again = t.state_of(model).parameters["output.bias"]
        require(torch.equal(again, before["output.bias"]), "what is returned is the model itself, not a copy of it")

    @points(0.5)
    def test_gives_the_decoder_the_targets_one_step_late(self, student):
        """For the target [4, 5, 2] the decoder is given [bos, 4, 5]. If it is given the 2 as well, it has been told the answers."""
        require_given(student, {1, 4, 5}, "target [4, 5, 2], bos 1", [PAIR] * 3)

    @points(0.5)
    def test_begins_with_the_bos_that_it_is_given(self, student):
        """`bos` is an argument. A model that was trained with another one would not know how to begin."""
        require_given(student, {4, 5, 6}, "target [4, 5, 2], bos 6", [PAIR] * 3, bos=6)

    @points(0.5)
    def test_learns_nothing_from_padding(self, student):
        """Behind `eos` there is nothing to predict: padded places have no part in the loss. Which token is padding, the model knows."""
        for pad in (0, 5):
            pair = (tokens([4, 2, pad]), tokens([4, 2, pad, pad]))
            require_given(
                student, {1, 4}, f"target [4, 2, {pad}, {pad}] with padding {pad}, bos 1", [pair] * 3, pad=pad
            )

    @points(0.5)
    def test_takes_one_step_for_each_batch(self, student):
        """Every batch has a step of its own, the last one too, and one only: going through them again is for the caller to decide. Each
        step goes by the weights that the one before it has left."""
        pairs = [(tokens([5, 2]), tokens([token, 2])) for token in (4, 5, 7, 8)]
        require_given(student, {1, 4, 5, 7}, "targets [4, 2], [5, 2] and [7, 2]", pairs[:3])
        require_given(student, {1, 4, 5, 7, 8}, "targets [4, 2], [5, 2], [7, 2] and [8, 2]", pairs)
        rounds = rounds_gone_through(student, pairs)
        require(rounds < 2, f"goes through the batches {rounds} times, expected once")
        require(
            # A loop may go through them in an order of its own.
            any(order_matters(student, pairs[:2]) for _ in range(12)),
            "two batches have the same effect in either order: is there one step for both of them?",
        )

    @points(0.5)
    def test_trains_in_training_mode(self, student):
        """Dropout is for training: `train()` has to be called, also where the model comes in `eval()` mode. At a rate of 1 everything is
        dropped, so no embedding has a part in what is learned."""
        learns = part_in_training(student, range(TGT_VOCAB), [PAIR] * 2, dropout=1.0)
        require(not learns, "with a dropout of 1 nothing is learned about tokens: is it at work?")

    @points(0.5)
    def test_starts_every_step_from_fresh_gradients(self, student):
        """A model is trained twice. The second time, everything goes as it does in another model with the same weights: gradients of the
        first time that nobody has cleared would be added to every later step."""
        model, other = (learner(student)[0] for _ in range(2))
        first, later = [(tokens([5, 2]), tokens([8, 2]))] * 2, [(tokens([3, 6, 2]), tokens([6, 3, 2]))] * 5
        student.train.seeded(1, model, first)
        start = t.state_of(model).parameters
        t.load_state(other, {name: value.detach() for name, value in start.items()})
        student.train.seeded(2, model, later)
        student.train.seeded(2, other, later)
        found, expected = (t.state_of(each).parameters for each in (model, other))
        distance, error = (
            max(float((found[name] - weights[name]).detach().abs().max()) for name in found)
            for weights in (start, expected)
        )
        require(
            error <= 1e-6 * distance,
            f"weights are up to {error:.2g} away from where they would be without the gradients of earlier batches",
        )

    @points(0.5)
    @on_devices
    def test_works_on_any_device_and_changes_no_batch(self, student):
        """What the loop makes for itself, it makes on the device of the tokens. And the batches will be used again."""
        model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **TRAINED)
        batches = [(tokens([4, 2, 0]), tokens([4, 2, 0]))]
        _, after, _ = student.train.with_inputs(model, batches, 1)
        for before, now in zip(batches[0], after[1][0], strict=True):
            require(torch.equal(before, now), "a batch is changed", now)

    @points(4)
    def test_a_model_learns_to_reverse_sequences(self, student):
        """700 batches teach a small model to reverse sequences: at least 98 % of 500 new ones without a mistake. Watch the loss in the
        notebook: does it fall early, and all the way? How large are the first steps, the largest, and the last ones?"""
        exact = share_of_exact_answers(student, 11)
        for seed in (12, 3):
            if 0.5 < exact < 0.98:  # it does learn: bad luck with the first weights and batches is not a mistake
                exact = max(exact, share_of_exact_answers(student, seed))
        if exact < 0.98:
            raise Disagreement(
                f"{exact:.1%} of 500 new sequences are reversed without a mistake, expected 98 % or more"
            )


def share_of_exact_answers(student, seed):
    """Of 500 sequences that were never seen, by a model that the student's loop has trained on 700 batches."""
    model = student.Transformer.seeded(seed, 13, 13, 32, 2, 1, 64, 0.0, 16)
    student.train(model, reversal(700, 64, seed))
    src, tgt = reversal(1, 500, seed + 1000)[0]
    found = written_by(model, src, BOS, tgt.shape[1])
    return float(((found == tgt) | (tgt == 0)).all(1).double().mean())


def rounds_gone_through(student, pairs, most=6):
    """How often a loop has gone through the batches, by the random numbers that its dropout has drawn; 1 where nothing fits."""
    fingerprints = []
    for count in range(1, most):
        model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **{**TRAINED, "dropout": 0.5})
        t.training(model)
        call = model.forward.seeded
        call(5, *pairs[0])
        for src, tgt in [*pairs[1:], *pairs * (count - 1)]:
            model(src, tgt)
        fingerprints.append(next_numbers(student))
    model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **{**TRAINED, "dropout": 0.5})
    student.train.seeded(5, model, pairs)
    found = next_numbers(student)
    return next((count for count, known in enumerate(fingerprints, 1) if torch.equal(known, found)), 1)


def next_numbers(student):
    """The random numbers that come next, as a new model's first weights."""
    model = student.Transformer(SRC_VOCAB, TGT_VOCAB, **{**TRAINED, "num_layers": 1})
    return t.state_of(model).parameters["src_embedding.weight"]
