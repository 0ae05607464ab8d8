"""Shapes: many classes as few, for the linear program; alike in requests and in the machines that hold them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_STEPS = (12.0, 8.0, 6.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.5)
"""Steps an octave by which requests are told apart."""


@dataclass(frozen=True)
class Shapes:
    """A partition of the classes."""

    of_class: Integers
    """The shape of each class."""
    order: Integers
    """Classes, those of a shape side by side."""
    starts: Integers
    """Where each shape begins in the order."""

    def totals(self, values: Integers) -> Integers:
        """Sums over the classes of each shape."""
        return np.add.reduceat(values[self.order], self.starts)

    def means(self, values: Floats, weights: Floats) -> Floats:
        """Weighted means over the classes of each shape, along the first axis."""
        weight = np.maximum(weights, 1e-9)[self.order]
        shaped = weight.reshape(-1, *([1] * (values.ndim - 1)))
        sums = np.add.reduceat(values[self.order] * shaped, self.starts, axis=0)
        return sums / np.add.reduceat(shaped, self.starts, axis=0)

    def split(self, shares: Floats, left: Integers) -> Integers:
        """Whole replicas of each class by machine choice, from the shares of their shapes.

        The replicas of a shape stand in a row and the choices take them in turn, so no class is split more than needed.
        """
        amounts = np.zeros((len(left), shares.shape[1]), dtype=np.int64)
        ends = np.append(self.starts[1:], len(self.order))
        for shape in np.flatnonzero(self.totals(left) > 0):
            who = self.order[self.starts[shape] : ends[shape]]
            after = np.cumsum(left[who])
            choices = np.flatnonzero(shares[shape] > 1e-9)
            share = shares[shape, choices]
            cuts = np.rint(np.cumsum(share) / share.sum() * after[-1]).astype(np.int64)
            taken = np.minimum(after[:, None], cuts[None])
            taken = np.diff(taken, axis=0, prepend=0)
            amounts[np.ix_(who, choices)] = np.diff(taken, axis=1, prepend=0)
        return amounts


def shapes_of(request: Integers, holds: NDArray[np.bool_], most: int) -> Shapes:
    """Classes as they are where they are few, else by steps of their requests that leave at most about `most`."""
    classes = len(request)
    labels = np.arange(classes)
    if classes > most:
        _, homes = np.unique(np.packbits(holds, axis=1), axis=0, return_inverse=True)
        logs = np.log2(np.maximum(request, 1))
        for steps in _STEPS:
            keys = np.concatenate([homes.reshape(-1, 1), request == 0, np.rint(logs * steps)], axis=1).astype(np.int64)
            _, labels = np.unique(keys, axis=0, return_inverse=True)
            labels = labels.reshape(-1)
            if labels.max() < most:
                break
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    return Shapes(labels, order, starts)
