"""Embeds a trained model in a larger shape without changing its function, so that training can go on from there.

    python3 grow.py --run SMALL_RUN --draft --layers 4 --out LARGER_RUN

Small coordinates come first. What writes to the residual stream is zero beyond them; added heads, hidden units
and layers start with random reading and zero writing weights; norm weights shrink by sqrt(small / large width),
because the mean runs over more coordinates.
"""

import argparse
import math
import pathlib
from dataclasses import replace

import torch

import train
from model import DRAFT, Llama, Shape


@torch.no_grad()
def grow(small, shape, seed=0):
    """A model of the larger shape that computes what the small one does."""
    large = Llama(shape, seed)
    width = small.shape.width
    shrink = math.sqrt(width / shape.width)
    place = [i * shape.layers // small.shape.layers for i in range(small.shape.layers)]
    large.embed_tokens.weight.zero_()
    large.embed_tokens.weight[:, :width] = small.embed_tokens.weight
    copy_norm(large.norm, small.norm, shrink)
    for source, index in zip(small.layers, place):
        target = large.layers[index]
        copy_norm(target.input_layernorm, source.input_layernorm, shrink)
        copy_norm(target.post_attention_layernorm, source.post_attention_layernorm, shrink)
        for part in ("self_attn", "mlp"):
            for name, weight in getattr(source, part).named_parameters():
                into = dict(getattr(target, part).named_parameters())[name]
                into[:weight.shape[0], :weight.shape[1]] = weight
    return large


def copy_norm(target, source, shrink):
    target.weight.fill_(shrink)
    target.weight[:source.weight.shape[0]] = source.weight * shrink


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--draft", action="store_true", help="the small run has the draft's shape")
    parser.add_argument("--from-layers", type=int)
    parser.add_argument("--layers", type=int, default=Shape().layers)
    options = parser.parse_args()
    base = DRAFT if options.draft else Shape()
    small = Llama(replace(base, layers=options.from_layers or base.layers))
    state = torch.load(options.run / "checkpoint.pt")
    small.load_state_dict(state["model"])
    large = grow(small, replace(Shape(), layers=options.layers))
    ids = torch.randint(0, base.vocabulary, (1, 64))
    positions, documents = torch.arange(64)[None], torch.zeros_like(ids)
    with torch.no_grad():
        before, after = (m.logits(m.hidden(ids, positions, documents, torch.float32)) for m in (small, large))
    print("largest difference of a logit:", (before - after).abs().max().item())
    options.out.mkdir(parents=True, exist_ok=True)
    train.save(options.out / "checkpoint.pt", large, None, state["step"], state["seen"])


if __name__ == "__main__":
    main()
