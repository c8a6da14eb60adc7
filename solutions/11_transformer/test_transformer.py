"""Visible checks of unit 11: the lesson's worked numbers, and properties that you can think through."""

import math

import torch

from autograder.toolkit import assert_agrees, assert_inputs_unchanged, assert_value_error, exercise, require
from autograder.toolkit import tensors as t

READY_MADE = [f"torch.nn.Transformer{part}" for part in ("", "Encoder", "Decoder", "EncoderLayer", "DecoderLayer")]
NO_CROSS_ENTROPY = ["torch.nn.functional.cross_entropy", "torch.nn.CrossEntropyLoss"]

SRC = torch.tensor([[5, 3, 6, 4, 2], [4, 2, 0, 0, 0]])
TGT = torch.tensor([[1, 4, 6, 3], [1, 4, 0, 0]])
ROWS = torch.randn(9, 8, generator=torch.Generator().manual_seed(1))


def tokens(*rows):
    return torch.tensor(rows)


def small(student, **changed):
    """A model with 7 source tokens, 9 target tokens and 8 columns, in eval mode."""
    arguments = {"d_model": 8, "num_heads": 2, "num_layers": 2, "d_ff": 12, "max_length": 10, **changed}
    model = student.Transformer(7, 9, **arguments)
    t.evaluating(model)
    return model


def normalised(x, times):
    """x of 8 columns after as many layer normalisations, which is once but for what eps does."""
    for _ in range(times):
        x = torch.nn.functional.layer_norm(x, (8,))
    return x


def learned_rows(student, batches, bos=1, pad=0):
    """Which rows of the target embedding learn from these batches: those of the tokens that go in."""
    before, after = trained(student, batches, bos, pad)
    start, end = (weights["tgt_embedding.weight"] for weights in (before, after))
    unit = start / start.norm(dim=1, keepdim=True)
    across = end - start - ((end - start) * unit).sum(1, keepdim=True) * unit  # a row that only shrinks has not learned
    rows = set(torch.nonzero(across.norm(dim=1) > 1e-6).flatten().tolist())
    if len(rows) < len(start):
        return rows
    # Weight decay can move them all. Those that take part leave a trace in other weights: begun elsewhere, these end elsewhere.
    rest = [name for name in before if name != "tgt_embedding.weight"]
    others = ((row, trained(student, batches, bos, pad, turned=row)[1]) for row in rows)
    return {row for row, other in others if any((other[name] - after[name]).abs().max() > 1e-6 for name in rest)}


def trained(student, batches, bos, pad, turned=None):
    """The weights of a model that drops nothing, the same every time, before and after training; one row may be turned round."""
    model = small(student, d_ff=8, num_layers=1, pad=pad, dropout=0.0)
    before = t.weights_like(t.state_of(model).parameters, 12)
    if turned is not None:
        before["tgt_embedding.weight"][turned] *= -1
    t.load_state(model, before)
    student.train.seeded(1, model, batches, bos)
    return before, {name: value.detach() for name, value in t.state_of(model).parameters.items()}


@exercise("shift_right")
class TestShiftRight:
    def test_gives_the_rows_worked_out_by_hand(self, student):
        """`bos` comes first, and the last token falls out, whether it is a word or padding."""
        found = student.shift_right(tokens([7, 8, 9, 2], [5, 2, 0, 0]), 1)
        assert_agrees(found, tokens([1, 7, 8, 9], [1, 5, 2, 0]))

    def test_one_token_makes_room_for_bos(self, student):
        """A single column is replaced altogether."""
        assert_agrees(student.shift_right(tokens([7], [8], [9]), 4), tokens([4], [4], [4]))

    def test_keeps_the_dtype(self, student):
        """int32 in, int32 out."""
        assert_agrees(student.shift_right(tokens([7, 8]).int(), 1), tokens([1, 7]).int())

    def test_leaves_its_argument_as_it_was(self, student):
        """The loss still needs the targets as they are."""
        assert_inputs_unchanged(student.shift_right, tokens([7, 8, 2], [9, 2, 0]), 1)


