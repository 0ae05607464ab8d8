"""How the project's program is run in this process."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pulumi
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import settings
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from poolwright.engine.program import InlineProgram


def test_debug_messages_of_the_sdk_are_no_calls_to_the_engine_while_the_program_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    class Listening:
        """What the SDK takes for the engine."""

        def Log(self, request: object) -> None:
            asked.append("call")

    monkeypatch.setattr(pulumi.log, "get_engine", Listening)

    def build() -> None:
        pulumi.log.debug("resource registration prepared")
        asked.append("built")

    async def run() -> None:
        program()
        pulumi.log.debug("resource registration successful")
        pulumi.log.warn("heard")

    program = InlineProgram(build)
    asyncio.run(run())
    assert asked == ["built", "call"]

    program.break_off()
    pulumi.log.debug("another's")
    assert asked == ["built", "call", "call"]


# The SDK's generated modules have no types.
messages: Any = engine_pb2
services: Any = engine_pb2_grpc
nothing: Any = empty_pb2.Empty
configured: Any = settings.Settings


def heard(request: object, context: object) -> object:
    return nothing()


def test_an_engine_that_has_the_port_of_one_that_is_gone_is_reached() -> None:
    InlineProgram(lambda: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    message = messages.LogRequest(message="something")
    gone = configured(project="shop", stack="dev", engine=address).engine
    for _ in range(3):
        with pytest.raises(grpc.RpcError):
            gone.Log(message)
    server: Any = grpc.server(ThreadPoolExecutor(1))
    servicer = services.EngineServicer()
    servicer.Log = heard
    services.add_EngineServicer_to_server(servicer, server)
    server.add_insecure_port(address)
    server.start()
    try:
        now = configured(project="shop", stack="dev", engine=address).engine
        assert now.Log(message) == nothing()
    finally:
        server.stop(None)
