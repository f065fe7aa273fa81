"""The Llama decoder that is trained: RMSNorm, half-split rotary positions, SwiGLU, tied embeddings.

Sequences are packed: a row holds several documents, and a token sees its own document only.
"""

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as functional
from torch import nn


@dataclass(frozen=True)
class Shape:
    """Sizes of a model. The defaults are the embedded model's."""

    vocabulary: int = 4096
    width: int = 192
    layers: int = 16
    heads: int = 3
    head_size: int = 64
    hidden: int = 512
    context: int = 2048
    theta: float = 10000.0
    epsilon: float = 1e-5

    def as_dict(self):
        return asdict(self)


DRAFT = Shape(width=128, layers=3, heads=2, hidden=320)


def rotary_tables(shape, positions):
    """cos and sin, each (..., head_size / 2), of integer positions."""
    half = shape.head_size // 2
    frequency = shape.theta ** (-torch.arange(half, dtype=torch.float32) / half)
    angle = positions[..., None].float() * frequency
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    """Half-split rotation of x (batch, heads, length, head_size)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Norm(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon = shape.epsilon

    def forward(self, x):
        wide = x.float()
        wide = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.epsilon)
        return (wide * self.weight).to(x.dtype)


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.size = shape.head_size
        inner = shape.heads * shape.head_size
        self.q_proj = nn.Linear(shape.width, inner, bias=False)
        self.k_proj = nn.Linear(shape.width, inner, bias=False)
        self.v_proj = nn.Linear(shape.width, inner, bias=False)
        self.o_proj = nn.Linear(inner, shape.width, bias=False)

    def forward(self, x, cos, sin, mask):
        batch, length, _ = x.shape
        q, k, v = (p(x).view(batch, length, -1, self.size).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        scores = torch.matmul(q, k.transpose(-1, -2)) * (1 / math.sqrt(self.size)) + mask
        mixed = torch.matmul(torch.softmax(scores, -1), v)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1))


class FeedForward(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down_proj = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x):
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.input_layernorm = Norm(shape)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = Norm(shape)
        self.mlp = FeedForward(shape)

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    def __init__(self, shape, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape)
        for name, weight in self.named_parameters():
            if "embed" in name:
                nn.init.normal_(weight, std=0.05)
            elif "o_proj" in name or "down_proj" in name:
                nn.init.zeros_(weight)
            elif weight.dim() == 2:
                nn.init.normal_(weight, std=0.5 / math.sqrt(weight.shape[1]))

    def hidden(self, ids, positions, documents, kind=torch.bfloat16):
        """Hidden states after the last norm; all arguments are (rows, length)."""
        x = functional.embedding(ids, self.embed_tokens.weight).to(kind)
        cos, sin = (t.to(kind)[:, None] for t in rotary_tables(self.shape, positions))
        allowed = (documents[:, :, None] == documents[:, None, :]).tril()
        mask = torch.where(allowed, 0.0, -1e9).to(kind)[:, None]
        for layer in self.layers:
            x = layer(x, cos, sin, mask)
        return self.norm(x)

    def logits(self, hidden):
        return functional.linear(hidden, self.embed_tokens.weight.to(hidden.dtype))
