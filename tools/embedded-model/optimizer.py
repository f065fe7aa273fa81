"""Muon for the layer matrices, Adam for embeddings and norms.

Muon: K. Jordan et al., 2024: momentum, then the nearest semi-orthogonal matrix by a quintic Newton-Schulz iteration.
"""

import torch


def orthogonal(batch, steps=5):
    """The Newton-Schulz iteration on a stack of matrices (n, rows, columns), in bfloat16."""
    x = batch.to(torch.bfloat16)
    flat = x.shape[1] > x.shape[2]
    if flat:
        x = x.transpose(1, 2)
    x = x / (x.float().flatten(1).norm(dim=1)[:, None, None] + 1e-7).to(x.dtype)
    for _ in range(steps):
        square = torch.bmm(x, x.transpose(1, 2))
        x = 3.4445 * x + torch.bmm(-4.7750 * square + 2.0315 * torch.bmm(square, square), x)
    return (x.transpose(1, 2) if flat else x).float()


class Optimizer:
    def __init__(self, model):
        groups = {}
        self.plain = []
        for name, parameter in model.named_parameters():
            if parameter.dim() == 2 and "embed" not in name:
                groups.setdefault(tuple(parameter.shape), []).append(parameter)
            else:
                self.plain.append(parameter)
        self.groups = list(groups.values())
        self.momentum = [torch.zeros(len(g), *g[0].shape) for g in self.groups]
        self.first = [torch.zeros_like(p) for p in self.plain]
        self.second = [torch.zeros_like(p) for p in self.plain]
        self.steps = 0

    @torch.no_grad()
    def step(self, rate, matrix_rate=0.02, plain_rate=0.004, decay=0.02, momentum=0.95):
        """`rate` in 0..1 scales both learning rates."""
        self.steps += 1
        for group, state in zip(self.groups, self.momentum):
            gradient = torch.stack([p.grad for p in group])
            state.lerp_(gradient, 1 - momentum)
            update = orthogonal(gradient.lerp_(state, momentum))
            scale = matrix_rate * rate * max(1.0, group[0].shape[0] / group[0].shape[1]) ** 0.5
            for parameter, change in zip(group, update):
                parameter.mul_(1 - decay * matrix_rate * rate).sub_(change, alpha=scale)
        for parameter, first, second in zip(self.plain, self.first, self.second):
            first.lerp_(parameter.grad, 0.1)
            second.lerp_(parameter.grad.square(), 0.02)
            size = second.div(1 - 0.98 ** self.steps).sqrt_().add_(1e-8)
            parameter.sub_(first.div(1 - 0.9 ** self.steps).div_(size), alpha=plain_rate * rate)

    def state(self):
        return {"momentum": self.momentum, "first": self.first, "second": self.second, "steps": self.steps}

    def load(self, state):
        for name in ("momentum", "first", "second"):
            for mine, theirs in zip(getattr(self, name), state[name]):
                mine.copy_(theirs)
        self.steps = state["steps"]