@exercise("Transformer", forbidden=READY_MADE)
class TestTransformer:
    def test_gives_logits_for_every_target_place(self, student):
        """(batch, n_tgt, tgt_vocab), however long the source is; the memory is (batch, n_src, d_model)."""
        model = small(student)
        memory = model.encode(SRC)
        require(tuple(memory.shape) == (2, 5, 8), f"the memory has the shape (2, 5, 8), not {tuple(memory.shape)}")
        logits = model(SRC, TGT)
        require(tuple(logits.shape) == (2, 4, 9), f"the logits have the shape (2, 4, 9), not {tuple(logits.shape)}")

    def test_consists_of_the_six_parts(self, student):
        """src_embedding, tgt_embedding, positions, encoder, decoder, output: nothing else is learned, nothing is shared."""
        parameters = t.state_of(small(student)).parameters
        parts = {name.split(".")[0] for name in parameters}
        expected = {"src_embedding", "tgt_embedding", "encoder", "decoder", "output"}
        require(parts == expected, f"the parts with something to learn are {sorted(expected)}", sorted(parts))
        layer = 4 * (8 * 8 + 8) + (8 * 12 + 12) + (12 * 8 + 8)  # an attention and a feed-forward network
        norm, cross = 16, 4 * (8 * 8 + 8)
        total = 2 * (layer + 2 * norm) + 2 * (layer + cross + 3 * norm) + (7 + 9) * 8 + (9 * 8 + 9)
        assert_agrees(sum(value.numel() for value in parameters.values()), total)

    def test_forward_is_encode_and_decode(self, student):
        """`model(src, tgt)` is `model.decode(tgt, model.encode(src), src)`."""
        model = small(student)
        expected = model.decode(TGT, model.encode(SRC), SRC)
        assert_agrees(model(SRC, TGT), expected)

    def test_a_word_is_its_row_times_the_root_plus_its_position(self, student):
        """Attention and feed-forward networks that give 0 leave what came in, normalised: the token's row, times √8 once (your
        TokenEmbedding sees to it), plus the row of its position. So it is on both sides."""
        model = small(student, num_layers=1)
        decoder = ("self_attention.w_o", "cross_attention.w_o", "feed_forward.linear2")
        giving_0 = [f"encoder.layers.0.{part}" for part in decoder[::2]]
        giving_0 += [f"decoder.layers.0.{part}" for part in decoder]
        weights = {f"{part}.weight": torch.zeros(8, 12 if part.endswith("linear2") else 8) for part in giving_0}
        weights |= {f"{part}.bias": torch.zeros(8) for part in giving_0}
        weights |= {"src_embedding.weight": ROWS[:7], "tgt_embedding.weight": -ROWS}
        t.load_state(model, weights | {"output.weight": torch.eye(9, 8), "output.bias": torch.zeros(9)})
        positions = model.positions(torch.zeros(1, 5, 8))
        memory = normalised(math.sqrt(8) * ROWS[SRC[:1]] + positions, 2)
        assert_agrees(model.encode(SRC[:1]), memory, scale=10.0)
        logits = normalised(positions[:, :4] - math.sqrt(8) * ROWS[TGT[:1]], 3)
        assert_agrees(model.decode(TGT[:1], memory, SRC[:1])[..., :8].clone(), logits, scale=10.0)

    def test_the_future_never_matters(self, student):
        """Change the target from place 2 on: the logits at the places 0 and 1 stay, later ones change."""
        model, other = small(student), TGT.clone()
        other[0, 2:] = torch.tensor([8, 7])
        before, after = model(SRC, TGT), model(SRC, other)
        assert_agrees(after[0, :2].clone(), before[0, :2].clone(), scale=10.0)
        require((after[0, 2:] != before[0, 2:]).all(), "the logits from place 2 on change", after[0, 2:])

    def test_padding_never_matters(self, student):
        """Three more tokens of padding behind each sentence: the logits at real tokens stay. Padding is token 0, or what the model
        was made with."""
        for pad in (0, 5):
            model = small(student, pad=pad)
            src, tgt = (torch.where(each == 0, pad, torch.where(each == pad, 0, each)) for each in (SRC, TGT))
            more = torch.full((2, 3), pad)
            before, after = model(src, tgt), model(torch.cat([src, more], 1), torch.cat([tgt, more], 1))
            assert_agrees(after[:, :4][tgt != pad], before[tgt != pad], scale=10.0)

    def test_the_rate_of_dropout_reaches_every_part(self, student):
        """With `dropout=0.0` nothing is dropped: in train() the logits are those of eval()."""
        model = small(student, dropout=0.0)
        expected = model(SRC, TGT)
        t.training(model)
        assert_agrees(model(SRC, TGT), expected, scale=10.0)

    def test_sentences_do_not_see_each_other(self, student):
        """The second sentence alone has the logits that it has beside the first."""
        model = small(student)
        together = model(SRC, TGT)
        assert_agrees(model(SRC[1:], TGT[1:])[0, :2].clone(), together[1, :2].clone(), scale=10.0)

    def test_the_order_of_the_source_matters(self, student):
        """“Dog bites man” is not “man bites dog”."""
        model = small(student)
        before, after = model(SRC[:1], TGT[:1]), model(SRC[:1].flip(1), TGT[:1])
        require(not torch.allclose(before, after, atol=1e-5), "another order of the source gives other logits", after)

    def test_every_parameter_learns(self, student):
        """A gradient arrives at each."""
        t.assert_every_parameter_learns(small(student), SRC, TGT)

    def test_keeps_its_padding_token(self, student):
        """The attribute `pad` says which token it is: 0, or what the model was made with."""
        assert_agrees(small(student).pad, 0)
        assert_agrees(small(student, pad=3).pad, 3)


