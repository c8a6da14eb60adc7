"""Right solutions of unit 11, as differently written as students write them. Every test must accept them all."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import alternative

# ---- shift_right


@alternative("shift_right")
def rolled_and_overwritten(targets, bos):
    shifted = torch.roll(targets, shifts=1, dims=-1)
    shifted[:, 0] = bos
    return shifted


@alternative("shift_right")
def padded_in_front(targets, bos):
    return F.pad(targets, (1, 0), value=bos)[:, :-1]


@alternative("shift_right")
def filled_from_the_right(targets, bos):
    shifted = torch.empty_like(targets)
    shifted[..., 1:] = targets[..., :-1]
    shifted[..., :1] = bos
    return shifted


@alternative("shift_right")
def by_column(targets, bos):
    columns = [torch.full_like(targets[:, 0], bos), *targets.unbind(1)[:-1]]
    return torch.stack(columns, dim=1)


# ---- Transformer


@alternative("Transformer")
class WithPartsInAnotherOrder(nn.Module):
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
        self.output = nn.Linear(d_model, tgt_vocab)
        self.decoder = Decoder(num_layers, d_model, num_heads, d_ff, dropout=dropout)
        self.encoder = Encoder(num_layers, d_model, num_heads, d_ff, dropout=dropout)
        self.positions = PositionalEncoding(d_model, max_length=max_length, dropout=dropout)
        self.tgt_embedding = TokenEmbedding(tgt_vocab, d_model)
        self.src_embedding = TokenEmbedding(src_vocab, d_model)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
        self.pad = pad

    def encode(self, src):
        return self.encoder(self.positions(self.src_embedding(src)), mask=padding_mask(src, pad=self.pad))

    def decode(self, tgt, memory, src):
        hidden = self.decoder(
            self.positions(self.tgt_embedding(tgt)),
            memory,
            self_mask=torch.logical_and(padding_mask(tgt, self.pad), causal_mask(tgt.size(1), tgt.device)),
            memory_mask=padding_mask(src, self.pad),
        )
        return self.output(hidden)

    def forward(self, src, tgt):
        memory = self.encode(src)
        return self.decode(tgt, memory, src)


@alternative("Transformer")
class WithItsOwnMasks(nn.Module):
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

    def encode(self, src):
        real = (src != self.pad)[:, None, None, :]
        return self.encoder(self.positions(self.src_embedding(src)), real)

    def decode(self, tgt, memory, src):
        places = torch.arange(tgt.shape[1], device=tgt.device)
        before = places[None, :] <= places[:, None]
        visible = before & (tgt != self.pad)[:, None, None, :]
        x = self.decoder(self.positions(self.tgt_embedding(tgt)), memory, visible, (src != self.pad)[:, None, None, :])
        return F.linear(x, self.output.weight, self.output.bias)

    def forward(self, src, tgt):
        return self.decode(tgt, self.encode(src), src)


@alternative("Transformer")
class WithBlanksAtPadding(nn.Module):
    """What the memory and the logits hold at padding is its own business: here it is 0."""

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

    def encode(self, src):
        memory = self.encoder(self.positions(self.src_embedding(src)), padding_mask(src, self.pad))
        return memory.masked_fill((src == self.pad).unsqueeze(-1), 0.0)

    def decode(self, tgt, memory, src):
        visible = padding_mask(tgt, self.pad) & causal_mask(tgt.shape[1], device=tgt.device)
        x = self.decoder(self.positions(self.tgt_embedding(tgt)), memory, visible, padding_mask(src, self.pad))
        return self.output(x).masked_fill((tgt == self.pad).unsqueeze(-1), 0.0)

    def forward(self, src, tgt):
        return self.decode(tgt, self.encode(src), src)


@alternative("Transformer")
class WithOneWayForBothSides(nn.Module):
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
        sizes = {"num_layers": num_layers, "d_model": d_model, "num_heads": num_heads, "d_ff": d_ff, "dropout": dropout}
        self.encoder, self.decoder = Encoder(**sizes), Decoder(**sizes)
        for side, vocabulary in (("src", src_vocab), ("tgt", tgt_vocab)):
            self.add_module(f"{side}_embedding", TokenEmbedding(vocabulary, d_model))
        self.positions = PositionalEncoding(d_model, max_length, dropout)
        self.output = nn.Linear(d_model, tgt_vocab, bias=True)
        self.pad = pad

    def embedded(self, tokens, side):
        return self.positions(getattr(self, f"{side}_embedding")(tokens)), padding_mask(tokens, self.pad)

    def encode(self, src):
        return self.encoder(*self.embedded(src, "src"))

    def decode(self, tgt, memory, src):
        words, real = self.embedded(tgt, "tgt")
        return self.output(
            self.decoder(words, memory, real.expand(-1, -1, tgt.shape[1], -1).tril(), padding_mask(src, self.pad))
        )

    def forward(self, src, tgt):
        return self.decode(tgt=tgt, memory=self.encode(src), src=src)


# ---- label_smoothed_loss


@alternative("label_smoothed_loss")
def with_a_smoothed_table(logits, targets, smoothing=0.1, pad=0):
    if tuple(targets.shape) != tuple(logits.shape[:-1]):
        raise ValueError(f"logits {tuple(logits.shape)} do not fit targets {tuple(targets.shape)}")
    vocabulary = logits.shape[-1]
    aim = torch.full_like(logits, smoothing / vocabulary).detach()
    aim.scatter_add_(-1, targets.unsqueeze(-1), torch.full_like(aim[..., :1], 1 - smoothing))
    losses = -(aim * F.log_softmax(logits, dim=-1)).sum(-1)
    real = (targets != pad).to(losses.dtype)
    return (losses * real).sum() / real.sum()


@alternative("label_smoothed_loss")
def in_one_long_row(logits, targets, smoothing=0.1, pad=0):
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"expected targets of shape {list(logits.shape[:-1])}, found {list(targets.shape)}")
    logits, targets = logits.reshape(-1, logits.shape[-1]), targets.reshape(-1)
    keep = targets != pad
    log_p = logits[keep].log_softmax(1)
    of_right = log_p[torch.arange(len(log_p), device=log_p.device), targets[keep]]
    return -((1 - smoothing) * of_right + smoothing * log_p.mean(1)).mean()


@alternative("label_smoothed_loss")
def with_the_librarys_nll(logits, targets, smoothing=0.1, pad=0):
    if targets.size() != logits.size()[:-1]:
        raise ValueError(f"found {tuple(targets.size())} and {tuple(logits.size())}")
    log_p = F.log_softmax(logits.flatten(0, -2), -1)
    flat = targets.flatten()
    sharp = F.nll_loss(log_p, flat, ignore_index=pad)
    even = -log_p[flat != pad].mean()
    return torch.lerp(sharp, even, smoothing)


@alternative("label_smoothed_loss")
def with_logsumexp(logits, targets, smoothing=0.1, pad=0):
    if logits.shape[:-1] != targets.shape:
        raise ValueError("shapes differ: " + str(tuple(logits.shape)) + " and " + str(tuple(targets.shape)))
    total = logits.logsumexp(-1)
    right = total - torch.take_along_dim(logits, targets[..., None], -1)[..., 0]
    even = total - logits.mean(-1)
    losses = right + smoothing * (even - right)
    return torch.masked_select(losses, targets.ne(pad)).mean()


# ---- noam_learning_rate


@alternative("noam_learning_rate")
def with_an_if(step, d_model, warmup=4000):
    if step <= 0:
        raise ValueError("steps are counted from 1, found " + str(step))
    scale = 1 / math.sqrt(d_model)
    if step < warmup:
        return scale * step / (warmup * math.sqrt(warmup))
    return scale / math.sqrt(step)


@alternative("noam_learning_rate")
def as_a_share_of_the_highest(step, d_model, warmup=4000):
    if not step >= 1:
        raise ValueError(f"step = {step} is less than 1")
    highest = (d_model * warmup) ** -0.5
    return highest * min(step / warmup, (warmup / step) ** 0.5)


@alternative("noam_learning_rate")
def in_logarithms(step, d_model, warmup=4000):
    if step < 1:
        raise ValueError(f"found {step}")
    rising = math.log(step) - 1.5 * math.log(warmup)
    return math.exp(min(rising, -0.5 * math.log(step)) - 0.5 * math.log(d_model))


@alternative("noam_learning_rate")
def with_pow(step, d_model, warmup=4000):
    if step < 1:
        raise ValueError(f"step must be at least 1, got {step}")
    return float(math.pow(d_model, -0.5) * min(math.pow(step, -0.5), math.pow(warmup, -1.5) * step))


# ---- greedy_decode


@alternative("greedy_decode")
@torch.no_grad()
def with_a_list_of_columns(model, src, bos, eos, max_length):
    was, columns = model.training, []
    try:
        model.eval()
        memory = model.encode(src)
        given = torch.full((src.size(0), 1), bos, dtype=torch.long, device=src.device)
        alive = torch.ones(src.size(0), dtype=torch.bool, device=src.device)
        while len(columns) < max_length and alive.any():
            best = model.decode(given, memory, src)[:, -1, :].max(dim=-1).indices
            best = torch.where(alive, best, torch.full_like(best, model.pad))
            columns.append(best)
            given = torch.cat((given, best.unsqueeze(-1)), dim=-1)
            alive &= best.ne(eos)
    finally:
        model.train(was)
    return torch.stack(columns, dim=1)


@alternative("greedy_decode")
def into_a_ready_table(model, src, bos, eos, max_length):
    mode = model.training
    model.eval()
    table = torch.full((len(src), max_length + 1), model.pad, dtype=torch.int64, device=src.device)
    table[:, 0] = bos
    ended = torch.zeros(len(src), dtype=torch.bool, device=src.device)
    with torch.no_grad():
        memory = model.encode(src)
        for place in range(max_length):
            best = model.decode(table[:, : place + 1], memory, src)[:, place].argmax(1)
            table[~ended, place + 1] = best[~ended]
            ended |= table[:, place + 1] == eos
            if bool(ended.all()):
                table = table[:, : place + 2]
                break
    model.train(mode)
    return table[:, 1:]


@alternative("greedy_decode")
def rows_that_ended_are_mended_at_the_end(model, src, bos, eos, max_length):
    """All rows go on; what came after their `eos` is replaced in the end. No earlier token depends on it."""
    mode = model.training
    model.eval()
    with torch.no_grad():
        memory = model.encode(src)
        written = src.new_full((len(src), 1), bos)
        for _ in range(max_length):
            best = model.decode(written, memory, src)[:, -1:].argmax(-1)
            written = torch.cat([written, best], 1)
            if (written[:, 1:] == eos).any(1).all():
                break
    model.train(mode)
    answer = written[:, 1:]
    before = (answer == eos).cumsum(1) - (answer == eos).long()
    return torch.where(before > 0, model.pad, answer)


@alternative("greedy_decode")
def with_inference_mode(model, src, bos, eos, max_length):
    def last(tokens, memory):
        return model.decode(tokens, memory, src).select(1, -1).log_softmax(-1).argmax(-1, keepdim=True)

    training = bool(model.training)
    model.train(False)
    with torch.inference_mode():
        memory = model.encode(src)
        tokens = torch.full_like(src[:, :1], bos)
        done = torch.zeros_like(tokens, dtype=torch.bool)
        for _ in range(max_length):
            token = last(tokens, memory)
            token[done] = model.pad
            tokens = torch.hstack([tokens, token])
            done = done.logical_or(token == eos)
            if done.all().item():
                break
    if training:
        model.train()
    return tokens[:, 1:].clone()


@alternative("greedy_decode")
def row_by_row(model, src, bos, eos, max_length):
    """Each sentence is answered alone: more calls, and the same answers. The source is encoded once all the same."""
    mode, answers = model.training, []
    model.eval()
    with torch.no_grad():
        memory = model.encode(src)
        for row in range(len(src)):
            words = [bos]
            while len(words) <= max_length and eos not in words[1:]:
                given = torch.tensor([words], device=src.device)
                words.append(int(model.decode(given, memory[row : row + 1], src[row : row + 1])[0, -1].argmax()))
            answers.append(words[1:])
    model.train(mode)
    longest = max(map(len, answers))
    return torch.tensor([each + [model.pad] * (longest - len(each)) for each in answers], device=src.device)


@alternative("greedy_decode")
def rows_that_ended_leave_the_batch(model, src, bos, eos, max_length):
    """Only what still runs is decoded; the table is full of padding from the beginning."""
    mode = model.training
    model.eval()
    with torch.no_grad():
        table = src.new_full((len(src), max_length + 1), model.pad)
        table[:, 0] = bos
        running, memory, length = torch.arange(len(src), device=src.device), model.encode(src), 0
        while length < max_length and running.numel() > 0:
            logits = model.decode(table[running, : length + 1], memory[running], src[running])
            chosen = logits[:, -1].max(-1).indices
            length += 1
            table[running, length] = chosen
            running = running[chosen != eos]
    model.train(mode)
    return table[:, 1 : length + 1].clone()


# ---- train


@alternative("train")
def with_one_place_more(model, batches, bos=1):
    """All targets go in behind `bos`, also the last; what the model says after it is cut off."""
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    model.train()
    for src, tgt in batches:
        logits = model(src, F.pad(tgt, (1, 0), value=bos))[:, :-1]
        loss = F.cross_entropy(logits.mT, tgt, ignore_index=model.pad, label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


@alternative("train")
def with_adam_at_one_rate(model, batches, bos=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for src, tgt in batches:
        optimizer.zero_grad()
        label_smoothed_loss(model(src, shift_right(tgt, bos)), tgt, pad=model.pad).backward()
        optimizer.step()
    return model


@alternative("train")
def with_adamw_and_a_cosine(model, batches, bos=1):
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=max(len(batches), 1))
    loss_of = nn.CrossEntropyLoss(ignore_index=model.pad)
    model.train(True)
    for source, target in batches:
        logits = model(source, shift_right(target, bos))
        loss = loss_of(logits.transpose(1, 2), target)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    return model


@alternative("train")
def with_a_lambda_schedule(model, batches, bos=1):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0, betas=(0.9, 0.98), eps=1e-9)
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: noam_learning_rate(step + 1, model.output.in_features, warmup=400)
    )
    for src, tgt in list(batches):
        model.zero_grad(set_to_none=True)
        loss = label_smoothed_loss(model.decode(shift_right(tgt, bos), model.encode(src), src), tgt, 0.1, model.pad)
        loss.backward()
        optimizer.step()
        rate.step()
    return model


@alternative("train")
def in_another_order_and_ends_in_eval(model, batches, bos=1):
    optimizer = torch.optim.NAdam(model.parameters(), lr=1e-3)
    for number in torch.randperm(len(batches)).tolist():
        src, tgt = batches[number]
        model.train()
        logits = model(src, torch.cat([torch.full_like(tgt[:, :1], bos), tgt[:, :-1]], 1))
        loss = F.cross_entropy(logits.flatten(0, 1), tgt.flatten(), ignore_index=model.pad, label_smoothing=0.1)
        for parameter in model.parameters():
            parameter.grad = None
        loss.backward()
        optimizer.step()
    model.eval()
    return model


@alternative("train")
def with_momentum_and_a_rise_from_nothing(model, batches, bos=1):
    """The first step has the rate 0. With momentum alone, a token that was seen once moves further than one that is known by then."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    count = len(batches)
    rise = max(1, count // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / rise, (count - step) / max(1, count - rise))
    )
    model.train()
    for src, tgt in batches:
        label_smoothed_loss(model(src, shift_right(tgt, bos)), tgt, 0.1, model.pad).backward()
        optimizer.step()
        schedule.step()
        model.zero_grad()
    return model


@alternative("train")
def with_decay_in_the_gradient(model, batches, bos=1):
    """Weight decay as a part of Adam's gradients: embeddings of tokens that were never given move as well."""
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-5)
    model.train()
    for src, tgt in batches:
        optimizer.zero_grad()
        logits = model(src, shift_right(tgt, bos))
        label_smoothed_loss(logits, tgt, 0.1, model.pad).backward()
        optimizer.step()
    return model
