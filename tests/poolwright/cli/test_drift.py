"""`poolwright drift` as a user types it; what the engine reads is made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolwright.cli import engine_commands, main
from poolwright.engine.refreshed import Reading

ROOT = Path(__file__).resolve().parents[3]


def _vpc(**now: object) -> Reading:
    known = {"tags": {"Name": "dev-main"}, "ownerId": "123456789012"}
    return Reading(
        urn="urn:x::vpc",
        type="aws:ec2/vpc:Vpc",
        name="vpc",
        id="vpc-1",
        inputs={"tags": known["tags"]},
        known=known,
        now={**known, **now},
    )


@pytest.mark.parametrize(
    ("now", "code", "by"),
    [({}, 0, []), ({"ownerId": "210987654321"}, 0, ["cloud"]), ({"tags": {"Name": "eve"}}, 5, ["hand"])],
)
def test_someones_hand_ends_with_5_and_the_clouds_own_change_with_0(
    now: dict[str, object],
    code: int,
    by: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def read_anew(stack: str, *, cloud: str) -> tuple[Reading, ...]:
        return (_vpc(**now),)

    monkeypatch.setattr(engine_commands, "read_anew", read_anew)
    monkeypatch.chdir(ROOT)
    assert main.run(["drift", "dev", "--json"]) == code
    report = json.loads(capsys.readouterr().out)
    assert report["schema_version"] == 1
    assert report["passed"] is (code == 0)
    assert [record["by"] for record in report["differences"]] == by
    assert main.run(["drift", "dev"]) == code
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 resources read: ")
