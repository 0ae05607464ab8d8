"""Joint blocks: machines of one type that are started together in the joint program, and what their replicas earn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.model.compute.rows import least_in_all

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
_MOST_OF_A_VARIANT = 256
"""Of one variant on a machine: more have no value of their own in a search, but at the price of these."""


@dataclass(frozen=True)
class Block:
    """Machines of one type and filling that are started together."""

    machines: int
    usd: float
    """An hour, of all of them."""
    share: Floats
    """By row: of what is required."""


@dataclass(frozen=True)
class Kind:
    """Blocks that count alike in every row."""

    machines: int
    """In a block."""
    places: Integers
    """Numbers of the machines."""
    counts: Integers
    """By row: machines that count."""
    fit: Integers
    """By variant: the most replicas that any of the machines has room for."""


def in_all(required: Sequence[int], zones: int) -> tuple[int, ...]:
    return tuple(least_in_all(each, zones) for each in required)


def earnings(worth: Integers, kind: Kind, required: Integers, duals: Floats) -> Floats:
    """Variants × number of replicas on each machine of a block: what they earn, at `duals` for whole requirements.

    Concave in the number; what lies beyond the last number is worth no more than it.
    """
    each = worth * kind.counts[:, np.newaxis]
    useful = (each > 0) & (required > 0)[:, np.newaxis]
    enough = np.where(useful, -(-required[:, np.newaxis] // np.maximum(each, 1)), 0).max(axis=0, initial=0)
    # More than what fits is on no machine: of a service of hundreds of replicas a machine earns what it holds.
    enough = np.minimum(enough, kind.fit)
    most = int(min(enough.max(initial=1), _MOST_OF_A_VARIANT)) or 1
    number = np.minimum(np.arange(most + 1), enough[:, np.newaxis])
    # A filling may have more than the last number: that one then stands for all it could earn.
    number[:, -1] = enough
    share = np.minimum(each[:, :, np.newaxis] * number, required[:, np.newaxis, np.newaxis])
    usd = duals / np.maximum(required, 1)
    value: Floats = np.einsum("r,rvn->vn", usd, share.astype(np.float64))
    beyond = enough > most
    if beyond.any():
        value[beyond] = _concave(value[beyond])
    return value


def _concave(value: Floats) -> Floats:
    """Straight lines from nothing to the last number where that is above the values: an upper bound."""
    number: Integers = np.arange(value.shape[1], dtype=np.int64)
    return np.maximum(value, value[:, -1:] * number / number[-1])


def enough_of(value: Floats) -> Integers:
    """By variant: the fewest replicas that earn the most."""
    found: Integers = np.argmax(value >= value[:, -1:] * (1 - 1e-12), axis=1).astype(np.int64)
    return found
