"""Compares every gradient of kernels.cpp with PyTorch's (float32), on random packed documents.

    python3 check_kernels.py
"""

import tempfile

import torch
import torch.nn.functional as functional

from model import Llama, Shape
from native import Native, NativeOptimizer
from optimizer import Optimizer


def batch(shape, rows, length):
    ids = torch.randint(0, shape.vocabulary, (rows, length))
    positions, documents = torch.zeros_like(ids), torch.full_like(ids, -1)
    for r in range(rows):
        at = 0
        for number, size in enumerate((length // 2 + 7, length // 3 - 5)):
            positions[r, at:at + size] = torch.arange(size)
            documents[r, at:at + size] = number
            at += size
    weights = (torch.rand(rows, length) < 0.4).float() * (documents >= 0)
    return ids, positions, documents, torch.randint(0, shape.vocabulary, (rows, length)), weights


def main():
    torch.manual_seed(1)
    shape = Shape(layers=3)
    model = Llama(shape)
    for parameter in model.parameters():
        if parameter.dim() == 2 and parameter.abs().sum() == 0:
            torch.nn.init.normal_(parameter.data, std=0.03)
    made = batch(shape, 8, 256)
    ids, positions, documents, targets, weights = made
    hidden = model.hidden(ids, positions, documents, torch.float32)
    losses = functional.cross_entropy(model.logits(hidden).view(-1, shape.vocabulary), targets.view(-1), reduction="none")
    loss = (losses * weights.view(-1)).sum() / weights.sum()
    loss.backward()
    probe = torch.randn_like(hidden) * (documents >= 0)[..., None]
    expected = [p.grad.clone() for p in model.parameters()]
    for p in model.parameters():
        p.grad = None
    (model.hidden(ids, positions, documents, torch.float32) * probe).sum().backward()
    second = [p.grad.clone() for p in model.parameters()]
    with tempfile.TemporaryDirectory() as folder:
        native = Native(model, folder)
        native.start()
        mine, _ = native.language([x.numpy() for x in made], 512)
        print(f"loss {loss.item():.5f} {mine:.5f}")
        report(model, expected)
        native.start()
        out = native.hidden(ids, positions, documents, 512)
        print("hidden", ((out - hidden) * (documents >= 0)[..., None]).abs().max().item())
        (out * probe).sum().backward()
        report(model, second)
        check_update(model, native)


def check_update(model, native):
    """One optimizer step of both kinds from the same gradients; both round to bfloat16 along the way."""
    before = native.values.clone()
    gradient = native.gradient.clone()
    NativeOptimizer(native).step(1.0)
    mine = native.values.clone()
    native.values.copy_(before)
    native.gradient.copy_(gradient)
    Optimizer(model).step(1.0)
    error = ((mine - native.values).norm() / (native.values - before).norm()).item()
    print(f"optimizer step, relative difference {error:.4f}")
    assert error < 0.05


def report(model, expected):
    for (name, parameter), wanted in zip(model.named_parameters(), expected):
        error = ((parameter.grad - wanted).norm() / (wanted.norm() + 1e-12)).item()
        cosine = functional.cosine_similarity(parameter.grad.flatten(), wanted.flatten(), dim=0).item()
        assert cosine > 0.999, (name, error, cosine)
        print(f"{name:45s} relative error {error:.4f}")


if __name__ == "__main__":
    main()
