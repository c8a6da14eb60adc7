"""Wrong solutions of unit 10 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import torch
from torch import nn

from autograder.toolkit.variants import mistake


def add_parts(module, d_model, num_heads, d_ff, dropout=0.1):
    """The submodules of a right layer, for mistakes that are made elsewhere."""
    module.self_attention = MultiHeadAttention(d_model, num_heads)
    module.add_norm1 = AddNorm(d_model, dropout)
    module.cross_attention = MultiHeadAttention(d_model, num_heads)
    module.add_norm2 = AddNorm(d_model, dropout)
    module.feed_forward = FeedForward(d_model, d_ff, dropout)
    module.add_norm3 = AddNorm(d_model, dropout)


def layers_of(num_layers, d_model, num_heads, d_ff, dropout=0.1):
    """The layers of a right decoder."""
    return nn.ModuleList(DecoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))


# ---- DecoderLayer


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="In the cross-attention the memory asks and the target words are asked: it is the decoder that has a question.",
)
class QueriesFromTheMemory(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        read = self.cross_attention(
            memory, x, x, memory_mask if memory_mask is None or x.shape[1] == memory.shape[1] else None
        )[0]
        x = self.add_norm2(x, read if read.shape == x.shape else read.mean(1, keepdim=True).expand_as(x))
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The cross-attention takes its values from the target words: nothing of the source arrives.",
)
class ValuesFromTheTarget(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        values = memory if memory.shape != x.shape else x
        x = self.add_norm2(
            x, self.cross_attention(x, values, x if memory.shape == x.shape else memory.flip(1), memory_mask)[0]
        )
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The two masks have changed places: each attention has a mask of its own, with a column for each word that is asked.",
)
class MasksSwapped(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        own = memory_mask if memory_mask is not None and memory_mask.shape[-1] == x.shape[1] else None
        read = self_mask if self_mask is not None and self_mask.shape[-1] == memory.shape[1] else None
        x = self.add_norm1(x, self.self_attention(x, x, x, own)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, read)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The self-attention gets no mask: every word sees the words after it.",
)
class SelfMaskForgotten(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The cross-attention gets no mask: the padding of the source is read like words.",
)
class MemoryMaskForgotten(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The memory is never read: what the source says has no part in the translation.",
)
class CrossAttentionForgotten(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The memory is read before the target words have looked at each other: self-attention comes first.",
)
class CrossFirst(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        x = self.add_norm2(x, self.self_attention(x, x, x, self_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="A causal mask is made here as well, whatever mask is given. Which words may be seen is for the caller to say.",
)
class AlwaysCausal(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        causal = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
        x = self.add_norm1(x, self.self_attention(x, x, x, causal if self_mask is None else self_mask & causal)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The second residual adds the layer's input and not what came out of the first frame.",
)
class ResidualOfTheMemory(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        y = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(y, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The last residual adds what came out of the first frame: it should add what came out of the second.",
)
class ThirdResidualFromTheFirst(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        y = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        z = self.add_norm2(y, self.cross_attention(y, memory, memory, memory_mask)[0])
        return self.add_norm3(y, self.feed_forward(z))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The queries of the cross-attention are the layer's input, from before the self-attention.",
)
class CrossAsksWithTheInput(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        y = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(y, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The self-attention module is used for the memory as well, and `cross_attention` never.",
)
class OneAttentionTwice(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.self_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The frames are used in another order than they are numbered.",
)
class NormsInAnotherOrder(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm2(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm1(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The memory goes through a frame before it is read. It is read as it is.",
)
class MemoryIsNormalised(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        read = self.add_norm2.norm(memory)
        x = self.add_norm2(x, self.cross_attention(x, read, read, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The norm comes before each sub-layer (pre-norm). The paper's layer normalises the sum, after it.",
)
class PreNorm(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        y = self.add_norm1.norm(x)
        x = x + self.drop(self.self_attention(y, y, y, self_mask)[0])
        y = self.add_norm2.norm(x)
        x = x + self.drop(self.cross_attention(y, memory, memory, memory_mask)[0])
        return x + self.drop(self.feed_forward(self.add_norm3.norm(x)))


@mistake(
    "DecoderLayer",
    caught_by="test_has_the_parameters_of_its_submodules",
    says="Both attentions are one and the same module: they would share their weights.",
)
class SharedAttention(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.cross_attention = self.self_attention

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_has_the_parameters_of_its_submodules",
    says="There are two frames for three sub-layers.",
)
class OnlyTwoFrames(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        del self.add_norm3

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm2(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_has_the_parameters_of_its_submodules",
    says="The submodules have other names than the contract lists: weights that somebody else has saved do not fit.",
)
class OtherNames(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.encoder_attention = self.cross_attention
        del self.cross_attention

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.encoder_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_gradients_reach_every_parameter",
    says="The memory is detached: the encoder would never learn.",
)
class MemoryDetached(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        memory = memory.detach()
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_gradients_reach_every_parameter",
    says="What the self-attention gives is detached: its weights would never learn.",
)
class InputDetached(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0].detach())
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="The rate does not reach the frames: they drop a tenth, whatever was asked for.",
)
class RateForgotten(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="Nothing is dropped of what the cross-attention gives.",
)
class OneFrameNeverDrops(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.add_norm2 = AddNorm(d_model, 0.0)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Something is dropped in `eval()` too: `F.dropout` drops unless it is told that the module does not train.",
)
class DropsInEval(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.rate = dropout

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        thought = self.feed_forward(x)
        return self.add_norm3(x, thought if self.training else nn.functional.dropout(thought, self.rate))


@mistake(
    "DecoderLayer",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Hidden source words are set to 0 in the caller's memory.",
)
class ErasesPadding(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        if memory_mask is not None and memory_mask.shape[1:3] == (1, 1):
            memory.data.masked_fill_(~memory_mask[:, 0, 0, :, None], 0.0)
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_future_padding_and_other_sentences_do_not_matter",
    says="Sentences of a batch are mixed: the average of all of them is added to each.",
)
class SumOfTheBatch(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = x + x.mean(0, keepdim=True) - x[:1] if len(x) > 1 else x
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The source words are averaged before they are read: each target word can only see the average.",
)
class MemorySummed(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        memory, memory_mask = memory.mean(1, keepdim=True), None
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_agrees_under_the_same_weights",
    says="The layer makes PyTorch's own decoder layer, which this exercise asks you to write yourself.",
)
class MakesTheLibrarys(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.sizes = d_model, num_heads, d_ff, dropout

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        self.ready = nn.TransformerDecoderLayer(*self.sizes, batch_first=True)
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="What goes into the layer is dropped as well. Dropout is for what the sub-layers give: x itself is added whole.",
)
class DropsTheInput(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.drop(x)
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_stays_finite_where_everything_is_hidden",
    says="The attention is written anew, with scores of -inf where a key is hidden: where all are, softmax gives NaN.",
)
class NaNWhereAllIsHidden(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.num_heads = num_heads

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        q, k, v = (
            w(each).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for w, each in zip(
                (self.cross_attention.w_q, self.cross_attention.w_k, self.cross_attention.w_v),
                (x, memory, memory),
                strict=True,
            )
        )
        scores = q @ k.mT / q.shape[-1] ** 0.5
        if memory_mask is not None:
            scores = scores.masked_fill(~memory_mask, float("-inf"))
        attended = self.cross_attention.w_o((torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2))
        x = self.add_norm2(x, attended)
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_keeps_the_dtype",
    says="The result is turned into float32, whatever the module is made of.",
)
class AlwaysFloat32(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        x = self.add_norm3(x, self.feed_forward(x))
        return x if x.dtype == torch.float64 else x.float()


@mistake(
    "DecoderLayer",
    caught_by="test_refuses_columns_that_the_heads_cannot_share",
    says="Heads that cannot share the columns are made fewer, without a word. Such sizes are refused.",
)
class FewerHeads(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        while d_model % num_heads:
            num_heads -= 1
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="A mask of three axes is taken for one of each sentence. Masks are laid over (batch, num_heads, n, n) from the right: its "
    "first axis belongs to the heads.",
)
class MaskOfEachSentence(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if self_mask is not None and self_mask.dim() == 3:
            self_mask = self_mask.unsqueeze(1)
        if memory_mask is not None and memory_mask.dim() == 3:
            memory_mask = memory_mask.unsqueeze(1)
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_drops_each_sub_layers_output",
    says="The memory itself is dropped in training, before it is read: what is dropped is what a sub-layer gives.",
)
class MemoryDropped(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        memory = self.drop(memory)
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


@mistake(
    "DecoderLayer",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="The memory of an earlier call is kept, and read again when another one of the same shape is given.",
)
class MemoryKept(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.kept = None

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        if self.training or self.kept is None or (self.kept.shape, self.kept.dtype) != (memory.shape, memory.dtype):
            self.kept = memory
        x = self.add_norm2(x, self.cross_attention(x, self.kept, self.kept, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))


# ---- Decoder


@mistake(
    "Decoder",
    caught_by="test_passes_its_dropout_on",
    says="A rate of 0 is taken for none that was given, because 0 counts as false: `dropout or 0.1` is 0.1 then.",
)
class NoDropoutIsATenth(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout or 0.1)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_has_layers_with_weights_of_their_own",
    says="One layer stands in every place of the list: all of them share its weights.",
)
class OneLayerManyTimes(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, num_heads, d_ff, dropout)] * num_layers)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_has_layers_with_weights_of_their_own",
    says="The layers are in a plain Python list, which PyTorch does not look into: no optimiser finds their weights.",
)
class PlainList(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = list(layers_of(num_layers, d_model, num_heads, d_ff, dropout))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The memory is replaced by what a layer gives: each layer reads the same memory, the encoder's.",
)
class MemoryReplaced(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
            if memory.shape == x.shape:
                memory = x
            else:
                memory = memory + x.mean(1, keepdim=True)
        return x


@mistake(
    "Decoder",
    caught_by="test_agrees_under_the_same_weights",
    says="Every layer gets the words as they came in, and only the last one's answer is used.",
)
class EachLayerFromTheStart(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            out = layer(x, memory, self_mask, memory_mask)
        return out


@mistake(
    "Decoder",
    caught_by="test_agrees_under_the_same_weights",
    says="Only the first layer hides the future; the others see it.",
)
class SelfMaskForTheFirst(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x, self_mask = layer(x, memory, self_mask, memory_mask), None
        return x


@mistake(
    "Decoder",
    caught_by="test_agrees_under_the_same_weights",
    says="Only the first layer hides the padding of the source.",
)
class MemoryMaskForTheFirst(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x, memory_mask = layer(x, memory, self_mask, memory_mask), None
        return x


@mistake(
    "Decoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The masks do not reach the layers.",
)
class NoMasks(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory)
        return x


@mistake(
    "Decoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The masks are handed on in the wrong order.",
)
class MasksByPosition(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(
                x,
                memory,
                memory_mask if memory_mask is None or memory.shape[1] == x.shape[1] else None,
                self_mask if self_mask is None or memory.shape[1] == x.shape[1] else None,
            )
        return x


@mistake(
    "Decoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The layers are gone through from the last to the first.",
)
class FromTheTop(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for number in range(len(self.layers) - 1, -1, -1):
            x = self.layers[number](x, memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_agrees_under_the_same_weights",
    says="The last layer is left out.",
)
class OneLayerTooFew(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for number in range(len(self.layers) - 1):
            x = self.layers[number](x, memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_has_layers_with_weights_of_their_own",
    says="There is a norm after the last layer. Layers of the paper end with one already.",
)
class FinalNorm(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)
        self.norm = nn.LayerNorm(d_model)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return self.norm(x)


@mistake(
    "Decoder",
    caught_by="test_gradients_reach_every_layer",
    says="What a layer gives is detached before it goes into the next: only the last layer learns.",
)
class DetachedBetweenLayers(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x.detach(), memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_gradients_reach_every_layer",
    says="The memory is detached for all layers but the first: most of what the encoder should learn never reaches it.",
)
class MemoryDetachedInAllButTheFirst(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
            memory = memory.detach()
        return x


@mistake(
    "Decoder",
    caught_by="test_passes_its_dropout_on",
    says="The layers are made without the rate that was asked for: they all drop a tenth.",
)
class RateNotPassedOn(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_changes_nothing",
    says="The result is written into the caller's tensor.",
)
class WritesIntoTheInput(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        out = x
        for layer in self.layers:
            out = layer(out, memory, self_mask, memory_mask)
        x.data.copy_(out.data)
        return out


@mistake(
    "Decoder",
    caught_by="test_the_future_never_matters",
    says="One layer is allowed to see everything: what it has seen goes up to the output.",
)
class LooksAheadOnce(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for number, layer in enumerate(self.layers):
            x = layer(x, memory, None if number == 1 else self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_passes_its_dropout_on",
    says="What goes from one layer to the next is dropped as well: dropout is inside of the layers.",
)
class DropsBetweenLayers(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(self.drop(x), memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_passes_its_dropout_on",
    says="Only the first layer gets the rate that was asked for.",
)
class RateForTheFirstLayer(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        rates = [dropout, *[0.1] * (num_layers - 1)]
        self.layers = nn.ModuleList(DecoderLayer(d_model, num_heads, d_ff, rate) for rate in rates)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_keeps_the_dtype",
    says="The result is turned into float32, whatever the module is made of.",
)
class AlwaysFloat32InTheEnd(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x if x.dtype == torch.float64 else x.float()


@mistake(
    "Decoder",
    caught_by="test_passes_its_dropout_on",
    says="The memory itself is dropped in training: dropout is inside of the layers, on what a sub-layer gives.",
)
class MemoryDroppedForAll(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        memory = self.drop(memory)
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x


@mistake(
    "Decoder",
    caught_by="test_changes_nothing",
    says="The memory of the first call in `eval()` is kept: the next source is never read.",
)
class FirstMemoryKept(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = layers_of(num_layers, d_model, num_heads, d_ff, dropout)
        self.memories = {}

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if not self.training:
            memory = self.memories.setdefault((memory.shape, memory.dtype, memory.device), memory)
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x


@mistake(
    "DecoderLayer",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Under `torch.no_grad()` the memory of the first call is kept for all others, although it is an argument of each.",
)
class MemoryOfTheFirstCall(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        add_parts(self, d_model, num_heads, d_ff, dropout)
        self.kept = None

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        if not self.training and not torch.is_grad_enabled():
            self.kept = memory if self.kept is None else self.kept
            memory = self.kept
        x = self.add_norm1(x, self.self_attention(x, x, x, self_mask)[0])
        x = self.add_norm2(x, self.cross_attention(x, memory, memory, memory_mask)[0])
        return self.add_norm3(x, self.feed_forward(x))
