"""Wrong solutions of unit 11 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import mistake

# ---- shift_right


@mistake(
    "shift_right",
    caught_by="test_agrees_with_the_reference",
    says="The last token is kept, so the result is one place longer than the targets.",
)
def one_place_longer(targets, bos):
    return torch.cat([targets.new_full((len(targets), 1), bos), targets], dim=1)


@mistake(
    "shift_right",
    caught_by="test_agrees_with_the_reference",
    says="The tokens are turned round in a circle: the last one comes first, where `bos` belongs.",
)
def turned_in_a_circle(targets, bos):
    return targets.roll(1, dims=1)


@mistake(
    "shift_right",
    caught_by="test_agrees_with_the_reference",
    says="The tokens are moved to the left, and `bos` stands at the end.",
)
def shifted_left(targets, bos):
    return torch.cat([targets[:, 1:], targets.new_full((len(targets), 1), bos)], dim=1)


@mistake(
    "shift_right",
    caught_by="test_agrees_with_the_reference",
    says="The rows are moved instead of the columns: the first axis is the batch.",
)
def shifted_down(targets, bos):
    return torch.cat([torch.full_like(targets[:1], bos), targets[:-1]], dim=0)


@mistake(
    "shift_right",
    caught_by="test_leaves_the_targets_as_they_were",
    says="The targets themselves are moved, so the loss compares with the wrong ones.",
)
def moves_the_targets(targets, bos):
    targets[:, 1:] = targets[:, :-1].clone()
    targets[:, 0] = bos
    return targets


@mistake(
    "shift_right",
    caught_by="test_agrees_with_the_reference",
    says="The column of `bos` is made on the CPU, whatever device the targets are on.",
)
def bos_on_the_cpu(targets, bos):
    return torch.cat([torch.full((len(targets), 1), bos, dtype=targets.dtype), targets[:, :-1]], dim=1)


@mistake(
    "shift_right",
    caught_by="test_keeps_the_dtype_and_takes_any_layout",
    says="The result is always int64: it should have the dtype of the targets.",
)
def always_int64(targets, bos):
    return torch.cat([targets.new_full((len(targets), 1), bos), targets[:, :-1]], dim=1).long()


@mistake(
    "shift_right",
    caught_by="test_keeps_the_dtype_and_takes_any_layout",
    says="`view` needs neighbours in memory: a transposed or sliced tensor is refused.",
)
def as_one_long_row(targets, bos):
    shifted = targets.view(-1).roll(1).view(targets.shape)
    shifted[:, 0] = bos
    return shifted


@mistake(
    "shift_right",
    caught_by="test_agrees_with_the_reference",
    says="Targets that begin with `bos` already are given back as they are: whatever the answer is, it moves one place on.",
)
def only_where_there_is_none(targets, bos):
    if (targets[:, 0] == bos).all():
        return targets.clone()
    return torch.cat([torch.full_like(targets[:, :1], bos), targets[:, :-1]], 1)


# ---- Transformer


class Right(nn.Module):
    """What the mistakes below do right: they are about something else."""

    def __init__(
        self,
        src_vocab,
        tgt_vocab,
        d_model=512,
        num_heads=8,
        num_layers=6,
        d_ff=2048,
        dropout=0.1,
        max_length=512,
        pad=0,
    ):
        super().__init__()
        self.pad = pad
        self.src_embedding = TokenEmbedding(src_vocab, d_model)
        self.tgt_embedding = TokenEmbedding(tgt_vocab, d_model)
        self.positions = PositionalEncoding(d_model, max_length, dropout)
        self.encoder = Encoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.decoder = Decoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.output = nn.Linear(d_model, tgt_vocab)

    def real(self, tokens):
        return padding_mask(tokens, self.pad)

    def visible(self, tgt):
        return self.real(tgt) & causal_mask(tgt.shape[1], device=tgt.device)

    def encode(self, src):
        return self.encoder(self.positions(self.src_embedding(src)), self.real(src))

    def decode(self, tgt, memory, src):
        words = self.positions(self.tgt_embedding(tgt))
        return self.output(self.decoder(words, memory, self.visible(tgt), self.real(src)))

    def forward(self, src, tgt):
        return self.decode(tgt, self.encode(src), src)


@mistake(
    "Transformer",
    caught_by="test_the_future_never_matters",
    says="There is no causal mask: each place sees the answers behind it, and learns to copy them.",
)
class NoCausalMask(Right):
    def visible(self, tgt):
        return self.real(tgt)


@mistake(
    "Transformer",
    caught_by="test_the_future_never_matters",
    says="The causal mask lets each place see one token too many, the one that it has to predict.",
)
class SeesOneTokenAhead(Right):
    def visible(self, tgt):
        n = tgt.shape[1]
        return self.real(tgt) & torch.ones(n, n, dtype=torch.bool, device=tgt.device).tril(1)


@mistake(
    "Transformer",
    caught_by="test_agrees_under_the_same_weights",
    says="The causal mask hides a place from itself: the token that was given last has no say in the next.",
)
class DoesNotSeeItself(Right):
    def visible(self, tgt):
        n = tgt.shape[1]
        return self.real(tgt) & torch.ones(n, n, dtype=torch.bool, device=tgt.device).tril(-1)


@mistake(
    "Transformer",
    caught_by="test_agrees_under_the_same_weights",
    says="The two masks of the target are joined by “or”: what one of them hides is seen all the same.",
)
class EitherMask(Right):
    def visible(self, tgt):
        return self.real(tgt) | causal_mask(tgt.shape[1], device=tgt.device)


@mistake(
    "Transformer",
    caught_by="test_padding_never_matters",
    says="Padding in the target is looked at where it stands before a word: the causal mask alone does not hide it.",
)
class LooksAtTargetPadding(Right):
    def visible(self, tgt):
        return causal_mask(tgt.shape[1], device=tgt.device)


@mistake(
    "Transformer",
    caught_by="test_padding_never_matters",
    says="The encoder gets no mask, so the words of a sentence look at the padding behind it.",
)
class EncoderLooksAtPadding(Right):
    def encode(self, src):
        return self.encoder(self.positions(self.src_embedding(src)))


@mistake(
    "Transformer",
    caught_by="test_padding_never_matters",
    says="The cross-attention gets no mask, so the target looks at the memory of padding.",
)
class CrossAttentionLooksAtPadding(Right):
    def decode(self, tgt, memory, src):
        return self.output(self.decoder(self.positions(self.tgt_embedding(tgt)), memory, self.visible(tgt)))


@mistake(
    "Transformer",
    caught_by="test_padding_never_matters",
    says="The cross-attention gets the target's padding for a mask: its keys are source words, and as many as those.",
)
class MemoryMaskedByTheTarget(Right):
    def decode(self, tgt, memory, src):
        words = self.positions(self.tgt_embedding(tgt))
        return self.output(self.decoder(words, memory, self.visible(tgt), self.real(tgt)))


@mistake(
    "Transformer",
    caught_by="test_agrees_under_the_same_weights",
    says="The cross-attention is causal: a square mask, where target and source differ in length, and all of the source may be seen.",
)
class CausalCrossAttention(Right):
    def decode(self, tgt, memory, src):
        words = self.positions(self.tgt_embedding(tgt))
        return self.output(self.decoder(words, memory, self.visible(tgt), self.visible(src)))


@mistake(
    "Transformer",
    caught_by="test_padding_never_matters",
    says="Token 0 is always taken for padding: the model was told which token it is.",
)
class PaddingIsAlways0(Right):
    def real(self, tokens):
        return padding_mask(tokens)


@mistake(
    "Transformer",
    caught_by="test_a_source_of_nothing_but_padding_gives_numbers",
    says="Where a source is nothing but padding, that is looked at after all, so that the softmax has something to share out.",
)
class LooksAtTheOnlyPadding(Right):
    def real(self, tokens):
        mask = super().real(tokens)
        return mask | ~mask.any(-1, keepdim=True)


@mistake(
    "Transformer",
    caught_by="test_order_matters_only_through_positions",
    says="No positions are added: a sentence and its words in any other order are the same to the model.",
)
class NoPositions(Right):
    def encode(self, src):
        return self.encoder(self.src_embedding(src), self.real(src))

    def decode(self, tgt, memory, src):
        return self.output(self.decoder(self.tgt_embedding(tgt), memory, self.visible(tgt), self.real(src)))


@mistake(
    "Transformer",
    caught_by="test_agrees_under_the_same_weights",
    says="Positions are added to the source only: the target needs them as well.",
)
class NoPositionsInTheTarget(Right):
    def decode(self, tgt, memory, src):
        return self.output(self.decoder(self.tgt_embedding(tgt), memory, self.visible(tgt), self.real(src)))


@mistake(
    "Transformer",
    caught_by="test_agrees_under_the_same_weights",
    says="The embeddings are multiplied by √d_model twice: TokenEmbedding does it already.",
)
class ScalesTwice(Right):
    def encode(self, src):
        words = self.src_embedding(src)
        return self.encoder(self.positions(words * words.shape[-1] ** 0.5), self.real(src))


@mistake(
    "Transformer",
    caught_by="test_agrees_under_the_same_weights",
    says="The softmax is taken inside the model: logits are asked for, and the loss takes its own.",
)
class GivesProbabilities(Right):
    def decode(self, tgt, memory, src):
        return super().decode(tgt, memory, src).softmax(-1)


@mistake(
    "Transformer",
    caught_by="test_encodes_and_decodes_apart",
    says="`decode` encodes the source again and ignores the memory that it was given.",
)
class IgnoresTheMemory(Right):
    def decode(self, tgt, memory, src):
        return super().decode(tgt, self.encode(src), src)


@mistake(
    "Transformer",
    caught_by="test_encodes_and_decodes_apart",
    says="`decode` takes the padding of the source that was encoded last, not of the one that it is given.",
)
class RemembersTheSource(Right):
    def encode(self, src):
        self.source = src
        return super().encode(src)

    def decode(self, tgt, memory, src):
        return super().decode(tgt, memory, self.source)


@mistake(
    "Transformer",
    caught_by="test_registers_six_parts_and_shares_none",
    says="The output shares the weight of the target embedding: here each has its own.",
)
class TiedOutput(Right):
    def __init__(self, *sizes, **named):
        super().__init__(*sizes, **named)
        self.output.weight = self.tgt_embedding.weight


@mistake(
    "Transformer",
    caught_by="test_registers_six_parts_and_shares_none",
    says="One embedding serves source and target: here each side has its own.",
)
class OneEmbedding(Right):
    def __init__(self, src_vocab, tgt_vocab, *sizes, **named):
        super().__init__(max(src_vocab, tgt_vocab), max(src_vocab, tgt_vocab), *sizes, **named)
        self.tgt_embedding = self.src_embedding


@mistake(
    "Transformer",
    caught_by="test_registers_six_parts_and_shares_none",
    says="The output layer has no bias.",
)
class NoBias(Right):
    def __init__(self, *sizes, **named):
        super().__init__(*sizes, **named)
        self.output = nn.Linear(self.output.in_features, self.output.out_features, bias=False)


@mistake(
    "Transformer",
    caught_by="test_registers_six_parts_and_shares_none",
    says="The output layer has another name than `output`: weights that were saved under the name asked for are not found.",
)
class OutputRenamed(Right):
    def __init__(self, *sizes, **named):
        super().__init__(*sizes, **named)
        self.to_words = self.output
        del self.output

    def decode(self, tgt, memory, src):
        words = self.positions(self.tgt_embedding(tgt))
        return self.to_words(self.decoder(words, memory, self.visible(tgt), self.real(src)))


@mistake(
    "Transformer",
    caught_by="test_registers_six_parts_and_shares_none",
    says="A part is made that is never used: its parameters would never learn.",
)
class ADeadPart(Right):
    def __init__(self, *sizes, **named):
        super().__init__(*sizes, **named)
        self.norm = nn.LayerNorm(self.output.in_features)


@mistake(
    "Transformer",
    caught_by="test_has_the_sizes_of_the_base_model_unless_told_otherwise",
    says="Without being told, it has 4 heads: the base model has 8.",
)
class FourHeads(Right):
    def __init__(self, src_vocab, tgt_vocab, d_model=512, num_heads=4, *sizes, **named):
        super().__init__(src_vocab, tgt_vocab, d_model, num_heads, *sizes, **named)


@mistake(
    "Transformer",
    caught_by="test_refuses_what_does_not_fit",
    says="`max_length` is not given to the positions: there is always room for 512 tokens.",
)
class AlwaysRoomFor512(Right):
    def __init__(
        self, src_vocab, tgt_vocab, d_model=512, num_heads=8, num_layers=6, d_ff=2048, dropout=0.1, *more, **named
    ):
        super().__init__(src_vocab, tgt_vocab, d_model, num_heads, num_layers, d_ff, dropout, *more, **named)
        self.positions = PositionalEncoding(d_model, 512, dropout)


@mistake(
    "Transformer",
    caught_by="test_refuses_what_does_not_fit",
    says="Columns that the heads cannot share are left out without a word: a model of another size than was asked for.",
)
class ColumnsLeftOut(Right):
    def __init__(self, src_vocab, tgt_vocab, d_model=512, num_heads=8, *sizes, **named):
        super().__init__(src_vocab, tgt_vocab, d_model - d_model % num_heads, num_heads, *sizes, **named)


@mistake(
    "Transformer",
    caught_by="test_gradients_reach_every_parameter",
    says="The memory is cut off, by `detach` or `torch.no_grad`: the encoder would never learn.",
)
class DetachedMemory(Right):
    def forward(self, src, tgt):
        return self.decode(tgt, self.encode(src).detach(), src)


@mistake(
    "Transformer",
    caught_by="test_gradients_reach_every_parameter",
    says="The memory is cut off, by `detach` or `torch.no_grad`: the encoder would never learn.",
)
class EncodesWithoutGradients(Right):
    @torch.no_grad()
    def encode(self, src):
        return super().encode(src)


@mistake(
    "Transformer",
    caught_by="test_drops_in_every_part_while_training",
    says="The rate of dropout is not given to the encoder and the decoder: they use their own default.",
)
class DropoutStaysOutside(Right):
    def __init__(
        self, src_vocab, tgt_vocab, d_model=512, num_heads=8, num_layers=6, d_ff=2048, dropout=0.1, *more, **named
    ):
        super().__init__(src_vocab, tgt_vocab, d_model, num_heads, num_layers, d_ff, dropout, *more, **named)
        self.encoder = Encoder(num_layers, d_model, num_heads, d_ff)
        self.decoder = Decoder(num_layers, d_model, num_heads, d_ff)


@mistake(
    "Transformer",
    caught_by="test_drops_in_every_part_while_training",
    says="The rate of dropout is not given to the positions.",
)
class PositionsKeepTheirRate(Right):
    def __init__(
        self,
        src_vocab,
        tgt_vocab,
        d_model=512,
        num_heads=8,
        num_layers=6,
        d_ff=2048,
        dropout=0.1,
        max_length=512,
        pad=0,
    ):
        super().__init__(src_vocab, tgt_vocab, d_model, num_heads, num_layers, d_ff, dropout, max_length, pad)
        self.positions = PositionalEncoding(d_model, max_length)


@mistake(
    "Transformer",
    caught_by="test_works_on_any_device",
    says="The causal mask is made on the CPU, whatever device the tokens are on.",
)
class MaskOnTheCpu(Right):
    def visible(self, tgt):
        return self.real(tgt) & causal_mask(tgt.shape[1])


@mistake(
    "Transformer",
    caught_by="test_works_on_whole_batches",
    says="The sentences of a batch are decoded one after the other, in a loop.",
)
class OneSentenceAtATime(Right):
    def forward(self, src, tgt):
        pairs = zip(src.split(1), tgt.split(1))
        return torch.cat([self.decode(t, self.encode(s), s) for s, t in pairs])


@mistake(
    "Transformer",
    caught_by="test_keeps_the_dtype_of_its_weights",
    says="The logits are always float32: they should have the dtype of the model's weights.",
)
class AlwaysFloat32(Right):
    def decode(self, tgt, memory, src):
        logits = super().decode(tgt, memory, src)
        return logits if logits.dtype == torch.float64 else logits.float()


@mistake(
    "Transformer",
    caught_by="test_registers_six_parts_and_shares_none",
    says="Where both sides have as many tokens, one embedding serves source and target: here each side has its own.",
)
class OneEmbeddingIfItFits(Right):
    def __init__(self, src_vocab, tgt_vocab, *sizes, **named):
        super().__init__(src_vocab, tgt_vocab, *sizes, **named)
        if src_vocab == tgt_vocab:
            self.tgt_embedding = self.src_embedding


@mistake(
    "Transformer",
    caught_by="test_registers_six_parts_and_shares_none",
    says="The output is a parameter of its own in name only: its numbers lie in the memory of the target embedding.",
)
class TiedThroughData(Right):
    def __init__(self, *sizes, **named):
        super().__init__(*sizes, **named)
        self.output.weight.data = self.tgt_embedding.weight.data


@mistake(
    "Transformer",
    caught_by="test_padding_never_matters",
    says="Tokens of lower numbers than the padding's are taken for padding too: `tokens > pad` should be `tokens != pad`.",
)
class HidesLowerTokens(Right):
    def real(self, tokens):
        return (tokens > self.pad)[:, None, None, :]


@mistake(
    "Transformer",
    caught_by="test_agrees_under_the_same_weights",
    says="The first place of the target is never hidden, so that no row of the mask is empty: padding may stand there as well.",
)
class FirstPlaceIsSeen(Right):
    def visible(self, tgt):
        mask = super().visible(tgt)
        mask[..., 0] = True
        return mask


@mistake(
    "Transformer",
    caught_by="test_drops_in_every_part_while_training",
    says="A rate of 0 is taken for none that was given, because 0 counts as false: `dropout or 0.1` is 0.1 then.",
)
class NoDropoutIsATenth(Right):
    def __init__(
        self, src_vocab, tgt_vocab, d_model=512, num_heads=8, num_layers=6, d_ff=2048, dropout=0.1, *more, **named
    ):
        super().__init__(src_vocab, tgt_vocab, d_model, num_heads, num_layers, d_ff, dropout or 0.1, *more, **named)


@mistake(
    "Transformer",
    caught_by="test_drops_in_every_part_while_training",
    says="Words are dropped before the positions are added, and once more after it.",
)
class DropsWordsTwice(Right):
    def __init__(
        self, src_vocab, tgt_vocab, d_model=512, num_heads=8, num_layers=6, d_ff=2048, dropout=0.1, *more, **named
    ):
        super().__init__(src_vocab, tgt_vocab, d_model, num_heads, num_layers, d_ff, dropout, *more, **named)
        self.dropout = nn.Dropout(dropout)

    def encode(self, src):
        return self.encoder(self.positions(self.dropout(self.src_embedding(src))), self.real(src))


@mistake(
    "Transformer",
    caught_by="test_drops_in_every_part_while_training",
    says="What goes into the output is dropped as well: the decoder has dropped all that is to be.",
)
class DropsBeforeTheOutput(Right):
    def __init__(
        self, src_vocab, tgt_vocab, d_model=512, num_heads=8, num_layers=6, d_ff=2048, dropout=0.1, *more, **named
    ):
        super().__init__(src_vocab, tgt_vocab, d_model, num_heads, num_layers, d_ff, dropout, *more, **named)
        self.dropout = nn.Dropout(dropout)

    def decode(self, tgt, memory, src):
        words = self.positions(self.tgt_embedding(tgt))
        return self.output(self.dropout(self.decoder(words, memory, self.visible(tgt), self.real(src))))


# ---- label_smoothed_loss


def fitting(logits, targets):
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"found {tuple(targets.shape)}, expected {tuple(logits.shape[:-1])}")


def place_by_place(log_p, targets, smoothing):
    """The loss at each place, as it should be."""
    right = log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return -(1 - smoothing) * right - smoothing * log_p.mean(-1)


@mistake(
    "label_smoothed_loss",
    caught_by="test_agrees_with_the_reference",
    says="The share is spread over the wrong words only: it belongs to all of them, the right one too.",
)
def spread_over_the_wrong_words(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    log_p = logits.log_softmax(-1)
    right = log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    others = (log_p.sum(-1) - right) / (logits.shape[-1] - 1)
    return (-(1 - smoothing) * right - smoothing * others)[targets != pad].mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_agrees_with_the_reference",
    says="The right word keeps its whole weight, and the smoothing is added on top.",
)
def smoothing_on_top(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    log_p = logits.log_softmax(-1)
    right = log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return (-right - smoothing * log_p.mean(-1))[targets != pad].mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_padding_counts_for_nothing",
    says="Padding adds nothing to the sum, but it still counts in what the sum is divided by.",
)
def divided_by_all_places(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    losses = place_by_place(logits.log_softmax(-1), targets, smoothing)
    return losses.masked_fill(targets == pad, 0.0).mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_padding_counts_for_nothing",
    says="Padding is learned like a word.",
)
def padding_is_learned(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    return place_by_place(logits.log_softmax(-1), targets, smoothing).mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_agrees_with_the_reference",
    says="The losses are added up, not averaged.",
)
def the_sum(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    return place_by_place(logits.log_softmax(-1), targets, smoothing)[targets != pad].sum()


@mistake(
    "label_smoothed_loss",
    caught_by="test_agrees_with_the_reference",
    says="Each sentence is averaged for itself, so that a word of a short sentence counts more: the mean is over all real places.",
)
def mean_of_the_means(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    losses = place_by_place(logits.log_softmax(-1), targets, smoothing)
    real = targets != pad
    rows = [loss[keep].mean() for loss, keep in zip(losses, real) if keep.any()]
    return torch.stack(rows).mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_agrees_with_the_reference",
    says="Token 0 is always taken for padding: the argument `pad` says which one it is.",
)
def padding_is_always_0(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    return place_by_place(logits.log_softmax(-1), targets, smoothing)[targets != 0].mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_stays_finite_for_large_logits",
    says="The logarithm is taken of a softmax, whose small entries were rounded to 0.",
)
def logarithm_of_a_softmax(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    return place_by_place(logits.softmax(-1).log(), targets, smoothing)[targets != pad].mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_smooths_by_a_tenth_unless_told_otherwise",
    says="Without being told, nothing is smoothed: the default is a tenth.",
)
def no_smoothing_by_default(logits, targets, smoothing=0.0, pad=0):
    fitting(logits, targets)
    return place_by_place(logits.log_softmax(-1), targets, smoothing)[targets != pad].mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_gradients_are_right",
    says="The loss is made anew from a number: no gradient leads back to the logits.",
)
def made_from_a_number(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    loss = place_by_place(logits.log_softmax(-1), targets, smoothing)[targets != pad].mean()
    return torch.tensor(loss.item(), dtype=logits.dtype, device=logits.device)


@mistake(
    "label_smoothed_loss",
    caught_by="test_gradients_are_right",
    says="A table is made on the CPU, whatever device the logits are on.",
)
def one_hot_on_the_cpu(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    words = torch.eye(logits.shape[-1], dtype=logits.dtype)
    aim = (1 - smoothing) * words[targets] + smoothing / logits.shape[-1]
    return -(aim * logits.log_softmax(-1)).sum(-1)[targets != pad].mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_keeps_the_dtype_and_changes_nothing",
    says="The padding of the caller's targets is overwritten.",
)
def overwrites_padding(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    real = targets != pad
    targets[~real] = 0 if pad else 1
    return place_by_place(logits.log_softmax(-1), targets, smoothing)[real].mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_refuses_targets_of_another_shape",
    says="Targets of another shape are not refused: PyTorch takes what it can get, or complains in its own words.",
)
def never_asks(logits, targets, smoothing=0.1, pad=0):
    return place_by_place(logits.log_softmax(-1), targets, smoothing)[targets != pad].mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_refuses_targets_of_another_shape",
    says="Only the number of targets is compared: (4, 2) has as many places as (2, 4), and they are other ones.",
)
def counts_places(logits, targets, smoothing=0.1, pad=0):
    if targets.numel() != logits[..., 0].numel():
        raise ValueError(f"found {tuple(targets.shape)}, expected {tuple(logits.shape[:-1])}")
    targets = targets.reshape(logits.shape[:-1])
    return place_by_place(logits.log_softmax(-1), targets, smoothing)[targets != pad].mean()


@mistake(
    "label_smoothed_loss",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch's cross-entropy does the work that you were asked to do.",
)
def ready_made(logits, targets, smoothing=0.1, pad=0):
    fitting(logits, targets)
    return F.cross_entropy(logits.mT, targets, ignore_index=pad, label_smoothing=smoothing)


# ---- noam_learning_rate


def counted_from_1(step):
    if step < 1:
        raise ValueError(f"found step {step}, expected 1 or more")


@mistake(
    "noam_learning_rate",
    caught_by="test_agrees_with_the_reference",
    says="The larger of the two is taken: the rate begins at its highest, and rises again in the end.",
)
def the_larger(step, d_model, warmup=4000):
    counted_from_1(step)
    return d_model**-0.5 * max(step**-0.5, step * warmup**-1.5)


@mistake(
    "noam_learning_rate",
    caught_by="test_agrees_with_the_reference",
    says="The exponent of the warm-up is wrong: line and curve should meet at its end.",
)
def lines_that_do_not_meet(step, d_model, warmup=4000):
    counted_from_1(step)
    return d_model**-0.5 * min(step**-0.5, step * warmup**-0.5)


@mistake(
    "noam_learning_rate",
    caught_by="test_agrees_with_the_reference",
    says="The rate grows with the columns: wider models take smaller steps.",
)
def grows_with_the_columns(step, d_model, warmup=4000):
    counted_from_1(step)
    return d_model**0.5 * min(step**-0.5, step * warmup**-1.5)


@mistake(
    "noam_learning_rate",
    caught_by="test_agrees_with_the_reference",
    says="The steps are counted from 0: everything comes one step late.",
)
def one_step_late(step, d_model, warmup=4000):
    counted_from_1(step)
    return d_model**-0.5 * min((step + 1) ** -0.5, (step + 1) * warmup**-1.5)


@mistake(
    "noam_learning_rate",
    caught_by="test_warms_up_for_4000_steps_unless_told_otherwise",
    says="Without being told, the warm-up is not that of the paper.",
)
def short_warmup(step, d_model, warmup=400):
    counted_from_1(step)
    return d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)


@mistake(
    "noam_learning_rate",
    caught_by="test_refuses_steps_before_the_first",
    says="Step 0 is not refused: Python divides by zero.",
)
def takes_any_step(step, d_model, warmup=4000):
    return d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)


@mistake(
    "noam_learning_rate",
    caught_by="test_refuses_steps_before_the_first",
    says="Step 0 is quietly taken for step 1.",
)
def step_0_is_step_1(step, d_model, warmup=4000):
    step = max(step, 1)
    return d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)


@mistake(
    "noam_learning_rate",
    caught_by="test_refuses_steps_before_the_first",
    says="Only step 0 is refused: below it there are no steps either.",
)
def refuses_step_0_only(step, d_model, warmup=4000):
    if step == 0:
        raise ValueError(f"step is {step}, expected 1 or more")
    return d_model**-0.5 * min(abs(step) ** -0.5, step * warmup**-1.5)


# ---- greedy_decode


def answer(model, src, bos, eos, max_length, fill=None):
    """The right answer, by which the mistakes below are alike."""
    mode = model.training
    model.eval()
    with torch.no_grad():
        memory, tokens = model.encode(src), src.new_full((len(src), 1), bos)
        ended = torch.zeros_like(src[:, 0], dtype=torch.bool)
        for _ in range(max_length):
            chosen = model.decode(tokens, memory, src)[:, -1].argmax(-1)
            chosen = chosen.masked_fill(ended, model.pad if fill is None else fill)
            tokens = torch.cat([tokens, chosen[:, None]], 1)
            ended = ended | (chosen == eos)
            if ended.all():
                break
    model.train(mode)
    return tokens


@mistake(
    "greedy_decode",
    caught_by="test_agrees_with_the_reference",
    says="`bos` is part of the result: it was given, not written.",
)
def with_bos(model, src, bos, eos, max_length):
    return answer(model, src, bos, eos, max_length)


@mistake(
    "greedy_decode",
    caught_by="test_agrees_with_the_reference",
    says="The model is always given token 1 to begin with: `bos` is an argument.",
)
def begins_with_1(model, src, bos, eos, max_length):
    return answer(model, src, 1, eos, max_length)[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_agrees_with_the_reference",
    says="The `eos` of each row is taken out again: it belongs to the answer.",
)
def without_eos(model, src, bos, eos, max_length):
    written = answer(model, src, bos, eos, max_length)[:, 1:]
    return written.masked_fill(written == eos, model.pad)


@mistake(
    "greedy_decode",
    caught_by="test_ends_each_row_by_itself",
    says="Rows that have ended are filled with token 0: the model knows its padding token.",
)
def filled_with_0(model, src, bos, eos, max_length):
    return answer(model, src, bos, eos, max_length, fill=0)[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_ends_each_row_by_itself",
    says="Rows that have ended are filled with `eos`, not with padding.",
)
def filled_with_eos(model, src, bos, eos, max_length):
    return answer(model, src, bos, eos, max_length, fill=eos)[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_ends_each_row_by_itself",
    says="A row goes on writing after its `eos` until the others have ended.",
)
def goes_on_after_eos(model, src, bos, eos, max_length):
    mode = model.training
    model.eval()
    with torch.no_grad():
        memory, tokens = model.encode(src), src.new_full((len(src), 1), bos)
        for _ in range(max_length):
            chosen = model.decode(tokens, memory, src)[:, -1].argmax(-1)
            tokens = torch.cat([tokens, chosen[:, None]], 1)
            if (tokens[:, 1:] == eos).any(1).all():
                break
    model.train(mode)
    return tokens[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_ends_each_row_by_itself",
    says="Writing stops as soon as one row has ended: the others may have more to say.",
)
def stops_with_the_first(model, src, bos, eos, max_length):
    written = answer(model, src, bos, eos, max_length)[:, 1:]
    ends = (written == eos).any(0).nonzero()
    return written[:, : int(ends[0]) + 1] if len(ends) else written


@mistake(
    "greedy_decode",
    caught_by="test_writes_no_more_than_max_length_tokens",
    says="An `eos` is put at the end of rows that have not ended: the model has not said so.",
)
def eos_by_force(model, src, bos, eos, max_length):
    written = answer(model, src, bos, eos, max_length)[:, 1:]
    open_rows = ~(written == eos).any(1)
    written[open_rows, -1] = eos
    return written


@mistake(
    "greedy_decode",
    caught_by="test_writes_no_more_than_max_length_tokens",
    says="One token fewer than max_length is written: `bos` was counted.",
)
def counts_bos(model, src, bos, eos, max_length):
    return answer(model, src, bos, eos, max(max_length - 1, 1))[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_writes_no_more_than_max_length_tokens",
    says="The model is asked once more than there are tokens to write: one place more than it may have.",
)
def asks_once_more(model, src, bos, eos, max_length):
    tokens = answer(model, src, bos, eos, max_length)
    mode = model.training
    model.eval()
    with torch.no_grad():
        model.decode(tokens, model.encode(src), src)
    model.train(mode)
    return tokens[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_takes_the_lowest_of_equally_likely_tokens",
    says="Of equally likely tokens the one of the highest number is taken.",
)
def takes_the_highest(model, src, bos, eos, max_length):
    mode = model.training
    model.eval()
    with torch.no_grad():
        memory, tokens = model.encode(src), src.new_full((len(src), 1), bos)
        ended = torch.zeros_like(src[:, 0], dtype=torch.bool)
        for _ in range(max_length):
            logits = model.decode(tokens, memory, src)[:, -1]
            chosen = (logits.shape[-1] - 1 - logits.flip(-1).argmax(-1)).masked_fill(ended, model.pad)
            tokens = torch.cat([tokens, chosen[:, None]], 1)
            ended = ended | (chosen == eos)
            if ended.all():
                break
    model.train(mode)
    return tokens[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_encodes_the_source_once",
    says="The source is encoded again in every step.",
)
def encodes_every_time(model, src, bos, eos, max_length):
    mode = model.training
    model.eval()
    with torch.no_grad():
        tokens = src.new_full((len(src), 1), bos)
        ended = torch.zeros_like(src[:, 0], dtype=torch.bool)
        for _ in range(max_length):
            chosen = model(src, tokens)[:, -1].argmax(-1).masked_fill(ended, model.pad)
            tokens = torch.cat([tokens, chosen[:, None]], 1)
            ended = ended | (chosen == eos)
            if ended.all():
                break
    model.train(mode)
    return tokens[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_stops_when_all_rows_have_ended",
    says="The model is asked max_length times, and what is too much is cut off afterwards.",
)
def cuts_off_afterwards(model, src, bos, eos, max_length):
    mode = model.training
    model.eval()
    with torch.no_grad():
        memory, tokens = model.encode(src), src.new_full((len(src), 1), bos)
        ended = torch.zeros_like(src[:, 0], dtype=torch.bool)
        length = max_length
        for step in range(max_length):
            chosen = model.decode(tokens, memory, src)[:, -1].argmax(-1).masked_fill(ended, model.pad)
            tokens = torch.cat([tokens, chosen[:, None]], 1)
            ended = ended | (chosen == eos)
            if ended.all():
                length = min(length, step + 1)
    model.train(mode)
    return tokens[:, 1 : length + 1]


@mistake(
    "greedy_decode",
    caught_by="test_decodes_in_eval_mode_and_restores_the_mode",
    says="The mode of the model is never set: in training, dropout has a say in the answer.",
)
def in_any_mode(model, src, bos, eos, max_length):
    with torch.no_grad():
        memory, tokens = model.encode(src), src.new_full((len(src), 1), bos)
        ended = torch.zeros_like(src[:, 0], dtype=torch.bool)
        for _ in range(max_length):
            chosen = model.decode(tokens, memory, src)[:, -1].argmax(-1).masked_fill(ended, model.pad)
            tokens = torch.cat([tokens, chosen[:, None]], 1)
            ended = ended | (chosen == eos)
            if ended.all():
                break
    return tokens[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_decodes_in_eval_mode_and_restores_the_mode",
    says="The model is left in eval mode: a training loop that goes on would go on without dropout.",
)
def stays_in_eval(model, src, bos, eos, max_length):
    model.eval()
    return answer(model, src, bos, eos, max_length)[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_decodes_in_eval_mode_and_restores_the_mode",
    says="The model is always in training mode afterwards, also where it was not before.",
)
def always_back_to_training(model, src, bos, eos, max_length):
    written = answer(model, src, bos, eos, max_length)[:, 1:]
    model.train()
    return written


@mistake(
    "greedy_decode",
    caught_by="test_works_on_any_device",
    says="The first tokens are made on the CPU, whatever device the source is on.",
)
def begins_on_the_cpu(model, src, bos, eos, max_length):
    mode = model.training
    model.eval()
    with torch.no_grad():
        memory, tokens = model.encode(src), torch.full((len(src), 1), bos)
        ended = torch.zeros(len(src), dtype=torch.bool)
        for _ in range(max_length):
            chosen = model.decode(tokens, memory, src)[:, -1].argmax(-1).masked_fill(ended, model.pad)
            tokens = torch.cat([tokens, chosen[:, None]], 1)
            ended = ended | (chosen == eos)
            if ended.all():
                break
    model.train(mode)
    return tokens[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_decodes_in_eval_mode_and_restores_the_mode",
    says="Gradients are switched off for good, for everything that comes after: `torch.no_grad()` ends with its block.",
)
def no_gradients_ever_after(model, src, bos, eos, max_length):
    torch.set_grad_enabled(False)
    return answer(model, src, bos, eos, max_length)[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_decodes_in_eval_mode_and_restores_the_mode",
    says="The parameters no longer ask for gradients: a training loop that goes on would learn nothing.",
)
def freezes_the_model(model, src, bos, eos, max_length):
    model.requires_grad_(False)
    return answer(model, src, bos, eos, max_length)[:, 1:]


@mistake(
    "greedy_decode",
    caught_by="test_writes_no_more_than_max_length_tokens",
    says="Writing stops at 50 tokens, although max_length allows for more.",
)
def fifty_at_most(model, src, bos, eos, max_length):
    return answer(model, src, bos, eos, min(max_length, 50))[:, 1:]


# ---- train


def loop(model, batches, bos, optimizer, shift=True, pad=None):
    """A right loop, by which the mistakes below are alike."""
    for src, tgt in batches:
        given = torch.cat([torch.full_like(tgt[:, :1], bos), tgt[:, :-1]], 1) if shift else tgt
        ignored = model.pad if pad is None else pad
        loss = F.cross_entropy(model(src, given).mT, tgt, ignore_index=ignored, label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def adam(model, lr=2e-3):
    return torch.optim.Adam(model.parameters(), lr=lr)


@mistake(
    "train",
    caught_by="test_gives_the_decoder_the_targets_one_step_late",
    says="The targets go in as they are: the model is told at each place what it should say there.",
)
def targets_are_not_shifted(model, batches, bos=1):
    return loop(model.train(), batches, bos, adam(model), shift=False)


@mistake(
    "train",
    caught_by="test_begins_with_the_bos_that_it_is_given",
    says="The decoder's input always begins with token 1: `bos` is an argument.",
)
def bos_is_always_1(model, batches, bos=1):
    return loop(model.train(), batches, 1, adam(model))


@mistake(
    "train",
    caught_by="test_learns_nothing_from_padding",
    says="Padding has a part in the loss: the model spends its steps on learning to say nothing.",
)
def learns_padding(model, batches, bos=1):
    return loop(model.train(), batches, bos, adam(model), pad=-100)


@mistake(
    "train",
    caught_by="test_learns_nothing_from_padding",
    says="Token 0 is always taken for padding: the model knows which one it is.",
)
def padding_is_0(model, batches, bos=1):
    return loop(model.train(), batches, bos, adam(model), pad=0)


@mistake(
    "train",
    caught_by="test_trains_in_training_mode",
    says="The model is not put into training mode: its dropout stays switched off.",
)
def in_the_mode_it_finds(model, batches, bos=1):
    return loop(model, batches, bos, adam(model))


def decaying(model):
    """Weight decay that goes through Adam's gradients moves every row of an embedding, also those of tokens that nobody has seen."""
    return torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-5)


