"""How the project's program is run in this process."""

from __future__ import annotations

import asyncio

import pulumi
import pytest

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
