"""Right programs, as differently written as students write. Each defines one exercise of `course`; all are right on CUDA."""

RIGHT = {
    ("softmax", "in logarithms"): """
def softmax(x, dim=-1):
    return torch.exp(x - torch.logsumexp(x, dim, keepdim=True))
""",
    ("softmax", "in place on a copy"): """
def softmax(x, dim=-1):
    y = x.clone()
    y -= x.max(dim=dim, keepdim=True)[0]
    y = y.exp()
    return y.div(y.sum(dim, keepdim=True))
""",
    ("softmax", "with a tensor made like its input"): """
def softmax(x, dim=-1):
    result = torch.empty_like(x)
    largest = x.detach().amax(dim, keepdim=True)
    e = torch.exp(x - largest)
    result = result.copy_(e.detach()) * 0 + e
    return result / (e.sum(dim, keepdim=True) + x.new_zeros(()))
""",
    ("softmax", "rows moved to the end"): """
def softmax(x, dim=-1):
    rows = x.movedim(dim, -1)
    e = torch.pow(math.e, rows - rows.amax(-1, keepdim=True))
    return torch.einsum("...i,...->...i", e, 1 / e.sum(-1)).movedim(-1, dim)
""",
    ("causal_mask", "from comparing positions"): """
def causal_mask(n, device=None):
    position = torch.arange(n, device=device)
    return position[None, :] <= position[:, None]
""",
    ("causal_mask", "made on the host and sent"): """
def causal_mask(n, device=None):
    return torch.tensor([[j <= i for j in range(n)] for i in range(n)], dtype=torch.bool).reshape(n, n).to(device or "cpu")
""",
    ("causal_mask", "upper triangle inverted"): """
def causal_mask(n, device=None):
    return ~torch.triu(torch.ones((n, n), device=device), diagonal=1).bool()
""",
    ("scaled_dot_product_attention", "where, and a scale that is a tensor of the host"): """
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.matmul(q, k.mT) / torch.tensor(q.size(-1), dtype=torch.float64).sqrt()
    scores = scores.to(q.dtype)
    if mask is None:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device)
    scores = torch.where(mask, scores, torch.tensor(-1e30 if q.dtype != torch.float16 else -6e4, dtype=q.dtype))
    weights = torch.where(mask, scores.softmax(dim=-1), 0.0)
    return torch.matmul(weights, v), weights
""",
    ("scaled_dot_product_attention", "an additive mask"): """
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = torch.einsum("...id,...jd->...ij", q, k) * q.shape[-1] ** -0.5
    if mask is not None:
        bias = torch.zeros(mask.shape, dtype=q.dtype, device=q.device)
        bias[~mask] = torch.finfo(q.dtype).min / 2
        scores = scores + bias
    weights = nn.functional.softmax(scores, -1)
    if mask is not None:
        weights = weights * mask
    return torch.einsum("...ij,...jd->...id", weights, v), weights
""",
    ("scaled_dot_product_attention", "minus infinity, and NaN mended before it spreads"): """
def scaled_dot_product_attention(q, k, v, mask=None):
    scores = (q / math.sqrt(q.shape[-1])) @ k.transpose(-1, -2)
    if mask is not None:
        mask = mask.to(q.device)
        empty = ~mask.any(-1, keepdim=True)
        scores = scores.masked_fill(~(mask | empty), float("-inf"))
        weights = torch.softmax(scores, -1).masked_fill(empty, 0)
    else:
        weights = torch.softmax(scores, -1)
    return weights @ v, weights
""",
    ("PositionalEncoding", "a buffer that is not saved, with a leading axis"): """
class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_length=50):
        super().__init__()
        position = torch.arange(max_length, dtype=torch.float64).unsqueeze(1)
        rate = torch.exp(torch.arange(0, d_model, 2, dtype=torch.float64) * (-math.log(10000.0) / d_model))
        table = torch.empty(1, max_length, d_model, dtype=torch.float64)
        table[0, :, 0::2] = torch.sin(position * rate)
        table[0, :, 1::2] = torch.cos(position * rate)
        self.register_buffer("table", table, persistent=False)
    def forward(self, x):
        return x + self.table[:, : x.size(1)]
""",
    ("PositionalEncoding", "rows picked by positions of the host"): """
class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_length=50):
        super().__init__()
        table = torch.zeros(max_length, d_model, dtype=torch.float64)
        for i in range(0, d_model, 2):
            angle = torch.arange(max_length, dtype=torch.float64) / 10000 ** (i / d_model)
            table[:, i], table[:, i + 1] = angle.sin(), angle.cos()
        self.register_buffer("table", table)
    def forward(self, x):
        return x + self.table[torch.arange(x.shape[1])]
""",
    ("PositionalEncoding", "a plain table that follows by a method of its own"): """
class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_length=50):
        super().__init__()
        position = torch.arange(max_length, dtype=torch.float64)[:, None]
        angle = position / 10000 ** (torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
        self.rows = torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
    def _apply(self, function, recurse=True):
        super()._apply(function, recurse)
        self.rows = function(self.rows)
        return self
    def forward(self, x):
        return x + self.rows[: x.shape[1]].to(x)
""",
    ("MultiHeadAttention", "layers in another order, heads by view and permute"): """
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        self.w_o = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_q = nn.Linear(d_model, d_model)
        self.h, self.p = num_heads, dropout
    def heads(self, x):
        b, n, d = x.shape
        return x.reshape(b, n, self.h, d // self.h).permute(0, 2, 1, 3)
    def forward(self, query, key, value, mask=None):
        q, k, v = self.heads(self.w_q(query)), self.heads(self.w_k(key)), self.heads(self.w_v(value))
        scores = torch.einsum("bhid,bhjd->bhij", q, k) / q.size(-1) ** 0.5
        if mask is not None:
            scores = torch.where(mask, scores, torch.full_like(scores, -1e30))
        weights = nn.functional.dropout(scores.softmax(-1), self.p, self.training)
        mixed = torch.einsum("bhij,bhjd->bihd", weights, v)
        return self.w_o(mixed.reshape(mixed.shape[0], mixed.shape[1], -1)), weights
""",
    ("MultiHeadAttention", "a scale kept as a tensor without dimensions, heads by chunks"): """
class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        self.num_heads = num_heads
        self.w_q = nn.Linear(d_model, d_model); self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model); self.w_o = nn.Linear(d_model, d_model)
        self.scale = torch.tensor(d_model / num_heads, dtype=torch.float64) ** -0.5
        self.drop = nn.Dropout(dropout)
    def forward(self, query, key, value, mask=None):
        q, k, v = (torch.stack(x.chunk(self.num_heads, -1), 1) for x in (self.w_q(query), self.w_k(key), self.w_v(value)))
        scores = q @ k.transpose(2, 3) * self.scale
        if mask is not None:
            scores = scores.masked_fill(mask.logical_not(), torch.tensor(-1e30))
        weights = self.drop(scores.softmax(3))
        return self.w_o(torch.cat((weights @ v).unbind(1), -1)), weights
""",
}
