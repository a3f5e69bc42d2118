"""Descents from the seed alone by PyTorch's autograd, optimizers and schedules in float64: learning rates up to the edge,
up to seven matrices, every optimizer with a schedule. Each case is a spec, as `rxdescent run` takes it.

Usage: ATEN_CPU_CAPABILITY=avx2 python3 generate-trajectories.py OUT_FILE

C_l = |W_(l+1)|^2 - |W_l|^2 - |b_l|^2, S_l the sum of the same of the gradients. The ends of the spectrum are those of the
dense Hessian after the last step. Where `edge` is said, the rate is that share of 2/lambda_max at the start, and the case
is refused if eta * lambda_max reaches 2 at a multiple of 25 steps: beyond it rounding grows without bound. Mixtures and spheres have d <= 15,
where every build of PyTorch takes the same norms. Made with PyTorch 2.15.0.
"""
import json
import math
import sys
import warnings

import torch
from balance import laws
from torch.nn import functional as F
from torch.optim import lr_scheduler as schedulers

torch.set_num_threads(1)
warnings.filterwarnings("ignore")
F64 = torch.float64

activations = {
    "identity": lambda z: z, "relu": torch.relu, "leaky-relu": lambda z: F.leaky_relu(z, -0.5), "tanh": torch.tanh,
    "sigmoid": torch.sigmoid, "softplus": lambda z: F.softplus(z, threshold=1e9), "silu": F.silu, "gelu": F.gelu,
}


def shuffled(xs, ys):
    x, y = torch.cat(xs), torch.cat(ys)
    order = torch.randperm(len(y))
    return x[order], y[order]


