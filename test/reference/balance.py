"""What is conserved: of every pair of layers C_l = |W_(l+1)|^2 - |W_l|^2 - |b_l|^2, of blocks W_1, b_1, W_2, ... (stride 2) or
W_1, W_2, ... (stride 1); of gradients the same sum is their imbalance."""


def square(t):
    return float((t.detach() ** 2).sum())


def laws(blocks, stride):
    weights, biases = blocks[::stride], blocks[1::2] if stride == 2 else []
    pairs = [square(b) - square(a) for a, b in zip(weights, weights[1:])]
    return [c - square(b) for c, b in zip(pairs, biases)] if stride == 2 else pairs
