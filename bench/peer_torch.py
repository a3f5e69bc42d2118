"""The peer: one PyTorch process that times what it is asked for on standard input, one JSON request a line.

Request:  {"job": "i", "what": "step" | "product" | "e05" | "e05 sharpness" | "drift", "how": "autograd" | "manual", "dtype": "float64" | "float32",
           "threads": 1 | 0 (PyTorch's default), "count": 200}
Answer:   {"ms": milliseconds per step or product, or per training of all of E5}; of "drift" {"drift": of |W_2|^2 - |W_1|^2
          over `count` steps at the rate "rate"}, both norms summed in float64

A step is plain gradient descent with everything brought back that the other side measures: the loss, |W_l|^2 and |G_l|^2
of every layer, every step. A product is one exact Hessian-vector product from scratch, forward and backward included.
E5 is the loop that a person would write for it, one run after the other: 10 rates, 5 seeds, 2000 such steps each; with
sharpness, 30 power iterations on products at every 50th step besides.
"""
import json
import sys
import time

import torch

JOBS = {
    "tiny": (32, [4, 16, 1]),
    "i": (200, [20, 64, 5]),
    "ii": (200, [20, 256, 5]),
    "iii": (1000, [784, 128, 10]),
    "iv": (2000, [20, 32, 32, 32, 32, 5]),
}
LEARNING_RATE = 1e-3
DEFAULT_THREADS = torch.get_num_threads()


def problem(job, dtype):
    n, widths = JOBS[job]
    torch.manual_seed(0)
    weights = [torch.nn.Linear(i, o, bias=False).weight.detach().to(dtype) for i, o in zip(widths, widths[1:])]
    return weights, torch.randn(n, widths[0]).to(dtype), torch.randn(n, widths[-1]).to(dtype)


def forward(weights, x):
    for w in weights[:-1]:
        x = torch.relu(x @ w.T)
    return x @ weights[-1].T


def measured(loss, weights, grads):
    return loss.item(), [float((w * w).sum()) for w in weights], [float((g * g).sum()) for g in grads]


def autograd_steps(job, dtype, count):
    weights, x, y = problem(job, dtype)
    weights = [w.requires_grad_() for w in weights]
    for _ in range(count):
        loss = ((forward(weights, x) - y) ** 2).mean()
        grads = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            measured(loss, weights, grads)
            for w, g in zip(weights, grads):
                w -= LEARNING_RATE * g


@torch.no_grad()
def manual_steps(job, dtype, count):
    weights, x, y = problem(job, dtype)
    for _ in range(count):
        hs = [x]
        for w in weights[:-1]:
            hs.append(torch.relu(hs[-1] @ w.T))
        r = hs[-1] @ weights[-1].T - y
        loss = (r * r).mean()
        delta = r.mul_(2 / r.numel())
        grads = [None] * len(weights)
        for l in range(len(weights) - 1, -1, -1):
            grads[l] = delta.T @ hs[l]
            if l:
                delta = (delta @ weights[l]).mul_(hs[l] > 0)
        measured(loss, weights, grads)
        for w, g in zip(weights, grads):
            w -= LEARNING_RATE * g


def products(job, dtype, count):
    weights, x, y = problem(job, dtype)
    weights = [w.requires_grad_() for w in weights]
    vs = [torch.ones_like(w) for w in weights]
    for _ in range(count):
        loss = ((forward(weights, x) - y) ** 2).mean()
        grads = torch.autograd.grad(loss, weights, create_graph=True)
        torch.autograd.grad(grads, weights, vs)


@torch.no_grad()
def drift(job, dtype, count, rate):
    weights, x, y = problem(job, dtype)
    first, second = weights

    def balance():
        return float((second.double() ** 2).sum() - (first.double() ** 2).sum())

    before = balance()
    for _ in range(count):
        h = torch.relu(x @ first.T)
        delta = 2 / y.numel() * (h @ second.T - y)
        below = (delta @ second) * (h > 0)
        second -= rate * (delta.T @ h)
        first -= rate * (below.T @ x)
    return balance() - before


RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 5e-1, 1.0]
SEEDS = [42, 137, 256, 512, 1024]


def power_iteration(grads, weights, count=30):
    vs = [torch.randn_like(w) for w in weights]
    for _ in range(count):
        norm = sum((v * v).sum() for v in vs).sqrt()
        vs = [v / norm for v in vs]
        products = torch.autograd.grad(grads, weights, vs, retain_graph=True)
        eigenvalue = sum((v * p).sum() for v, p in zip(vs, products)).item()
        vs = products
    return eigenvalue


def e05(dtype, sharpness):
    for seed in SEEDS:
        for rate in RATES:
            torch.manual_seed(seed)
            weights = [torch.nn.Linear(i, o, bias=False).weight.detach().to(dtype) for i, o in [(20, 64), (64, 5)]]
            weights = [w.requires_grad_() for w in weights]
            centres = torch.nn.functional.normalize(torch.randn(5, 20), dim=1) * 2 * 20**0.5
            labels = torch.randint(5, (200,))
            x = (centres[labels] + torch.randn(200, 20)).to(dtype)
            for step in range(2001):
                loss = torch.nn.functional.cross_entropy(forward(weights, x), labels)
                curved = sharpness and step % 50 == 0
                grads = torch.autograd.grad(loss, weights, create_graph=curved)
                if curved:
                    power_iteration(grads, weights)
                with torch.no_grad():
                    measured(loss, weights, grads)
                    for w, g in zip(weights, grads):
                        w -= rate * g


def main():
    print(json.dumps({"torch": torch.__version__, "threads": DEFAULT_THREADS}), flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        torch.set_num_threads(ask["threads"] or DEFAULT_THREADS)
        dtype = getattr(torch, ask["dtype"])
        if ask["what"] == "drift":
            print(json.dumps({"drift": drift(ask["job"], dtype, ask["count"], ask["rate"])}), flush=True)
            continue
        if ask["what"].startswith("e05"):
            start = time.perf_counter()
            e05(dtype, ask["what"] == "e05 sharpness")
            print(json.dumps({"ms": 1e3 * (time.perf_counter() - start)}), flush=True)
            continue
        work = products if ask["what"] == "product" else autograd_steps if ask["how"] == "autograd" else manual_steps
        work(ask["job"], dtype, max(3, ask["count"] // 10))
        start = time.perf_counter()
        work(ask["job"], dtype, ask["count"])
        print(json.dumps({"ms": 1e3 * (time.perf_counter() - start) / ask["count"]}), flush=True)


main()
