"""Kept within: a plan for one site that was made from a lock, held to the gap of all that it costs.

What a plan may cost more for the sake of changing less is judged while the machines are chosen, before the network and
the security around them are (`solver/model/compute/leeway.py`). Where the whole then lies above the gap and the best
plan found might not, it is planned again with what the other pools cost as they are now known; and where that is not
enough, from nothing, with nothing on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from solver.model.compute.leeway import Standing
from solver.model.site import SiteAnswer

_ROUNDING = 1e-9


def kept_within(
    answer: SiteAnswer, standing: Standing, gap: float, again: Callable[[Standing], SiteAnswer]
) -> SiteAnswer:
    """The answer; or the first of those planned again that is within the gap, where the approved plan is why it isn't.

    Where none is, the one that is proved best.
    """
    answers = [answer]
    for other in _stricter(answer, standing, gap):
        if not _may_be_within(answers[-1], gap):
            break
        answers.append(again(other))
    return min(answers, key=lambda each: max(gap, _gap(each)))


def _stricter(answer: SiteAnswer, standing: Standing, gap: float) -> Iterator[Standing]:
    yield replace(standing, besides_usd_per_month=_besides(answer, gap))
    yield replace(standing, is_followed=False)


def _besides(answer: SiteAnswer, gap: float) -> float:
    """What the other pools cost, less what they may cost above their own bound: the gap is used up by that too."""
    compute = answer.compute
    usd = sum(line.usd_per_month for line in compute.lines) + answer.surcharge_usd_per_month
    unproved = (answer.usd_per_month - usd) - (answer.bound_usd_per_month - compute.bound_usd_per_month)
    return answer.usd_per_month - usd - max(0.0, unproved) / gap


def _may_be_within(answer: SiteAnswer, gap: float) -> bool:
    if _gap(answer) <= gap + _ROUNDING:
        return False
    return answer.compute.is_begun or _gap(answer, answer.compute.spare_usd_per_month) <= gap


def _gap(answer: SiteAnswer, less_usd_per_month: float = 0.0) -> float:
    usd = answer.usd_per_month - less_usd_per_month
    return (usd - answer.bound_usd_per_month) / usd if usd > 0 else 0.0
