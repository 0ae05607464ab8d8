"""The examples of the pools' pages run as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.recorder import record

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"```python\n(?P<code>.*?)```", re.DOTALL)


@pytest.mark.parametrize(
    ("page", "component"),
    [
        ("pools/network.md", "poolwright:aws:NetworkPool"),
        ("pools/security.md", "poolwright:aws:SecurityPool"),
        ("pools/storage.md", "poolwright:aws:StoragePool"),
        ("pools/compute.md", "poolwright:aws:ComputePool"),
        ("pools/monitoring.md", "poolwright:aws:MonitoringPool"),
        ("components.md", "poolwright:index:Network"),
    ],
)
def test_a_pages_example_builds_its_pool(page: str, component: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (code,) = EXAMPLE.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    recorded = record(lambda: exec(compile(code, page, "exec"), {}))
    assert any(child.parent == recorded.one(component).urn for child in recorded.custom()) or "index" in component
    assert recorded.custom()


def test_the_yaml_example_has_the_types_and_properties_of_the_schema() -> None:
    text = (ROOT / "docs" / "components.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    schema = json.loads((ROOT / "docs" / "schemas" / "components.schema.json").read_text(encoding="utf-8"))
    example: dict[str, Any] = yaml.safe_load(block)
    for resource in example["resources"].values():
        described = schema["resources"][resource["type"]]
        given = set(resource["properties"])
        assert set(described["requiredInputs"]) <= given <= set(described["inputProperties"])
    for key, reference in re.findall(r"\$\{(\w+)\.(\w+)\}", block):
        assert reference in schema["resources"][example["resources"][key]["type"]]["properties"]