LOGITS = torch.tensor([math.log(5.0), 0.0, 0.0, 0.0], dtype=torch.float64)


@exercise("label_smoothed_loss", forbidden=NO_CROSS_ENTROPY)
class TestLabelSmoothedLoss:
    def test_gives_the_number_worked_out_by_hand(self, student):
        """Four words, word 0 right, a share of 0.2 spread over all four."""
        right, wrong = math.log(8 / 5), math.log(8)
        expected = 0.8 * right + 0.2 * (right + 3 * wrong) / 4
        found = student.label_smoothed_loss(LOGITS[None, None], tokens([0]), 0.2, 3)
        assert_agrees(found, torch.tensor(expected, dtype=torch.float64))

    def test_without_smoothing_only_the_right_word_counts(self, student):
        """Minus the logarithm of its probability, 5/8."""
        found = student.label_smoothed_loss(LOGITS[None, None], tokens([0]), 0.0, 3)
        assert_agrees(found, torch.tensor(math.log(8 / 5), dtype=torch.float64))

    def test_is_the_mean_over_real_places(self, student):
        """Two places with losses log(8/5) and log 8, and two of padding: the mean of two numbers."""
        logits = LOGITS.expand(1, 4, 4)
        expected = (math.log(8 / 5) + math.log(8)) / 2
        found = student.label_smoothed_loss(logits, tokens([0, 1, 3, 3]), 0.0, 3)
        assert_agrees(found, torch.tensor(expected, dtype=torch.float64))

    def test_guessing_costs_the_logarithm_of_the_vocabulary(self, student):
        """All logits equal: log 13, with any smoothing."""
        found = student.label_smoothed_loss(torch.zeros(2, 3, 13), torch.ones(2, 3, dtype=torch.int64))
        assert_agrees(found, torch.tensor(math.log(13)))

    def test_stays_finite_for_large_logits(self, student):
        """A wrong answer that the model is sure of costs much, not infinitely much."""
        found = student.label_smoothed_loss(torch.tensor([[[0.0, 1000.0, 0.0]]]), tokens([2]), 0.0)
        assert_agrees(found, torch.tensor(1000.0))

    def test_other_shapes_are_refused(self, student):
        """Logits for four places, targets for three: a ValueError that names both numbers."""
        assert_value_error(student.label_smoothed_loss, torch.zeros(1, 4, 5), tokens([1, 2, 3]), names=["4", "3"])

    def test_leaves_its_arguments_as_they_were(self, student):
        """The targets keep their padding."""
        assert_inputs_unchanged(student.label_smoothed_loss, torch.randn(1, 3, 4), tokens([1, 2, 0]))