@mistake(
    "train",
    caught_by="test_learns_nothing_from_padding",
    says="Padding has a part in the loss: the model spends its steps on learning to say nothing.",
)
def learns_padding_under_decay(model, batches, bos=1):
    return loop(model.train(), batches, bos, decaying(model), pad=-100)


@mistake(
    "train",
    caught_by="test_trains_in_training_mode",
    says="The model is not put into training mode: its dropout stays switched off.",
)
def in_the_mode_it_finds_under_decay(model, batches, bos=1):
    return loop(model, batches, bos, decaying(model))


@mistake(
    "train",
    caught_by="test_starts_every_step_from_fresh_gradients",
    says="Old gradients are never cleared: each step goes by the sum of all batches so far.",
)
def gradients_pile_up(model, batches, bos=1):
    optimizer = adam(model.train())
    for src, tgt in batches:
        given = torch.cat([torch.full_like(tgt[:, :1], bos), tgt[:, :-1]], 1)
        F.cross_entropy(model(src, given).mT, tgt, ignore_index=model.pad, label_smoothing=0.1).backward()
        optimizer.step()
    return model


@mistake(
    "train",
    caught_by="test_a_model_learns_to_reverse_sequences",
    says="Old gradients are cleared once, before the loop: each step goes by the sum of all batches so far.",
)
def cleared_before_the_loop(model, batches, bos=1):
    optimizer = adam(model.train())
    optimizer.zero_grad()
    for src, tgt in batches:
        given = torch.cat([torch.full_like(tgt[:, :1], bos), tgt[:, :-1]], 1)
        F.cross_entropy(model(src, given).mT, tgt, ignore_index=model.pad, label_smoothing=0.1).backward()
        optimizer.step()
    return model


