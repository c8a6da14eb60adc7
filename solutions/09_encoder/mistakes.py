"""Wrong solutions of unit 09 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import torch
from torch import nn

from autograder.toolkit.variants import mistake


def add_parts(module, d_model, num_heads, d_ff, dropout=0.1):
    """The submodules of a right layer, for mistakes that are made elsewhere."""
    module.self_attention = MultiHeadAttention(d_model, num_heads)
    module.add_norm1 = AddNorm(d_model, dropout)
    module.feed_forward = FeedForward(d_model, d_ff, dropout)
    module.add_norm2 = AddNorm(d_model, dropout)


# ---- EncoderLayer


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The mask does not reach the attention: padding is looked at like a word.",
)
class MaskForgotten(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The second residual adds the layer's input. It should add what came out of the first add & norm.",
)
class SecondResidualFromTheInput(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        y = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(y))


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The feed-forward network gets the layer's input, as if attention had not happened before it.",
)
class SubLayersSideBySide(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        y = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(y, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The sub-layers are in the wrong order: attention comes first, then the feed-forward network.",
)
class FeedForwardFirst(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.feed_forward(x))
        return self.add_norm2(x, self.self_attention(x, x, x, mask)[0])


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The norm comes before each sub-layer (pre-norm). The paper's layer normalises the sum, after it.",
)
class PreNorm(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.rate = dropout

    def forward(self, x, mask=None):
        y = self.add_norm1.norm(x)
        x = x + nn.functional.dropout(self.self_attention(y, y, y, mask)[0], self.rate, self.training)
        y = self.add_norm2.norm(x)
        return x + nn.functional.dropout(self.feed_forward(y), self.rate, self.training)


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="There is no residual around the feed-forward network: its output is normalised alone.",
)
class NoSecondResidual(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(torch.zeros_like(x), self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The second add & norm is made and never used.",
)
class SecondNormForgotten(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.rate = dropout

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return x + nn.functional.dropout(self.feed_forward(x), self.rate, self.training)


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The first add & norm is used in both places, and the second one never.",
)
class OneNormTwice(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm1(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The mask is turned round before it is used: hidden words are looked at and real ones are not.",
)
class MaskTurnedRound(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, None if mask is None else ~mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The future is hidden as well. That is the decoder's part: in the encoder every word sees all real words.",
)
class HidesTheFuture(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        causal = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
        mask = causal if mask is None else mask & causal
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_has_the_parameters_of_its_submodules",
    says="Both frames are one and the same AddNorm: they would share their weight and bias.",
)
class SharedAddNorm(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.add_norm2 = self.add_norm1

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_has_the_parameters_of_its_submodules",
    says="The feed-forward network is made with d_model inner columns: d_ff is not passed on.",
)
class InnerColumnsForgotten(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_model, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_has_the_parameters_of_its_submodules",
    says="The submodules have other names than the contract lists: weights that somebody else has saved do not fit.",
)
class OtherNames(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.norm1 = AddNorm(d_model, dropout)
        self.ff = FeedForward(d_model, d_ff, dropout)
        self.norm2 = AddNorm(d_model, dropout)

    def forward(self, x, mask=None):
        x = self.norm1(x, self.attention(x, x, x, mask)[0])
        return self.norm2(x, self.ff(x))


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The number of heads is not passed on: there is always a single one.",
)
class ASingleHead(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, 1, d_ff, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_gradients_reach_every_parameter",
    says="What attention gives is detached: its weights would never learn.",
)
class AttentionDetached(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0].detach())
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="The rate does not reach the frames: they drop a tenth, whatever was asked for.",
)
class RateForgotten(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="Only attention weights are dropped; the sub-layers' outputs are not.",
)
class OnlyAttentionWeights(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, 0.0)
        self.self_attention = MultiHeadAttention(d_model, num_heads, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="A sub-layer's output is dropped twice, once before the frame and once in it.",
)
class DropsTwice(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.dropout(self.self_attention(x, x, x, mask)[0]))
        return self.add_norm2(x, self.dropout(self.feed_forward(x)))


@mistake(
    "EncoderLayer",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Something is dropped in `eval()` too: `F.dropout` drops unless it is told that the module does not train.",
)
class DropsInEval(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.rate = dropout

    def forward(self, x, mask=None):
        attended = self.self_attention(x, x, x, mask)[0]
        if not self.training:
            attended = nn.functional.dropout(attended, self.rate)
        x = self.add_norm1(x, attended)
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Hidden words are set to 0 in the caller's tensor.",
)
class ErasesHiddenWords(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        out = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        out = self.add_norm2(out, self.feed_forward(out))
        if mask is not None and mask.shape[1] == 1 and mask.shape[2] == 1:
            x.data.masked_fill_(~mask[:, 0, 0, :, None], 0.0)
        return out


@mistake(
    "EncoderLayer",
    caught_by="test_hidden_words_and_other_sentences_do_not_matter",
    says="The average of the whole batch is taken away from every word: sentences change each other.",
)
class AverageOfTheBatch(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        x = x - x.mean(0, keepdim=True) if len(x) > 1 else x
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The layer makes PyTorch's own encoder layer, which this exercise asks you to write yourself.",
)
class MakesTheLibrarys(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.sizes = d_model, num_heads, d_ff, dropout

    def forward(self, x, mask=None):
        self.ready = nn.TransformerEncoderLayer(*self.sizes, batch_first=True)
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="What goes into the layer is dropped as well. Dropout is for what the sub-layers give: x itself is added whole.",
)
class DropsTheInput(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        x = self.drop(x)
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_stays_finite_where_everything_is_hidden",
    says="The attention is written anew, with scores of -inf where a key is hidden: where all are, softmax gives NaN.",
)
class NaNWhereAllIsHidden(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.num_heads = num_heads

    def forward(self, x, mask=None):
        q, k, v = (
            w(each).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for w, each in zip(
                (self.self_attention.w_q, self.self_attention.w_k, self.self_attention.w_v), (x, x, x), strict=True
            )
        )
        scores = q @ k.mT / q.shape[-1] ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        attended = self.self_attention.w_o((torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2))
        x = self.add_norm1(x, attended)
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_keeps_the_dtype",
    says="The result is turned into float32, whatever the module is made of.",
)
class AlwaysFloat32(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        x = self.add_norm2(x, self.feed_forward(x))
        return x if x.dtype == torch.float64 else x.float()


@mistake(
    "EncoderLayer",
    caught_by="test_refuses_columns_that_the_heads_cannot_share",
    says="Heads that cannot share the columns are made fewer, without a word. Such sizes are refused.",
)
class FewerHeads(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        while d_model % num_heads:
            num_heads -= 1
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="A mask of three axes is taken for one of each sentence. Masks are laid over (batch, num_heads, n, n) from the right: its "
    "first axis belongs to the heads.",
)
class MaskOfEachSentence(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        if mask is not None and mask.dim() == 3:
            mask = mask.unsqueeze(1)
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="All heads get the mask of the first one.",
)
class MaskOfTheFirstHead(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        if mask is not None and mask.dim() == 4:
            mask = mask[:, :1]
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_stays_finite_where_everything_is_hidden",
    says="A mask that hides everything is taken for none at all: padding is looked at for want of something else.",
)
class EverythingHiddenIsNothingHidden(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        if mask is not None and not mask.any():
            mask = None
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="What the words ask of each other is dropped before the attention. Dropout is for what comes out of a sub-layer.",
)
class DropsWhatAttentionIsGiven(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        given = self.drop(x)
        x = self.add_norm1(x, self.self_attention(given, given, given, mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "EncoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="What goes into the feed-forward network is dropped. Dropout is for what comes out of a sub-layer.",
)
class DropsWhatFeedForwardIsGiven(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        return self.add_norm2(x, self.feed_forward(self.drop(x)))


# ---- Encoder


@mistake(
    "Encoder",
    caught_by="test_passes_its_dropout_on",
    says="A rate of 0 is taken for none that was given, because 0 counts as false: `dropout or 0.1` is 0.1 then.",
)
class NoDropoutIsATenth(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout or 0.1) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_agrees_under_the_same_weights",
    says="Words go through six layers at most, those of the base model: `num_layers` says how many there are.",
)
class SixLayersAtMost(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for layer in self.layers[:6]:
            x = layer(x, mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_has_layers_with_weights_of_their_own",
    says="One layer stands in every place of the list: all of them share its weights.",
)
class OneLayerManyTimes(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(d_model, num_heads, d_ff, dropout)] * num_layers)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_has_layers_with_weights_of_their_own",
    says="The layers are in a plain Python list, which PyTorch does not look into: no optimiser finds their weights.",
)
class PlainList(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = [EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers)]

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_agrees_under_the_same_weights",
    says="Every layer gets the words as they came in, and only the last one's answer is used.",
)
class EachLayerFromTheStart(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for layer in self.layers:
            out = layer(x, mask)
        return out


@mistake(
    "Encoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The mask is given to the first layer only.",
)
class MaskForTheFirst(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for layer in self.layers:
            x, mask = layer(x, mask), None
        return x


@mistake(
    "Encoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The mask does not reach the layers.",
)
class NoMask(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake(
    "Encoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The words are added once more after the layers: each layer has its residuals inside.",
)
class AnotherResidual(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        start = x
        for layer in self.layers:
            x = layer(x, mask)
        return x + start


@mistake(
    "Encoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The layers are gone through from the last to the first.",
)
class FromTheTop(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for number in range(len(self.layers) - 1, -1, -1):
            x = self.layers[number](x, mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The last layer is left out.",
)
class OneLayerTooFew(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for number in range(len(self.layers) - 1):
            x = self.layers[number](x, mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_has_layers_with_weights_of_their_own",
    says="There is a norm after the last layer. Layers of the paper end with one already.",
)
class FinalNorm(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))
        self.norm = nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


@mistake(
    "Encoder",
    caught_by="test_gradients_reach_every_layer",
    says="What a layer gives is detached before it goes into the next: only the last layer learns.",
)
class DetachedBetweenLayers(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x.detach(), mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_passes_its_dropout_on",
    says="The layers are made without the rate that was asked for: they all drop a tenth.",
)
class RateNotPassedOn(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_changes_nothing",
    says="The result is written into the caller's tensor.",
)
class WritesIntoTheInput(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        out = x
        for layer in self.layers:
            out = layer(out, mask)
        x.data.copy_(out.data)
        return out


@mistake(
    "Encoder",
    caught_by="test_word_order_matters_only_through_positions",
    says="Positions are added here. They belong to the embeddings, before the encoder: here they would be added twice.",
)
class AddsPositions(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        x = x + torch.arange(x.shape[1], device=x.device).to(x.dtype)[:, None].sin()
        for layer in self.layers:
            x = layer(x, mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_passes_its_dropout_on",
    says="What goes from one layer to the next is dropped as well: dropout is inside of the layers.",
)
class DropsBetweenLayers(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(self.drop(x), mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_passes_its_dropout_on",
    says="Only the first layer gets the rate that was asked for.",
)
class RateForTheFirstLayer(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        rates = [dropout, *[0.1] * (num_layers - 1)]
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, rate) for rate in rates)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


@mistake(
    "Encoder",
    caught_by="test_keeps_the_dtype",
    says="The result is turned into float32, whatever the module is made of.",
)
class AlwaysFloat32InTheEnd(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x if x.dtype == torch.float64 else x.float()


@mistake(
    "EncoderLayer",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Gradients decide about dropout: under `torch.no_grad()` the whole layer goes into `eval()`. `train()` and `eval()` are the "
    "caller's to call.",
)
class EvalWithoutGradients(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, mask=None):
        training = self.training
        self.train(training and torch.is_grad_enabled())
        x = self.add_norm1(x, self.self_attention(x, x, x, mask)[0])
        x = self.add_norm2(x, self.feed_forward(x))
        self.train(training)
        return x