@exercise("noam_learning_rate")
class TestNoamLearningRate:
    def test_gives_the_numbers_worked_out_by_hand(self, student):
        """64 columns and a warm-up of 100: 1/8 · 1/10 at step 100, half of it at 50 and at 400."""
        for step, expected in ((100, 0.0125), (50, 0.00625), (400, 0.00625)):
            assert_agrees(student.noam_learning_rate(step, 64, 100), expected)

    def test_the_papers_warmup_is_the_default(self, student):
        """The base model's highest rate: 1 / √(512 · 4000), at step 4000."""
        assert_agrees(student.noam_learning_rate(4000, 512), 1 / math.sqrt(512 * 4000), scale=0.001)

    def test_rises_in_a_straight_line(self, student):
        """At step 30 it is thirty times what it is at step 1."""
        expected = 30 * student.noam_learning_rate(1, 64, 100)
        assert_agrees(student.noam_learning_rate(30, 64, 100), expected, scale=0.01)

    def test_there_is_no_step_0(self, student):
        """Steps are counted from 1: a ValueError that names what was found."""
        assert_value_error(student.noam_learning_rate, 0, 64, names=["0"])


def always(student, *favourites, logit=50.0, **changed):
    """A model that finds the same tokens likely everywhere, whatever it is asked."""
    model = small(student, **changed)
    likely = torch.zeros(9)
    likely[list(favourites)] = logit
    t.load_state(model, {"output.weight": torch.zeros(9, 8), "output.bias": likely})
    return model


def drawn_model(student, **changed):
    """A model with the same weights every time: it answers SRC with 7 3 3 3 4 and with 2 6 6 6 6 6 …, if 4 is `eos`."""
    model = small(student, **changed)
    weights = t.weights_like(t.state_of(model).parameters, 11)
    plain = {
        name: torch.full_like(value, float(name.endswith("weight")))
        for name, value in weights.items()
        if value.dim() == 1
    }
    t.load_state(model, weights | plain)
    return model


@exercise("greedy_decode", beside=["Transformer"])
class TestGreedyDecode:
    def test_writes_until_max_length(self, student):
        """A model that always says 5 never ends by itself."""
        assert_agrees(student.greedy_decode(always(student, 5), SRC, 1, 2, 4), tokens([5, 5, 5, 5], [5, 5, 5, 5]))

    def test_stops_when_all_have_ended(self, student):
        """A model that always says `eos` has written one token: `eos` belongs to the answer, `bos` does not."""
        assert_agrees(student.greedy_decode(always(student, 2), SRC, 1, 2, 4), tokens([2], [2]))

    def test_each_row_ends_by_itself(self, student):
        """Two sources at once are answered as each of them alone: the one that has ended holds 0 until the other ends."""
        model = drawn_model(student)
        for row in (0, 1):
            alone = student.greedy_decode(model, SRC[row : row + 1], 1, 4, 8)
            together = student.greedy_decode(model, SRC, 1, 4, 8)[row : row + 1]
            n = alone.shape[1]
            assert_agrees(together[:, :n].clone(), alone)
            require(not together[:, n:].any(), "after its `eos` a row holds 0", together)

    def test_nothing_is_dropped(self, student):
        """A model that drops half of everything in training writes in train() mode what it writes in eval() mode."""
        model = drawn_model(student, dropout=0.5)
        expected = student.greedy_decode(model, SRC, 1, 4, 8)
        t.training(model)
        assert_agrees(student.greedy_decode(model, SRC, 1, 4, 8), expected)

    def test_takes_the_lowest_of_equally_likely_tokens(self, student):
        """4 and 7 are as likely as each other."""
        assert_agrees(student.greedy_decode(always(student, 7, 4), SRC, 1, 2, 2), tokens([4, 4], [4, 4]))

    def test_each_token_follows_from_those_before_it(self, student):
        """Feed the answer to the model again, behind `bos`: the most likely next tokens are the answer."""
        model = small(student)
        written = student.greedy_decode(model, SRC, 1, 2, 6)
        given = torch.cat([torch.ones_like(written[:, :1]), written[:, :-1]], 1)
        likely = model(SRC, given).argmax(-1)
        for row, expected in zip(written.tolist(), likely.tolist(), strict=True):
            end = row.index(2) + 1 if 2 in row else len(row)
            require(row[:end] == expected[:end], f"the model says {expected[:end]}", row)

    def test_the_model_keeps_its_mode(self, student):
        """Decoding needs `eval()`, but a model in training is in training again afterwards."""
        model = always(student, 5)
        for mode, training in ((t.training, True), (t.evaluating, False)):
            mode(model)
            student.greedy_decode(model, SRC, 1, 2, 2)
            require(model.training is training, f"`model.training` should be {training} again")

    def test_gives_whole_numbers(self, student):
        """Tokens are int64."""
        found = student.greedy_decode(always(student, 5), SRC, 1, 2, 3)
        require(found.dtype == torch.int64, f"the dtype should be int64, it is {found.dtype}")

    def test_as_many_tokens_as_there_are_positions(self, student):
        """A model made for 10 places can write 10 tokens: `bos` and nine of them go in."""
        found = student.greedy_decode(always(student, 5), SRC, 1, 2, 10)
        require(tuple(found.shape) == (2, 10), f"the shape should be (2, 10), it is {tuple(found.shape)}")


