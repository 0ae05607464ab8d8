"""Quoted: a text that a filter has made fit for where a template puts it."""

from __future__ import annotations


class Quoted(str):
    """Text that a filter has made fit for where it stands."""

    __slots__ = ()
