"""Trains the embedded model, resumes from its checkpoint, and logs progress as JSON lines.

    python3 train.py --books books.tar.gz --tokenizer tokenizer.json --held-out FOLDER --run RUN --hours 2
"""

import argparse
import json
import os
import pathlib
import signal
import time
from dataclasses import replace

import torch
import torch.nn.functional as functional

import exact
import generate
import native
import weights
from data import Packer, pairs
from model import DRAFT, Llama, Shape
from optimizer import Optimizer
from tokenizer import Tokenizer
from words import World


class Torch:
    """Gradients by PyTorch's autograd, for machines without AMX."""

    def __init__(self, model):
        self.model = model

    def start(self):
        for parameter in self.model.parameters():
            parameter.grad = None

    def hidden(self, ids, positions, documents, part=0):
        with torch.cpu.amp.autocast(dtype=torch.bfloat16):
            return self.model.hidden(ids, positions, documents).float()

    def language(self, batch):
        ids, positions, documents, targets, weights = (torch.from_numpy(x) for x in batch)
        hidden = self.hidden(ids, positions, documents)
        wanted = weights.view(-1).nonzero().squeeze(1)
        logits = self.model.logits(hidden.reshape(-1, hidden.shape[-1])[wanted].to(torch.bfloat16)).float()
        losses = functional.cross_entropy(logits, targets.view(-1)[wanted], reduction="none")
        scale = weights.view(-1)[wanted]
        loss = (losses * scale).sum() / scale.sum()
        loss.backward()
        return loss.item(), losses.detach()[scale >= 1].mean().item()


def pooled(engine, ids, lengths):
    """Mean over the tokens of the final hidden states, normalised: the embedding of a text."""
    length = ids.shape[1]
    positions = torch.arange(length).expand(ids.shape)
    inside = positions < lengths[:, None]
    hidden = engine.hidden(ids, positions, torch.where(inside, 0, -1), length * 8)
    mean = (hidden * inside[..., None]).sum(1) / lengths[:, None]
    return functional.normalize(mean, dim=-1)


def retrieval_loss(engine, made, count, temperature=0.05):
    ids, lengths = (torch.from_numpy(x) for x in made)
    vectors = pooled(engine, ids, lengths)
    scores = vectors[:count] @ vectors[count:].t() / temperature
    right = torch.arange(count)
    return (functional.cross_entropy(scores, right) + functional.cross_entropy(scores.t(), right)) / 2


def rate_at(done, warm=0.005, cool=0.3):
    """Warm-up, stable, linear cool-down, as a function of the share of time done."""
    return min(1.0, done / warm + 0.01, max(0.02, (1 - done) / cool))


def save(path, model, optimizer, step, seen):
    """Writes a checkpoint; an interrupted write leaves the old one."""
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state() if optimizer else None, "step": step, "seen": seen}, path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=pathlib.Path, required=True)
    parser.add_argument("--tokenizer", type=pathlib.Path, required=True)
    parser.add_argument("--run", type=pathlib.Path, required=True)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--end", type=float, help="Unix time at which the cool-down is over, instead of --hours")
    parser.add_argument("--init", type=pathlib.Path, help="a model folder to start from when there is no checkpoint")
    parser.add_argument("--held-out", type=pathlib.Path, required=True)
    parser.add_argument("--draft", action="store_true")
    parser.add_argument("--layers", type=int, help="fewer layers than the shape's; grow.py adds the rest later")
    parser.add_argument("--length", type=int, default=1024)
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--early", type=float, default=2.2e6, help="tokens of the copying curriculum")
    parser.add_argument("--rate", type=float, default=1.0, help="factor on the learning rates")
    parser.add_argument("--cool", type=float, default=0.3, help="share of the time in which the rate falls to nothing")
    options = parser.parse_args()
    torch.set_num_threads(1)
    os.makedirs(options.run, exist_ok=True)
    tokenizer = Tokenizer.load(options.tokenizer)
    library = generate.Library(options.books)
    shape = DRAFT if options.draft else Shape()
    model = Llama(replace(shape, layers=options.layers or shape.layers), options.seed)
    engine = native.Native(model, options.run) if native.available() else Torch(model)
    optimizer = native.NativeOptimizer(engine) if native.available() else Optimizer(model)
    checkpoint = options.run / "checkpoint.pt"
    step, seen = 0, 0
    if options.init:
        weights.load_into(model, options.init)
        seen = int(options.early)
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        if state["optimizer"]:
            optimizer.load(state["optimizer"])
        step, seen = state["step"], state["seen"]
    world = World(options.seed * 1000 + step, vocabulary=library.vocabulary())
    packer = Packer(world, library, tokenizer, options.length)
    cases = exact.load(options.held_out, [skill for skill, _ in generate.HELD_OUT], 50)
    prepared = exact.prepare(tokenizer, cases, 1024)
    log = open(options.run / "log.jsonl", "a", buffering=1)
    start = saved = judged = time.time()
    end = options.end or start + options.hours * 3600
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    average = {}
    while True:
        now = time.time()
        done = (now - start) / max(1, end - start)
        if now - saved > 240 or done >= 1 or stopping:
            save(checkpoint, model, optimizer, step, seen)
            saved = now
            if stopping:
                return
        if now - judged > 180 or done >= 1:
            engine.start()
            hidden = lambda ids, positions, documents: engine.hidden(ids, positions, documents, 1024)
            log.write(json.dumps({"step": step, "exact": exact.scores(hidden, model.logits, prepared, cases)}) + "\n")
            judged = now
        if done >= 1:
            break
        mix = generate.EARLY if seen < options.early else generate.MIX
        engine.start()
        loss, answer = engine.language(packer.batch(options.tokens // options.length, mix))
        row = {"loss": loss, "answer": answer}
        if step % 8 == 7:
            count = 32
            retrieval = retrieval_loss(engine, pairs(world, tokenizer, count, 96), count)
            (0.3 * retrieval).backward()
            row["retrieval"] = retrieval.item()
        optimizer.step(options.rate * rate_at(done, cool=options.cool))
        step += 1
        seen += options.tokens
        for name, value in row.items():
            average[name] = 0.9 * average.get(name, value) + 0.1 * value
        if step % 20 == 0:
            log.write(json.dumps({"step": step, "tokens": seen, "seconds": round(now - start), **{k: round(v, 4) for k, v in average.items()}}) + "\n")


if __name__ == "__main__":
    main()
