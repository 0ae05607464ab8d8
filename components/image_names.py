"""Addresses of images."""

from __future__ import annotations


def pinned(reference: str, digest: str | None) -> str:
    """An image of another registry, by its digest where there is one."""
    return reference if digest is None else f"{_without_tag(reference)}@{digest}"


def _without_tag(reference: str) -> str:
    """`registry:5000/name:tag` → `registry:5000/name`: a colon before the last slash is a port."""
    head, slash, tail = reference.rpartition("/")
    return f"{head}{slash}{tail.partition(':')[0]}"