PAIR = (tokens([5, 4, 2]), tokens([4, 5, 2]))


@exercise("train", beside=["Transformer"])
class TestTrain:
    def test_gives_the_trained_model_back(self, student):
        """The model is changed in place, and it is what is returned."""
        model = small(student)
        before = t.state_of(model).parameters["output.weight"]
        given_back = student.train(model, [PAIR] * 3)
        require(
            not torch.equal(t.state_of(model).parameters["output.weight"], before), "the weights have changed in place"
        )
        returned = t.state_of(given_back).parameters["output.weight"]
        assert_agrees(returned, t.state_of(model).parameters["output.weight"])

    def test_the_decoder_is_given_the_targets_one_step_late(self, student):
        """For the target [4, 5, 2] the decoder is given [1, 4, 5]: only their embeddings learn. `eos` (2) is asked for, not given."""
        rows = learned_rows(student, [PAIR] * 3)
        require(rows == {1, 4, 5}, "the rows of the target embedding that learn are 1, 4 and 5", sorted(rows))

    def test_takes_the_bos_that_it_is_given(self, student):
        """With `bos` = 6 the decoder is given [6, 4, 5]."""
        rows = learned_rows(student, [PAIR] * 3, bos=6)
        require(rows == {4, 5, 6}, "the rows of the target embedding that learn are 4, 5 and 6", sorted(rows))

    def test_every_batch_takes_part(self, student):
        """Two batches, [4, 5, 2] and [7, 2]: all of their tokens learn."""
        rows = learned_rows(student, [PAIR, (tokens([6, 2]), tokens([7, 2]))] * 2)
        require(rows == {1, 4, 5, 7}, "the rows of the target embedding that learn are 1, 4, 5 and 7", sorted(rows))

    def test_padding_is_not_learned(self, student):
        """For [4, 2, 0, 0] the decoder is given [1, 4, 2, 0], but nothing is asked after `eos`: 2 and 0 learn nothing. So it is with
        the padding of a model that was made with another one."""
        for pad in (0, 6):
            rows = learned_rows(student, [(tokens([4, 2]), tokens([4, 2, pad, pad]))] * 3, pad=pad)
            require(
                rows == {1, 4}, f"the rows of the target embedding that learn are 1 and 4 (pad={pad})", sorted(rows)
            )

    def test_the_loss_falls(self, student):
        """Thirty times the same pair: its tokens become more likely."""
        model = small(student, dropout=0.0)
        src, tgt = PAIR
        given = tokens([1, 4, 5])

        def likelihood():
            t.evaluating(model)
            return float(torch.log_softmax(model(src, given).detach(), -1).gather(-1, tgt[..., None]).mean())

        before = likelihood()
        student.train(model, [PAIR] * 30)
        require(likelihood() > before, "the right tokens are more likely than before")
