"""Keeps of each resource's stack trace the one line of the program that makes the resource.

The SDK sends all frames, those of the interpreter and the event loop among them, and the engine keeps them in the
state: half of a stack's state, written anew at every step of an `up`, with the paths of the machine that ran it. The
place in the program stays, for messages and for whoever asks where a resource comes from.
"""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from types import FrameType
from typing import Any

_CONSTRUCTORS = 3
"""Resource, custom or component resource, and the resource's own class: the first frame beyond is the program's."""


def short_traces() -> None:
    """From now on each resource has one frame; does nothing where another SDK collects its frames otherwise."""
    runtime: Any = importlib.import_module("pulumi.runtime.resource")
    if not hasattr(runtime, "_get_stack_trace"):
        return
    messages: Any = importlib.import_module("pulumi.runtime.proto.source_pb2")

    def one_frame() -> Any:
        frame = _maker(inspect.currentframe())
        path = None if frame is None else Path(frame.f_code.co_filename)
        if frame is None or path is None or not path.is_absolute():
            return messages.StackTrace()
        position = messages.SourcePosition(uri=path.as_uri(), line=frame.f_lineno)
        return messages.StackTrace(frames=[messages.StackFrame(pc=position)])

    runtime._get_stack_trace = one_frame


def _maker(frame: FrameType | None) -> FrameType | None:
    """The frame of the program that called the outermost constructor of the resource being made."""
    seen = 0
    while frame is not None and (seen < _CONSTRUCTORS or _is_of_the_sdk(frame)):
        seen += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    return frame


def _is_of_the_sdk(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0].startswith("pulumi")
