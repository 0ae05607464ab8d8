"""Ids of AWS's resources, told from names that people gave."""

from __future__ import annotations

import re

_END = "-([0-9a-f]{8}|[0-9a-f]{17})"


def is_vpc_id(text: str) -> bool:
    """Whether a text is a VPC's id."""
    return re.fullmatch(f"vpc{_END}", text) is not None


def is_subnet_id(text: str) -> bool:
    """Whether a text is a subnet's id."""
    return re.fullmatch(f"subnet{_END}", text) is not None
