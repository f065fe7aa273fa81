"""Trains an MLP speculator for the embedded model, whose weights stay as they are.

    python3 train_speculator.py --books books.tar.gz --minutes 10 --out ../../models/embedded-mlp

Stage i at position t gets the base's last row z_t and the true tokens t+1 .. t+i+1, and learns what the base itself would say next: the arg-max of its
own logits there, since that is what a greedy answer takes. Prompts teach little: mostly the positions where the assistant writes are used.
"""

import argparse
import json
import pathlib
import tempfile
import time

import numpy as np
import torch
import torch.nn.functional as functional

from speculator import Speculator
import generate
import native
import weights
from data import Packer
from tokenizer import Tokenizer
from words import World

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parent.parent / "models"


class Base:
    """The frozen model: rows after the final norm, by kernels.cpp where the CPU has AMX, and the tokens it would say."""

    def __init__(self, folder, threads, scratch):
        self.model = weights.load(folder)
        self.engine = native.Native(self.model, scratch, threads) if native.available() else None
        if self.engine:
            self.engine.start()

    def hidden(self, *rows):
        return (self.engine.hidden(*rows, 1024) if self.engine else self.model.hidden(*rows)).float()

    def said(self, hidden):
        return torch.cat([self.model.logits(part.to(torch.bfloat16)).argmax(-1) for part in hidden.split(2048)])


@torch.no_grad()
def examples(base, packer, rows, stages, chance):
    """z (n, width), the tokens t+1 .. t+stages (n, stages), and the base's choice after each of them (n, stages)."""
    ids, positions, documents, _, wanted = (torch.from_numpy(x) for x in packer.batch(rows, generate.MIX))
    hidden = base.hidden(ids, positions, documents)
    length = ids.shape[1]
    last = torch.roll(documents, -stages, 1)
    same = (last == documents) & (documents >= 0) & (torch.arange(length) < length - stages)
    # Where the assistant writes; of the rest, what the packer picked.
    places = (same & (wanted > 0)).view(-1).nonzero().squeeze(1)
    places = places[torch.from_numpy(chance.permutation(len(places)))]
    spread = places[:, None] + torch.arange(stages) + 1
    flat = hidden.view(-1, hidden.shape[-1])
    needed, back = torch.unique(spread, return_inverse=True)
    return flat[places], ids.view(-1)[spread], base.said(flat[needed])[back]


def losses(model, made):
    """Cross-entropy and share of right first guesses, each a list over the stages; shares count only where all before were right."""
    state, tokens, said = made
    found, right, alive = [], [], torch.ones(len(tokens), dtype=torch.bool)
    for stage in range(model.stages):
        state = model.state(stage, state, tokens[:, stage])
        logits = model.logits(state).float()
        found.append(functional.cross_entropy(logits, said[:, stage]))
        alive = alive & (logits.argmax(-1) == said[:, stage])
        right.append(alive.float().mean().item())
    return found, right


class Pool:
    """The latest examples; each is drawn a few times on average, which costs less than reading new text every time."""

    def __init__(self, most):
        self.most, self.parts = most, None

    def add(self, made):
        self.parts = made if self.parts is None else tuple(torch.cat((new, old))[:self.most] for new, old in zip(made, self.parts))

    def draw(self, count, chance):
        chosen = torch.from_numpy(chance.integers(len(self.parts[0]), size=count))
        return tuple(part[chosen] for part in self.parts)


def rate_at(done, warm=0.02):
    """Warm-up, then a half cosine to nothing."""
    return min(done / warm + 0.02, 1.0) * (0.5 + 0.5 * np.cos(np.pi * min(1.0, done)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--books", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, default=MODELS / "embedded")
    parser.add_argument("--out", type=pathlib.Path, default=MODELS / "embedded-mlp")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--inner", type=int, default=256)
    parser.add_argument("--stages", type=int, default=4)
    parser.add_argument("--rows", type=int, default=4, help="packed rows of 1,024 tokens a step")
    parser.add_argument("--places", type=int, default=1536, help="positions a step")
    parser.add_argument("--draws", type=int, default=3, help="steps between new rows")
    parser.add_argument("--pool", type=int, default=60000, help="positions kept for drawing")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if options.stages < 2:
        parser.error(f"--stages is {options.stages}; tied stages need at least 2.")
    torch.set_num_threads(options.threads)
    # Products in BF16: many times faster where the CPU has them.
    with torch.autocast("cpu", torch.bfloat16), tempfile.TemporaryDirectory() as scratch:
        train(options, Base(options.model, options.threads, scratch))


def train(options, base):
    library = generate.Library(options.books)
    world = World(options.seed * 1000, vocabulary=library.vocabulary())
    packer = Packer(world, library, Tokenizer.load(options.model / "tokenizer.json"), 1024)
    chance = np.random.default_rng(options.seed)
    model = Speculator(base.model, options.inner, options.stages, options.seed)
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.97))
    # Judged on batches that training never sees: drawn first, from the same generators.
    judged = [examples(base, packer, options.rows, options.stages, chance) for _ in range(2)]
    pool = Pool(options.pool)
    start, step, seen, average = time.time(), 0, 0, {}
    while True:
        done = (time.time() - start) / (options.minutes * 60)
        if done >= 1:
            break
        if step % options.draws == 0:
            made = examples(base, packer, options.rows, options.stages, chance)
            seen += len(made[0])
            pool.add(made)
        found, right = losses(model, pool.draw(options.places, chance))
        optimizer.zero_grad(set_to_none=True)
        sum(found).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = options.rate * rate_at(done)
        optimizer.step()
        step += 1
        for name, value in (("loss", sum(found).item() / options.stages), ("tokens_per_step", 1 + sum(right))):
            average[name] = 0.95 * average.get(name, value) + 0.05 * value
        if step % 20 == 0:
            print(json.dumps({"step": step, "positions": seen, "seconds": round(time.time() - start), **{k: round(v, 3) for k, v in average.items()}}), flush=True)
    model.save(options.out)
    with torch.no_grad():
        shares = np.mean([losses(model, made)[1] for made in judged], 0)
    print(json.dumps({"out": str(options.out.name), "steps": step, "positions": seen, "parameters": sum(p.numel() for p in model.parameters()),
                      "right": [round(float(share), 3) for share in shares], "tokens_per_step": round(1 + float(shares.sum()), 3)}))


if __name__ == "__main__":
    main()
