"""The gamma distribution: its cumulative probability and the inverse of that, in plain Python.

Regularised lower incomplete gamma function P(a, x) by series below a + 1 and by Lentz's continued
fraction above it (DLMF 8.7.1 and 8.9.2); the inverse by Newton's steps kept inside a bracket.
"""

from functools import lru_cache
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

STEPS_MOST = 10_000
"""Of a series or fraction; it needs about the square root of `a` of them."""
NEWTON_MOST = 100
EXACT = 1e-13
TINY = 1e-300


def lower(shape: float, x: float) -> float:
    """P(shape, x): the probability that a Gamma(shape, rate 1) value is at most `x`."""
    if shape <= 0:
        raise ValueError(f"a shape is above 0, not {shape!r}")
    if x <= 0:
        return 0.0
    scale = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        return scale * _series(shape, x)
    return 1.0 - scale * _fraction(shape, x)


@lru_cache(maxsize=8192)
def quantile(probability: float, shape: float) -> float:
    """The `x` for which P(shape, x) is `probability`, to about 12 digits."""
    if not 0 < probability < 1:
        raise ValueError(f"a probability is between 0 and 1, not {probability!r}")
    low, high = 0.0, _above(probability, shape)
    x = min(max(_wilson_hilferty(probability, shape), high * 1e-6), high)
    for _ in range(NEWTON_MOST):
        over = lower(shape, x) - probability
        low, high = (low, x) if over > 0 else (x, high)
        density = exp((shape - 1) * log(x) - x - lgamma(shape))
        step = x - over / max(density, TINY)
        wanted = step if low < step < high else (low + high) / 2
        if abs(wanted - x) <= EXACT * x:
            return wanted
        x = wanted
    return x


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    for number in range(1, STEPS_MOST):
        term *= x / (shape + number)
        total += term
        if term < total * EXACT:
            break
    return total


def _fraction(shape: float, x: float) -> float:
    b = x + 1 - shape
    c, d = 1 / TINY, 1 / b
    total = d
    for number in range(1, STEPS_MOST):
        a = number * (shape - number)
        b += 2
        d = 1 / (a * d + b or TINY)
        c = b + a / c or TINY
        total *= c * d
        if abs(c * d - 1) < EXACT:
            break
    return total


def _above(probability: float, shape: float) -> float:
    """An upper bracket: doubled until the probability lies below it."""
    high = shape + 1
    while lower(shape, high) < probability:
        high *= 2
    return high


def _wilson_hilferty(probability: float, shape: float) -> float:
    """A first guess: the cube root of a gamma value is nearly normal."""
    spread = NormalDist().inv_cdf(probability) / (3 * sqrt(shape))
    return float(shape * (1 - 1 / (9 * shape) + spread) ** 3)
