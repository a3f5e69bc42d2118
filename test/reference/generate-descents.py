"""Gradient descent from the seeds of torch-random-more.json, by PyTorch's autograd in float64: every activation, biases,
both losses, mixtures, XOR and spheres. That the parameters and the data follow from the seed is that file's matter.

Usage: python3 generate-descents.py torch-random-more.json OUT_FILE

C_l = |W_(l+1)|^2 - |W_l|^2 - |b_l|^2, S_l the sum of the same of the gradients. Made with PyTorch 2.15.0.
"""
import json
import sys

import torch
from balance import laws
from torch.nn import functional as F

torch.set_num_threads(1)

activations = {
    "identity": lambda z: z, "relu": torch.relu, "leaky-relu": lambda z: F.leaky_relu(z, 0.2), "tanh": torch.tanh,
    "sigmoid": torch.sigmoid, "softplus": F.softplus, "silu": F.silu, "gelu": F.gelu,
}
learning_rate, steps, marks = 0.02, 200, (1, 10, 200)


def descent(case, activation, loss):
    widths, stride = case["widths"], 2 if case["bias"] else 1
    shapes = [s for i, o in zip(widths, widths[1:]) for s in ([(o, i), (o,)] if case["bias"] else [(o, i)])]
    theta = [torch.tensor(p, dtype=torch.float64).reshape(s) for p, s in zip(case["parameters"], shapes)]
    x = torch.tensor(case["x"], dtype=torch.float64).reshape(len(case["labels"]), widths[0])
    y = torch.tensor(case["labels"])

    def loss_at(blocks):
        h = x
        for i in range(0, len(blocks), stride):
            h = h @ blocks[i].T + (blocks[i + 1] if stride == 2 else 0)
            if i + stride < len(blocks):
                h = activations[activation](h)
        if loss == "cross-entropy":
            return F.cross_entropy(h, y)
        return F.mse_loss(h, F.one_hot(y, widths[-1]).to(torch.float64))

    def gradient(blocks, graph=False):
        leaves = [b.clone().requires_grad_() for b in blocks]
        value = loss_at(leaves)
        return value, leaves, torch.autograd.grad(value, leaves, create_graph=graph)

    _, leaves, g = gradient(theta, graph=True)
    flat = torch.cat([b.reshape(-1) for b in g])
    probe = torch.sin(torch.arange(len(flat), dtype=torch.float64) + 1)
    hvp = torch.cat([b.reshape(-1) for b in torch.autograd.grad(flat @ probe, leaves, materialize_grads=True)])
    start, sums, points = laws(theta, stride), [0.0] * (len(widths) - 2), []
    for t in range(steps + 1):
        value, _, g = gradient(theta)
        if t in marks:
            drift = [c - c0 for c, c0 in zip(laws(theta, stride), start)]
            points.append({"step": t, "loss": float(value.detach()), "drift": drift, "imbalanceSum": list(sums)})
        sums = [s + d for s, d in zip(sums, laws(g, stride))]
        theta = [b - learning_rate * d for b, d in zip(theta, g)]
    return {"activation": activation, "loss": loss, "hvp": hvp.tolist(), "points": points}


with open(sys.argv[1]) as file:
    cases = [c for c in json.load(file)["cases"] if c["widths"][0] * len(c["labels"]) == len(c["x"])]
both = ("cross-entropy", "mse")
body = {
    "torch": torch.__version__.split("+")[0], "slope": 0.2, "learningRate": learning_rate,
    "cases": [
        {"seed": case["seed"], "descents": [descent(case, name, both[(c + a) % 2]) for a, name in enumerate(activations)]}
        for c, case in enumerate(cases)
    ],
}
with open(sys.argv[2], "w") as file:
    json.dump(body, file)
