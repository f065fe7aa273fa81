"""The MLP speculator (2404.19124) in PyTorch, in the layout such speculators are published in.

s_-1 = z; s_i = GELU(LN_i(W_i s_(i-1) + (w_e / w_s) E_i[t_i])); logits_i = U_i s_i.
LN(x) = x / sqrt(mean(x^2) + eps) * w + b. The stages are tied: they share E, U and LN, and W but for the first.
"""

import math
import pathlib
import sys

import torch
import torch.nn.functional as functional
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "embedded-model"))
import weights

EPSILON = 1e-6
TOP_K = (5, 4, 3)


class Speculator(nn.Module):
    def __init__(self, base, inner, stages, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.inner, self.stages, self.width, self.vocabulary = inner, stages, base.shape.width, base.shape.vocabulary
        state_weight = 0.5 ** (0.5 / stages)
        self.scale = math.sqrt((1 - state_weight ** 2) * inner / 2) / state_weight
        # The base's embedding, turned into the wider space, is a better start than noise: like words lie together.
        turn = torch.linalg.qr(torch.randn(max(inner, self.width), max(inner, self.width)))[0][:self.width, :inner]
        table = base.embed_tokens.weight.detach()
        table = functional.normalize(table @ turn, dim=-1)
        self.emb = nn.Parameter(table.clone())
        self.head = nn.Parameter(table.clone())
        self.first = nn.Parameter(torch.randn(inner, self.width) / math.sqrt(self.width) * 0.5)
        self.later = nn.Parameter(torch.randn(inner, inner) / math.sqrt(inner))
        self.ln_weight = nn.Parameter(torch.ones(inner))
        self.ln_bias = nn.Parameter(torch.zeros(inner))

    def state(self, stage, state, tokens):
        """The state after a stage: `state` (rows, width or inner), `tokens` (rows)."""
        x = functional.linear(state, self.first if stage == 0 else self.later).float() + self.scale * functional.embedding(tokens, self.emb)
        x = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * self.ln_weight + self.ln_bias
        return functional.gelu(x)

    def logits(self, state):
        return functional.linear(state, self.head)

    def save(self, folder):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        weights.save_safetensors(folder / "model.safetensors", [
            ("speculator.emb.0.weight", self.emb), ("speculator.head.0.weight", self.head), ("speculator.proj.0.weight", self.first),
            ("speculator.proj.1.weight", self.later), ("speculator.ln.0.weight", self.ln_weight), ("speculator.ln.0.bias", self.ln_bias)])
        top = [TOP_K[min(stage, len(TOP_K) - 1)] for stage in range(self.stages)]
        weights.write(folder / "config.json", {
            "architectures": ["MLPSpeculatorPreTrainedModel"], "model_type": "mlp_speculator", "emb_dim": self.width, "inner_dim": self.inner,
            "vocab_size": self.vocabulary, "n_predict": self.stages, "n_candidates": 5, "top_k_tokens_per_head": top, "tie_weights": True,
            "scale_input": False, "torch_dtype": "bfloat16"})
