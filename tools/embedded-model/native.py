"""The training step through kernels.cpp: the same losses and gradients as model.py, several times faster on AMX."""

import ctypes
import pathlib
import subprocess

import torch

SOURCE = pathlib.Path(__file__).with_name("kernels.cpp")


def build(folder):
    library = pathlib.Path(folder) / "libkernels.so"
    if not library.exists() or library.stat().st_mtime < SOURCE.stat().st_mtime:
        subprocess.run(["g++", "-O3", "-march=sapphirerapids", "-fno-math-errno", "-shared", "-fPIC", "-pthread", str(SOURCE), "-o", str(library)], check=True)
    return ctypes.CDLL(str(library))


def available():
    flags = pathlib.Path("/proc/cpuinfo")
    return flags.exists() and "amx_bf16" in flags.read_text()


def address(tensor):
    return ctypes.c_void_p(tensor.data_ptr())


class Native:
    """Flattens a model's parameters and gradients into one buffer each, and computes gradients in place."""

    def __init__(self, model, folder, threads=2):
        shape = model.shape
        assert shape.head_size == 64
        self.library = build(folder)
        self.library.create.restype = ctypes.c_void_p
        self.width = shape.width
        parameters = list(model.parameters())
        self.values = torch.cat([p.detach().reshape(-1) for p in parameters])
        self.gradient = torch.zeros_like(self.values)
        at = 0
        for parameter in parameters:
            size = parameter.numel()
            parameter.data = self.values[at:at + size].view(parameter.shape)
            parameter.grad = self.gradient[at:at + size].view(parameter.shape)
            at += size
        self.handle = ctypes.c_void_p(self.library.create(
            shape.vocabulary, shape.width, shape.layers, shape.heads, shape.hidden, shape.context,
            ctypes.c_float(shape.theta), ctypes.c_float(shape.epsilon), threads))

    def start(self):
        """Takes over the current parameters and clears the gradients."""
        self.gradient.zero_()
        self.library.load(self.handle, address(self.values))

    def language(self, batch, part=1024):
        """Adds the language-model gradient; returns the mean loss and the mean loss on answers."""
        ids, positions, documents, targets, weights = (torch.from_numpy(x).contiguous() for x in batch)
        result = torch.zeros(2, dtype=torch.float64)
        self.library.language(self.handle, ids.numel(), max(part, ids.shape[1]), address(ids), address(positions), address(documents), address(targets),
                              address(weights), ctypes.c_float(1 / weights.sum().item()), address(self.gradient), address(result))
        return result[0].item(), result[1].item() / max(1, (weights >= 1).sum().item())

    def hidden(self, ids, positions, documents, part):
        return Hidden.apply(torch.zeros(1, requires_grad=True), self, ids, positions, documents, part)


class NativeOptimizer:
    """optimizer.py's step, on the flat buffers."""

    def __init__(self, native):
        self.native, self.steps = native, 0
        self.first, self.second = torch.zeros_like(native.values), torch.zeros_like(native.values)

    def step(self, rate, matrix_rate=0.02, plain_rate=0.004, decay=0.02, momentum=0.95):
        self.steps += 1
        numbers = [ctypes.c_float(x) for x in (matrix_rate * rate, plain_rate * rate, momentum, decay)]
        self.native.library.update(self.native.handle, address(self.native.values), address(self.native.gradient), address(self.first), address(self.second), self.steps, *numbers)

    def state(self):
        return {"first": self.first, "second": self.second, "steps": self.steps}

    def load(self, state):
        self.first.copy_(state["first"])
        self.second.copy_(state["second"])
        self.steps = state["steps"]


class Hidden(torch.autograd.Function):
    """Hidden states for a loss of PyTorch's own; the backward pass adds to the flat gradient."""

    @staticmethod
    def forward(context, anchor, native, ids, positions, documents, part):
        context.saved = native, ids.contiguous(), positions.contiguous(), documents.contiguous(), part
        hidden = torch.empty(*ids.shape, native.width)
        _, ids, positions, documents, _ = context.saved
        native.library.hiddenForward(native.handle, ids.numel(), part, address(ids), address(positions), address(documents), address(hidden))
        return hidden

    @staticmethod
    def backward(context, gradient):
        native, ids, positions, documents, part = context.saved
        gradient = gradient.contiguous()
        native.library.hiddenBackward(native.handle, ids.numel(), part, address(ids), address(positions), address(documents), address(gradient), address(native.gradient))
        return None, None, None, None, None, None