@mistake(
    "train",
    caught_by="test_takes_one_step_for_each_batch",
    says="The batches are gone through three times: one step for each batch was asked for.",
)
def three_rounds(model, batches, bos=1):
    optimizer = adam(model.train())
    for _ in range(3):
        loop(model, batches, bos, optimizer)
    return model


@mistake(
    "train",
    caught_by="test_takes_one_step_for_each_batch",
    says="The optimiser moves after every second batch, and an odd one in the end is never learned from.",
)
def every_second_batch(model, batches, bos=1):
    optimizer = adam(model.train())
    for number, (src, tgt) in enumerate(batches):
        given = torch.cat([torch.full_like(tgt[:, :1], bos), tgt[:, :-1]], 1)
        F.cross_entropy(model(src, given).mT, tgt, ignore_index=model.pad, label_smoothing=0.1).backward()
        if number % 2 == 1:
            optimizer.step()
            optimizer.zero_grad()
    return model


@mistake(
    "train",
    caught_by="test_takes_one_step_for_each_batch",
    says="The loop ends after its first batch: is the `return` inside of it?",
)
def first_batch_only(model, batches, bos=1):
    return loop(model.train(), batches[:1], bos, adam(model))


@mistake(
    "train",
    caught_by="test_trains_in_place_and_gives_the_model_back",
    says="A copy is trained, and the model that was given stays as it was.",
)
def trains_a_copy(model, batches, bos=1):
    model = copy.deepcopy(model)
    return loop(model.train(), batches, bos, adam(model))


