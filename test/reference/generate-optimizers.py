"""Optimizer steps for the test-suite, made with PyTorch's own optimizers in float64.

Usage: python3 generate-optimizers.py > optimizers.json

Two networks 4-6-3 with biases (tanh under cross-entropy, ReLU under MSE) on 12 samples, trained full-batch for 100
steps by every optimizer below. The file holds data, initial parameters, the loss before each step and after the last,
and the final parameters, in the order W1, b1, W2, b2, row-major. mse is the mean over samples and outputs.
"""
import json
import sys

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

STEPS = 100
OPTIMIZERS = {
    "gd": (torch.optim.SGD, dict(lr=0.1)),
    "gd, decay": (torch.optim.SGD, dict(lr=0.1, weight_decay=0.05)),
    "heavy ball": (torch.optim.SGD, dict(lr=0.05, momentum=0.9)),
    "heavy ball, decay": (torch.optim.SGD, dict(lr=0.05, momentum=0.8, weight_decay=0.02)),
    "damped": (torch.optim.SGD, dict(lr=0.2, momentum=0.9, dampening=0.9)),
    "damped, decay": (torch.optim.SGD, dict(lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.02)),
    "nesterov": (torch.optim.SGD, dict(lr=0.05, momentum=0.9, nesterov=True)),
    "nesterov, decay": (torch.optim.SGD, dict(lr=0.05, momentum=0.7, nesterov=True, weight_decay=0.02)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=0.002)),
    "rmsprop, other": (torch.optim.RMSprop, dict(lr=0.002, alpha=0.9, eps=1e-3)),
    "adam": (torch.optim.Adam, dict(lr=0.01)),
    "adam, other": (torch.optim.Adam, dict(lr=0.01, betas=(0.8, 0.95), eps=1e-4)),
    "adamw": (torch.optim.AdamW, dict(lr=0.01)),
    "adamw, other": (torch.optim.AdamW, dict(lr=0.01, betas=(0.5, 0.99), eps=1e-6, weight_decay=0.3)),
}


def flat(tensors):
    return torch.cat([t.detach().reshape(-1) for t in tensors]).tolist()


def case(activation, loss, seed):
    torch.manual_seed(seed)
    x = torch.randn(12, 4)
    labels = torch.randint(0, 3, (12,))
    start = [torch.randn(6, 4) * 0.6, torch.randn(6) * 0.3, torch.randn(3, 6) * 0.6, torch.randn(3) * 0.3]
    sigma = dict(tanh=torch.tanh, relu=torch.relu)[activation]

    def value(p):
        out = sigma(x @ p[0].T + p[1]) @ p[2].T + p[3]
        if loss == "cross-entropy":
            return torch.nn.functional.cross_entropy(out, labels)
        return torch.nn.functional.mse_loss(out, torch.nn.functional.one_hot(labels, 3).to(out.dtype))

    runs = {}
    for name, (kind, options) in OPTIMIZERS.items():
        p = [t.clone().requires_grad_() for t in start]
        optimizer = kind(p, **options)
        losses = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            L = value(p)
            losses.append(L.item())
            L.backward()
            optimizer.step()
        runs[name] = dict(losses=losses + [value(p).item()], parameters=flat(p))
    return dict(activation=activation, loss=loss, x=flat([x]), labels=labels.tolist(), start=flat(start), runs=runs)


cases = [case("tanh", "cross-entropy", 1), case("relu", "mse", 2)]
json.dump(dict(torch=torch.__version__, steps=STEPS, cases=cases), sys.stdout, separators=(",", ":"))
