"""More of what PyTorch's CPU generator draws: other seeds and sizes than generate.py's, biased layers, data first.

Usage: ATEN_CPU_CAPABILITY=avx2 python3 generate-random.py OUT_FILE

Made with the wheel of PyTorch 1.13.1 on x86 with AVX2 and FMA. The builds of that version differ where a norm is taken
over d numbers with d mod 8 >= 4, by one unit in the last place; no such d is used here.
"""
import json
import math
import sys

import torch

torch.set_num_threads(1)


def flat(tensor):
    return tensor.reshape(-1).tolist()


def shuffled(xs, ys):
    x, y = torch.cat(xs), torch.cat(ys)
    order = torch.randperm(len(y))
    return x[order], y[order]


def labels(count, k):
    return torch.full((count,), k, dtype=torch.long)


def gaussian_mixture(n, d, classes, separation):
    centres = torch.randn(classes, d)
    centres = centres / centres.norm(dim=1, keepdim=True) * (separation * math.sqrt(d))
    counts = [n // classes + (1 if k < n % classes else 0) for k in range(classes)]
    xs = [centres[k].unsqueeze(0) + torch.randn(count, d) for k, count in enumerate(counts)]
    return shuffled(xs, [labels(count, k) for k, count in enumerate(counts)])


def xor(n):
    x = torch.randn(n, 2)
    return x, ((x[:, 0] > 0) ^ (x[:, 1] > 0)).long()


def spheres(n, d):
    xs, ys = [], []
    for k, (count, radius) in enumerate([(n // 2, 1.0), (n - n // 2, 2.0)]):
        v = torch.randn(count, d)
        xs.append(v / v.norm(dim=1, keepdim=True) * radius + 0.1 * torch.randn(count, d))
        ys.append(labels(count, k))
    return shuffled(xs, ys)


def layers(widths, bias):
    linears = [torch.nn.Linear(i, o, bias=bias) for i, o in zip(widths, widths[1:])]
    return [flat(p.detach()) for linear in linears for p in linear.parameters()]


def streams(seed):
    torch.manual_seed(seed)
    calls = [{"call": "normal", "size": n, "values": torch.randn(n).tolist()} for n in (1, 17, 3, 15, 32, 47, 2)]
    calls += [{"call": "uniform", "low": a, "high": b, "size": 5, "values": torch.empty(5).uniform_(a, b).tolist()}
              for a, b in ((-0.3, 0.7), (0.1, 0.3), (0.01, 5.3), (2.7, 2.9))]
    calls += [{"call": "permutation", "size": n, "values": torch.randperm(n).tolist()} for n in (0, 1, 2, 33)]
    calls.append({"call": "normal", "size": 5, "values": torch.randn(5).tolist()})
    return {"seed": seed, "calls": calls}


def case(seed, kind, options, widths, bias, order):
    torch.manual_seed(seed)
    draw = {"gaussian-mixture": gaussian_mixture, "xor": xor, "spheres": spheres}[kind]
    if order == "model-first":
        parameters = layers(widths, bias)
    x, y = draw(**options)
    if order == "data-first":
        parameters = layers(widths, bias)
    return {"seed": seed, "data": {"kind": kind, **options}, "widths": widths, "bias": bias, "order": order,
            "parameters": parameters, "x": flat(x), "labels": y.tolist()}


def mixture(n, d, classes, separation):
    return {"n": n, "d": d, "classes": classes, "separation": separation}


body = {
    "torch": torch.__version__.split("+")[0],
    "streams": [streams(seed) for seed in (0, 1, 512, 2**31, 2**32 - 1)],
    "cases": [
        case(256, "gaussian-mixture", mixture(23, 10, 4, 1.5), [10, 3, 4], True, "model-first"),
        case(512, "gaussian-mixture", mixture(5, 2, 7, 0.7), [2, 5, 7], False, "data-first"),
        case(1024, "gaussian-mixture", mixture(7, 1, 2, 3.0), [1, 2], True, "data-first"),
        case(2**32 - 1, "gaussian-mixture", mixture(9, 33, 3, 2.0), [3, 3], False, "model-first"),
        case(1, "xor", {"n": 7}, [2, 6, 2], True, "model-first"),
        case(2, "xor", {"n": 45}, [2, 3, 3, 2], False, "data-first"),
        case(3, "spheres", {"n": 21, "d": 3}, [3, 4, 2], True, "model-first"),
        case(4, "spheres", {"n": 1, "d": 8}, [8, 2], True, "data-first"),
        case(5, "spheres", {"n": 9, "d": 17}, [17, 2, 2], False, "model-first"),
    ],
    "linspace": [{"n": n, "x": torch.linspace(-1, 1, n, dtype=torch.float64).tolist()} for n in (2, 3, 7, 8, 13, 31, 50, 100)],
}
with open(sys.argv[1], "w") as file:
    json.dump(body, file)
