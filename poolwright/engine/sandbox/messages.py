"""The generated protocol modules, typed as Any here and nowhere else."""

from __future__ import annotations

import importlib
from typing import Any, Final

messages: Final[Any] = importlib.import_module("pulumi.runtime.proto.provider_pb2")
service: Final[Any] = importlib.import_module("pulumi.runtime.proto.provider_pb2_grpc")
engine: Final[Any] = importlib.import_module("pulumi.runtime.proto.engine_pb2")
engine_service: Final[Any] = importlib.import_module("pulumi.runtime.proto.engine_pb2_grpc")
status: Final[Any] = importlib.import_module("pulumi.runtime.proto.status_pb2")
plugins: Final[Any] = importlib.import_module("pulumi.runtime.proto.plugin_pb2")
_empty: Final[Any] = importlib.import_module("google.protobuf.empty_pb2")


def plugin_info(version: str) -> Any:
    """The answer to GetPluginInfo."""
    return plugins.PluginInfo(version=version)


def empty() -> Any:
    """The message without content."""
    return _empty.Empty()
