"""Engine events as plain data."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from poolwright.engine.events import EventReader, change_of, look_up, plain
from poolwright.engine.preview import MASK, UNKNOWN, DiffKind, Operation, Severity

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "AAAA"}


def _event(**parts: Any) -> Any:
    kinds = ("resource_pre_event", "res_outputs_event", "res_op_failed_event", "diagnostic_event", "policy_event")
    return SimpleNamespace(**{kind: parts.get(kind) for kind in kinds})


def _state(inputs: dict[str, Any] | None = None, **more: Any) -> Any:
    plain_values: dict[str, Any] = {
        "outputs": {},
        "parent": "urn:parent",
        "protect": False,
        "retain_on_delete": False,
        "id": "",
    }
    return SimpleNamespace(**{"inputs": inputs or {}, **plain_values, **more})


def _step(
    operation: str,
    name: str = "a",
    *,
    old: Any = None,
    new: Any = None,
    keys: list[str] | None = None,
    diffs: list[str] | None = None,
    detailed: dict[str, tuple[str, bool]] | None = None,
    kind: str = "aws:s3/bucket:Bucket",
) -> Any:
    detailed_diff = {
        path: SimpleNamespace(diff_kind=change, input_diff=is_input)
        for path, (change, is_input) in (detailed or {}).items()
    }
    return SimpleNamespace(
        metadata=SimpleNamespace(
            op=operation,
            urn=f"urn:pulumi:dev::poolwright::{kind}::{name}",
            type=kind,
            old=old,
            new=new,
            keys=keys,
            diffs=diffs,
            detailed_diff=detailed_diff or None,
        )
    )


def test_changes_come_ordered_by_urn_whatever_order_the_events_had() -> None:
    reader = EventReader("dev")
    for name in ("c", "a", "b"):
        reader.read(_event(resource_pre_event=_step("create", name, new=_state())))

    assert [change.name for change in reader.result().changes] == ["a", "b", "c"]


def test_the_steps_of_a_replacement_are_one_change_with_its_reasons() -> None:
    old, new = _state({"zone": "a", "tags": {"x": "1"}}), _state({"zone": "b", "tags": {"x": "2"}})
    detailed = {"zone": ("update-replace", True), "tags.x": ("update", True)}
    reader = EventReader("dev")
    reader.read(
        _event(resource_pre_event=_step("create-replacement", old=old, new=new, keys=["zone"], detailed=detailed))
    )
    reader.read(_event(resource_pre_event=_step("replace", old=old, new=new, keys=["zone"], detailed=detailed)))
    reader.read(_event(resource_pre_event=_step("delete-replaced", old=old)))

    [change] = reader.result().changed
    assert change.operation is Operation.REPLACE
    assert change.replace_reasons == ("zone",)
    assert [(item.path, item.old, item.new) for item in change.properties] == [("tags.x", "1", "2"), ("zone", "a", "b")]


def test_a_deletion_before_its_replacement_does_not_hide_why() -> None:
    old, new = _state({"zone": "a"}), _state({"zone": "b"})
    detailed = {"zone": ("update-replace", True)}
    reader = EventReader("dev")
    reader.read(_event(resource_pre_event=_step("delete-replaced", old=old)))
    reader.read(_event(resource_pre_event=_step("replace", old=old, new=new, detailed=detailed)))

    assert reader.result().changed[0].replace_reasons == ("zone",)


def test_without_details_the_changed_keys_alone_are_compared() -> None:
    old, new = _state({"size": 1, "gone": "x"}), _state({"size": 2, "fresh": True})
    reader = EventReader("dev")
    reader.read(_event(resource_pre_event=_step("update", old=old, new=new, diffs=["size", "gone", "fresh"])))

    properties = reader.result().changed[0].properties
    assert [(item.path, item.kind, item.old, item.new) for item in properties] == [
        ("fresh", DiffKind.ADD, None, True),
        ("gone", DiffKind.REMOVE, "x", None),
        ("size", DiffKind.CHANGE, 1, 2),
    ]


def test_a_change_outside_pulumi_is_compared_with_the_outputs() -> None:
    old = _state({"desired": 1}, outputs={"drift": "seen"})
    reader = EventReader("dev")
    step = _step("update", old=old, new=_state({"drift": "wanted"}), detailed={"drift": ("update", False)})
    reader.read(_event(resource_pre_event=step))

    [item] = reader.result().changed[0].properties
    assert (item.old, item.new) == ("seen", "wanted")


def test_the_providers_that_the_engine_makes_for_itself_are_not_shown() -> None:
    reader = EventReader("dev")
    reader.read(_event(resource_pre_event=_step("create", "default_7_51_1", new=_state(), kind="pulumi:providers:aws")))
    reader.read(_event(resource_pre_event=_step("create", "main", new=_state(), kind="pulumi:providers:aws")))

    assert [change.name for change in reader.result().changes] == ["main"]


def test_the_outputs_of_the_stack_are_kept_and_its_secrets_are_not() -> None:
    reader = EventReader("dev")
    state = _state(outputs={"url": "https://…", "token": SECRET, "soon": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"})
    reader.read(_event(res_outputs_event=_step("same", "poolwright-dev", new=state, kind="pulumi:pulumi:Stack")))

    assert reader.result().outputs == {"soon": UNKNOWN, "token": MASK, "url": "https://…"}


def test_diagnostics_lose_their_colours_and_empty_ones_are_dropped() -> None:
    reader = EventReader("dev")
    for severity, message, ephemeral in [
        ("error", "<{%fg 1%}>broken<{%reset%}>\n", False),
        ("info", "   ", False),
        ("info", "passing by", True),
        ("debug", "inner life", False),
        ("warning", "using pulumi-resource-aws from $PATH at /x/pulumi-resource-aws", False),
        ("info#err", "printed", False),
    ]:
        diagnostic = SimpleNamespace(severity=severity, message=message, ephemeral=ephemeral, urn=None)
        reader.read(_event(diagnostic_event=diagnostic))

    assert [(item.severity, item.message) for item in reader.result().diagnostics] == [
        (Severity.ERROR, "broken"),
        (Severity.INFO, "printed"),
    ]


def test_failed_resources_and_policy_findings_are_told_apart() -> None:
    reader = EventReader("dev")
    reader.read(_event(res_op_failed_event=_step("create", "a", new=_state())))
    policy = SimpleNamespace(
        policy_pack_name="pack",
        policy_name="no-open-port",
        enforcement_level="mandatory",
        message="port 22 is open",
        resource_urn="urn:x",
    )
    reader.read(_event(policy_event=policy))

    result = reader.result()
    assert result.failed == ("urn:pulumi:dev::poolwright::aws:s3/bucket:Bucket::a",)
    assert [(item.policy, item.mandatory) for item in result.findings] == [("pack/no-open-port", True)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "n"),
        ("tags.Name", "x"),
        ('tags["kubernetes.io/role"]', "y"),
        ("rules[1].port", 443),
        ("rules[7].port", None),
        ("missing.deeper", None),
        ("name.deeper", None),
    ],
)
def test_a_property_path_leads_to_its_value_or_to_nothing(path: str, value: object) -> None:
    inputs = {
        "name": "n",
        "tags": {"Name": "x", "kubernetes.io/role": "y"},
        "rules": [{"port": 80}, {"port": 443}],
    }

    assert look_up(inputs, path) == value


def test_plain_text_has_neither_marks_nor_escapes() -> None:
    assert plain("<{%bold%}>a\x1b[31mb\x1b[0m<{%reset%}> ") == "ab"


def test_a_change_holds_what_will_be_and_what_was() -> None:
    change = change_of(
        _step(
            "update",
            old=_state({"size": 1}, outputs={"size": 1, "arn": "arn:x"}, id="thing-1", retain_on_delete=True),
            new=_state({"size": 2, "other": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}),
        ).metadata
    )
    assert change.inputs == {"size": 2, "other": UNKNOWN}
    assert change.before == {"size": 1, "arn": "arn:x"}
    assert change.id == "thing-1"
    assert change.retained