@mistake(
    "train",
    caught_by="test_trains_in_place_and_gives_the_model_back",
    says="Nothing is returned.",
)
def returns_nothing(model, batches, bos=1):
    loop(model.train(), batches, bos, adam(model))


@mistake(
    "train",
    caught_by="test_trains_in_place_and_gives_the_model_back",
    says="The optimiser was given the decoder's parameters only.",
)
def trains_the_decoder_only(model, batches, bos=1):
    parameters = [*model.decoder.parameters(), *model.output.parameters(), *model.tgt_embedding.parameters()]
    return loop(model.train(), batches, bos, torch.optim.Adam(parameters, lr=2e-3))


@mistake(
    "train",
    caught_by="test_works_on_any_device_and_changes_no_batch",
    says="The padding of the caller's targets is overwritten.",
)
def marks_padding(model, batches, bos=1):
    optimizer = adam(model.train())
    for src, tgt in batches:
        given = torch.cat([torch.full_like(tgt[:, :1], bos), tgt[:, :-1]], 1)
        tgt[tgt == model.pad] = -100
        loss = F.cross_entropy(model(src, given).mT, tgt, label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


@mistake(
    "train",
    caught_by="test_a_model_learns_to_reverse_sequences",
    says="The steps are far too large: the loss jumps, and nothing is learned.",
)
def leaps(model, batches, bos=1):
    return loop(model.train(), batches, bos, adam(model, lr=0.3))


@mistake(
    "train",
    caught_by="test_a_model_learns_to_reverse_sequences",
    says="The steps are so small that 700 of them lead nowhere.",
)
def creeps(model, batches, bos=1):
    return loop(model.train(), batches, bos, adam(model, lr=1e-5))


@mistake(
    "train",
    caught_by="test_takes_one_step_for_each_batch",
    says="The gradients of two batches are added up for one step: each batch has a step of its own.",
)
def one_step_for_two_batches(model, batches, bos=1):
    optimizer = adam(model.train())
    for number, (src, tgt) in enumerate(batches, start=1):
        given = torch.cat([torch.full_like(tgt[:, :1], bos), tgt[:, :-1]], 1)
        F.cross_entropy(model(src, given).mT, tgt, ignore_index=model.pad, label_smoothing=0.1).backward()
        if number % 2 == 0 or number == len(batches):
            optimizer.step()
            optimizer.zero_grad()
    return model
