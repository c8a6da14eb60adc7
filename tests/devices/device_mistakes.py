"""Programs that are right on the CPU and wrong on a GPU: what students write who have none."""

ATTENTION = "scaled_dot_product_attention"

_HEADS = """
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)
        {made}
    def forward(self, query, key, value, mask=None):
        q, k, v = (x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x in (self.w_q(query), self.w_k(key), self.w_v(value)))
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        {before}
        if mask is not None:
            scores = {masked}
        weights = self.dropout(torch.softmax(scores, -1))
        result = (weights @ v).transpose(1, 2).flatten(2)
        return {result}, weights
"""

_POSITIONS = """
class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_length=50):
        super().__init__()
        position = torch.arange(max_length, dtype=torch.float64)[:, None]
        angle = position / 10000 ** (torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
        table = torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
        {kept}
    def forward(self, x):
        {used}
"""

_SCORES = """
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device)
    {lines}
    return weights @ v, weights
"""


def _heads(made="pass", before="pass", masked="scores.masked_fill(~mask, -1e30)", result="self.w_o(result)"):
    return _HEADS.format(made=made, before=before, masked=masked, result=result)


def _scores(*lines):
    return _SCORES.format(lines="\n    ".join(lines))


DEVICE_MISTAKES = {
    ("causal_mask", "a mask that was made on another device is handed out again"): """
MADE = {}
def causal_mask(n, device=None):
    if n not in MADE:
        MADE[n] = torch.ones(n, n, dtype=torch.bool, device=device).tril()
    return MADE[n]
""",
    ("softmax", "the sum starts from a CPU tensor"): """
def softmax(x, dim=-1):
    e = torch.exp(x - x.amax(dim, keepdim=True))
    total = torch.zeros(e.sum(dim, keepdim=True).shape, dtype=x.dtype)
    return e / (total + e.sum(dim, keepdim=True))
""",
    ("softmax", "the answer is written into a CPU tensor"): """
def softmax(x, dim=-1):
    e = torch.exp(x - x.amax(dim, keepdim=True))
    result = torch.zeros(x.shape, dtype=x.dtype)
    result[...] = e / e.sum(dim, keepdim=True)
    return result
""",
    ("softmax", "the answer is fetched to the CPU"): """
def softmax(x, dim=-1):
    return torch.softmax(x, dim).cpu()
""",
    ("softmax", "a stay in NumPy"): """
def softmax(x, dim=-1):
    largest = torch.from_numpy(x.detach().double().numpy().max(dim, keepdims=True))
    e = torch.exp(x - largest.to(x.dtype))
    return e / e.sum(dim, keepdim=True)
""",
    ("softmax", "a maximum made from a list"): """
def softmax(x, dim=-1):
    rows = x.movedim(dim, -1)
    largest = torch.tensor(rows.detach().amax(-1).tolist(), dtype=x.dtype).unsqueeze(-1)
    e = torch.exp(rows - largest)
    return (e / e.sum(-1, keepdim=True)).movedim(-1, dim)
""",
    ("softmax", "a product with CPU ones for the sum"): """
def softmax(x, dim=-1):
    e = torch.exp(x - x.amax(dim, keepdim=True)).movedim(dim, -1)
    return (e / (e @ torch.ones(e.shape[-1], 1, dtype=x.dtype))).movedim(-1, dim)
""",
    ("softmax", "joined with a CPU tensor"): """
def softmax(x, dim=-1):
    e = torch.exp(x - x.amax(dim, keepdim=True)).movedim(dim, -1)
    longer = torch.cat([e, torch.zeros(*e.shape[:-1], 1, dtype=x.dtype)], -1)
    return (e / longer.sum(-1, keepdim=True)).movedim(-1, dim)
""",
    ("causal_mask", "device is not passed on"): """
def causal_mask(n, device=None):
    return torch.ones(n, n, dtype=torch.bool).tril()
""",
    ("causal_mask", "one of two tensors is on the device"): """
def causal_mask(n, device=None):
    return torch.arange(n)[None] <= torch.arange(n, device=device)[:, None]
""",
    ("causal_mask", "a GPU only if there is CUDA"): """
def causal_mask(n, device=None):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.ones(n, n, dtype=torch.bool, device=device).tril()
""",
    (ATTENTION, "a CPU mask where there is none"): """
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    mask = torch.ones(scores.shape[-2:], dtype=torch.bool) if mask is None else mask
    weights = torch.softmax(scores.masked_fill(~mask, torch.finfo(q.dtype).min), -1).masked_fill(~mask, 0)
    return weights @ v, weights
""",
    (ATTENTION, "the mask is fetched to the CPU"): _scores(
        "mask = mask.cpu()",
        "weights = torch.softmax(scores.masked_fill(~mask, torch.finfo(q.dtype).min), -1) * mask",
    ),
    (ATTENTION, "a CPU bias"): _scores(
        "bias = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask.cpu(), torch.finfo(q.dtype).min / 2)",
        "weights = torch.softmax(scores + bias, -1) * mask",
    ),
    (ATTENTION, "a filled CPU tensor beside where"): _scores(
        "hidden = torch.full(scores.shape, torch.finfo(q.dtype).min, dtype=q.dtype)",
        "weights = torch.where(mask, torch.softmax(torch.where(mask, scores, hidden), -1), 0.0)",
    ),
    (ATTENTION, "an identity of the CPU"): _scores(
        "scores = scores @ torch.eye(scores.shape[-1], dtype=q.dtype)",
        "weights = torch.softmax(scores.masked_fill(~mask, torch.finfo(q.dtype).min), -1) * mask",
    ),
    (ATTENTION, "rows computed into a CPU tensor"): _scores(
        "weights = torch.empty(scores.shape, dtype=q.dtype)",
        "weights.copy_(torch.softmax(scores.masked_fill(~mask, torch.finfo(q.dtype).min), -1) * mask)",
    ),
    (ATTENTION, "gathered with CPU indices"): _scores(
        "order = torch.arange(scores.shape[-1]).expand(scores.shape)",
        "scores = torch.gather(scores, -1, order)",
        "weights = torch.softmax(scores.masked_fill(~mask, torch.finfo(q.dtype).min), -1) * mask",
    ),
    ("PositionalEncoding", "the table is a plain attribute"): _POSITIONS.format(
        kept="self.table = table", used="return x + self.table[: x.shape[1]]"
    ),
    ("PositionalEncoding", "the table is in a list"): _POSITIONS.format(
        kept="self.tables = [table]", used="return x + self.tables[0][: x.shape[1]]"
    ),
    ("PositionalEncoding", "the table is a global"): "TABLES = {}\n"
    + _POSITIONS.format(kept="TABLES[d_model] = table", used="return x + TABLES[x.shape[-1]][: x.shape[1]]"),
    ("PositionalEncoding", "rows looked up in an embedding by CPU positions"): _POSITIONS.format(
        kept="self.rows = nn.Embedding.from_pretrained(table)", used="return x + self.rows(torch.arange(x.shape[1]))"
    ),
    ("MultiHeadAttention", "a mask is fetched to the CPU"): _heads(masked="scores.masked_fill(~mask.cpu(), -1e30)"),
    ("MultiHeadAttention", "a bias of the CPU is added"): _heads(
        before="scores = scores + torch.zeros(scores.shape[-2:])"
    ),
    ("MultiHeadAttention", "a fixed scale vector that is no buffer"): _heads(
        made="self.ones = torch.ones(d_model)", result="self.w_o(result * self.ones)"
    ),
    ("MultiHeadAttention", "dropout drawn on the CPU"): _heads(
        before="scores = scores + 0 * torch.rand(scores.shape[-1])"
    ),
    ("MultiHeadAttention", "the result is fetched to the CPU"): _heads(result="self.w_o(result).cpu()"),
}
