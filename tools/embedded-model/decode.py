"""Decoding in float32 with a key-value cache, one sequence at a time: slow and plain."""

import math

import torch
import torch.nn.functional as functional

from model import rotary_tables, rotate


class Decoder:
    def __init__(self, model):
        self.model = model
        self.keys = [None] * model.shape.layers
        self.values = [None] * model.shape.layers
        self.length = 0

    @torch.no_grad()
    def feed(self, ids):
        """Hidden states of the new tokens, (length, width)."""
        model, size = self.model, self.model.shape.head_size
        count = len(ids)
        positions = torch.arange(self.length, self.length + count)
        cos, sin = rotary_tables(model.shape, positions)
        mask = torch.where(torch.arange(self.length + count)[None, :] <= positions[:, None], 0.0, -1e9)
        x = model.embed_tokens.weight[torch.tensor(ids)]
        for number, layer in enumerate(model.layers):
            attention = layer.self_attn
            h = layer.input_layernorm(x)
            q, k, v = (functional.linear(h, p.weight).view(count, -1, size).transpose(0, 1) for p in (attention.q_proj, attention.k_proj, attention.v_proj))
            q, k = rotate(q, cos, sin), rotate(k, cos, sin)
            if self.length:
                k, v = torch.cat((self.keys[number], k), 1), torch.cat((self.values[number], v), 1)
            self.keys[number], self.values[number] = k, v
            shares = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(size) + mask, -1)
            x = x + functional.linear((shares @ v).transpose(0, 1).reshape(count, -1), attention.o_proj.weight)
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        self.length += count
        return model.norm(x)

    def logits(self, ids):
        return self.model.logits(self.feed(ids)[-1])


def last_logits(model, ids):
    return Decoder(model).logits(ids)


def greedy(model, ids, count, stop):
    return sample(model, ids, count, stop, 0)


def sample(model, ids, count, stop, temperature, top_p=1.0, seed=0):
    """Continuation of `ids`, ending before a stop id; temperature 0 is greedy."""
    chance = torch.Generator().manual_seed(seed)
    decoder, found = Decoder(model), []
    logits = decoder.logits(ids)
    while len(found) < count:
        if temperature == 0:
            token = int(logits.argmax())
        else:
            order = torch.sort(torch.softmax(logits / temperature, -1), descending=True)
            kept = order.values * ((order.values.cumsum(0) - order.values) < top_p)
            token = int(order.indices[torch.multinomial(kept, 1, generator=chance)])
        if token in stop:
            break
        found.append(token)
        logits = decoder.logits([token])
    return found