def mixture(n, d, classes, separation):
    centres = torch.randn(classes, d)
    centres = centres / centres.norm(dim=1, keepdim=True) * (separation * math.sqrt(d))
    counts = [n // classes + (1 if k < n % classes else 0) for k in range(classes)]
    xs = [centres[k].unsqueeze(0) + torch.randn(count, d) for k, count in enumerate(counts)]
    return shuffled(xs, [torch.full((count,), k) for k, count in enumerate(counts)])


def xor(n):
    x = torch.randn(n, 2)
    return x, ((x[:, 0] > 0) ^ (x[:, 1] > 0)).long()


def spheres(n, d):
    xs = []
    for count, radius in ((n // 2, 1.0), (n - n // 2, 2.0)):
        v = torch.randn(count, d)
        xs.append(v / v.norm(dim=1, keepdim=True) * radius + 0.1 * torch.randn(count, d))
    return shuffled(xs, [torch.zeros(n // 2).long(), torch.ones(n - n // 2).long()])


def chebyshev(n, degree):
    x = torch.linspace(-1, 1, n, dtype=F64)[:, None]
    return x, torch.cos(degree * torch.arccos(x))


def drawn(spec, seed):
    torch.manual_seed(seed)
    options = {key: value for key, value in spec["data"].items() if key != "kind"}
    kind, model = spec["data"]["kind"], spec["model"]
    draw = {"gaussian-mixture": mixture, "xor": xor, "spheres": spheres, "chebyshev": chebyshev}[kind]
    first, last = {"chebyshev": (1, 1), "xor": (2, 2)}.get(kind) or (options["d"], options.get("classes", 2))
    widths = [first, *model["hidden"], last]

    def layers():
        linears = [torch.nn.Linear(i, o, bias=model["bias"]) for i, o in zip(widths, widths[1:])]
        return [p.detach().to(F64) for linear in linears for p in linear.parameters()]

    if spec["order"] == "data-first":
        x, y = draw(**options)
        return layers(), x.to(F64), y, last
    theta = layers()
    x, y = draw(**options)
    return theta, x.to(F64), y, last


def risk(spec, x, y, last):
    stride, sigma = 2 if spec["model"]["bias"] else 1, activations[spec["model"]["activation"]]
    target = y if y.dtype == F64 else F.one_hot(y, last).to(F64)

    def value(blocks):
        h = x
        for i in range(0, len(blocks), stride):
            h = h @ blocks[i].T + (blocks[i + 1] if stride == 2 else 0)
            h = sigma(h) if i + stride < len(blocks) else h
        return F.cross_entropy(h, y) if spec["loss"] == "cross-entropy" else F.mse_loss(h, target)

    return value


def spectrum(value, blocks):
    sizes = [b.numel() for b in blocks]
    flat = torch.cat([b.detach().reshape(-1) for b in blocks])
    split = lambda t: [part.reshape(b.shape) for part, b in zip(torch.split(t, sizes), blocks)]
    H = torch.autograd.functional.hessian(lambda t: value(split(t)), flat)
    return torch.linalg.eigvalsh((H + H.T) / 2)


def schedule(options, optimizer, rate, steps):
    kind = options["kind"]
    if kind == "step":
        return schedulers.StepLR(optimizer, options["every"], options["factor"])
    if kind == "cosine":
        return schedulers.CosineAnnealingLR(optimizer, steps, eta_min=options.get("floor", 0) * rate)
    warm, after = options["steps"], options.get("next", {"kind": "step", "every": steps, "factor": 0.5})
    rise = schedulers.LinearLR(optimizer, start_factor=1 / warm, total_iters=warm - 1)
    return schedulers.SequentialLR(optimizer, [rise, schedule(after, optimizer, rate, steps - warm)], [warm])


def optimizer_of(options, parameters, rate):
    kind, w = options["kind"], options.get("weightDecay", 0)
    if kind in ("gd", "momentum"):
        beta = options.get("beta", 0.9) if kind == "momentum" else 0
        rest = {"dampening": options.get("dampening", 0), "nesterov": options.get("nesterov", False)}
        return torch.optim.SGD(parameters, lr=rate, momentum=beta, weight_decay=w, **rest)
    if kind == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=rate, alpha=options["beta2"], eps=options["epsilon"])
    moments = {"lr": rate, "betas": (options["beta1"], options["beta2"]), "eps": options["epsilon"]}
    return torch.optim.Adam(parameters, **moments) if kind == "adam" else torch.optim.AdamW(parameters, weight_decay=w, **moments)


def descent(spec, seed, rate=None, edge=None):
    theta, x, y, last = drawn(spec, seed)
    value, stride, steps = risk(spec, x, y, last), 2 if spec["model"]["bias"] else 1, spec["steps"]
    if edge:
        rate = float(f"{2 * edge / float(spectrum(value, theta)[-1]):.6g}")
    blocks = [b.clone().requires_grad_() for b in theta]
    optimizer = optimizer_of(spec["optimizer"], blocks, rate)
    plan = spec["optimizer"].get("schedule")
    plan = plan and schedule(plan, optimizer, rate, steps)
    start, sums, points = laws(blocks, stride), [0.0] * len(spec["model"]["hidden"]), []
    for t in range(steps + 1):
        optimizer.zero_grad()
        loss = value(blocks)
        loss.backward()
        if t in (1, steps // 10, steps // 2, steps):
            drift = [c - c0 for c, c0 in zip(laws(blocks, stride), start)]
            eta = optimizer.param_groups[0]["lr"]
            points.append({"step": t, "learningRate": eta, "loss": loss.item(), "drift": drift, "imbalanceSum": list(sums)})
        if edge and t % 25 == 0 and rate * float(spectrum(value, blocks)[-1]) >= 2:
            raise SystemExit(f"seed {seed}: beyond the edge at step {t}")
        if t == steps:
            break
        sums = [s + d for s, d in zip(sums, laws([b.grad for b in blocks], stride))]
        optimizer.step()
        if plan:
            plan.step()
    ends = spectrum(value, blocks)
    spec = {**spec, "grid": {"learningRate": [rate], "seed": [seed]}}
    return {"spec": spec, "points": points, "top": ends[-3:].flip(0).tolist(), "bottom": ends[:3].tolist()}


def spec(data, hidden, activation, loss, bias=False, order="model-first", steps=300, optimizer=None):
    kind, *numbers = data
    names = {"gaussian-mixture": ("n", "d", "classes", "separation"), "xor": ("n",), "spheres": ("n", "d"), "chebyshev": ("n", "degree")}
    model = {"kind": "mlp", "hidden": hidden, "activation": activation, "bias": bias}
    if activation == "leaky-relu":
        model["slope"] = -0.5
    return {
        "name": "trajectory", "question": "Is it PyTorch's?", "data": {"kind": kind, **dict(zip(names[kind], numbers))},
        "model": model, "loss": loss, "optimizer": optimizer or {"kind": "gd"}, "steps": steps, "order": order,
    }


CE, MSE, FIRST = "cross-entropy", "mse", "data-first"
moments = {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}
cosine, step = {"kind": "cosine", "floor": 0.1}, {"kind": "step", "every": 60, "factor": 0.5}
cases = [
    descent(spec(("xor", 41), [], "relu", CE, bias=True), 0, edge=0.8),
    descent(spec(("gaussian-mixture", 50, 12, 6, 0.5), [9], "gelu", MSE, bias=True, order=FIRST), 2**31, edge=0.3),
    descent(spec(("spheres", 31, 9), [8, 7, 6, 5, 4, 3], "tanh", CE), 2**32 - 1, rate=0.02),
    descent(spec(("chebyshev", 15, 5), [12, 9], "softplus", MSE, bias=True), 7, edge=0.6),
    descent(spec(("gaussian-mixture", 60, 15, 5, 2), [16], "relu", CE, steps=1000), 99, rate=1.0),
    descent(spec(("gaussian-mixture", 33, 7, 4, 1), [10, 10], "leaky-relu", MSE), 31337, edge=0.15),
    descent(spec(("xor", 40), [5, 6, 7, 8], "identity", MSE), 2**31 + 1, edge=0.05),
    descent(spec(("spheres", 24, 14), [11, 4], "silu", MSE, order=FIRST, optimizer={
        "kind": "gd", "weightDecay": 0.05, "schedule": {"kind": "warmup", "steps": 30, "next": cosine}}), 5, rate=0.2),
    descent(spec(("gaussian-mixture", 30, 5, 3, 1), [8], "relu", CE, bias=True, optimizer={
        "kind": "momentum", "beta": 0.8, "nesterov": True, "weightDecay": 0.01, "schedule": step}), 6, rate=0.02),
    descent(spec(("gaussian-mixture", 30, 5, 3, 1), [7, 6], "sigmoid", MSE, optimizer={
        "kind": "momentum", "beta": 0.9, "dampening": 0.5, "weightDecay": 0.02, "schedule": cosine}), 8, rate=0.1),
    descent(spec(("xor", 25), [9], "tanh", CE, optimizer={
        "kind": "rmsprop", "beta2": 0.9, "epsilon": 1e-3, "schedule": {"kind": "warmup", "steps": 20}}), 9, rate=1e-3),
    descent(spec(("spheres", 20, 6), [6, 5], "gelu", CE, optimizer={"kind": "adam", **moments, "schedule": cosine}), 10, rate=2e-3),
    descent(spec(("gaussian-mixture", 30, 5, 3, 1), [8], "silu", MSE, bias=True, optimizer={
        "kind": "adamw", **moments, "weightDecay": 0.2, "schedule": {"kind": "warmup", "steps": 25, "next": step}}), 11, rate=2e-3),
]
with open(sys.argv[1], "w") as file:
    json.dump({"torch": torch.__version__.split("+")[0], "cases": cases}, file, separators=(",", ":"))
