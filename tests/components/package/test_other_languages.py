"""The package as programs of other languages meet it: its schema, and the engine that asks its plugin."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest

from poolwright.engine.automation import Engine
from poolwright.engine.environment import EngineEnvironment
from poolwright.engine.preview import Operation, Preview
from solver.plan.plan import SitePlan
from solver.plan.security import ClaimAccess
from solver.plan.storage import StoragePlan
from solver.vocabulary import AccessMode
from tests.components import plans
from tests.components.package.locks import lock

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = ROOT / "docs" / "schemas" / "components.schema.json"
PROJECT = f"""\
name: composed
runtime: yaml
stackConfigDir: stacks
plugins:
  providers:
    - name: poolwright
      path: {json.dumps(str(ROOT / "plugin"))}
"""


@pytest.fixture
def environment(tmp_path: Path, sandbox_env: Callable[..., EngineEnvironment]) -> EngineEnvironment:
    root = tmp_path / "composed"
    (root / "stacks").mkdir(parents=True)
    (root / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
    (root / "stacks" / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    return sandbox_env("dev", root=root)


class Foreign(pulumi.ComponentResource):
    """A component as an SDK of any language registers it: a type, plain values and outputs, and no code of its own."""

    handover: pulumi.Output[Any]

    def __init__(self, kind: str, **inputs: Any) -> None:
        properties = {**inputs, "handover": None}
        super().__init__(f"poolwright:index:{kind}", f"main-{kind.lower()}", properties, remote=True)


def operations(preview: Preview) -> Counter[Operation]:
    return Counter(change.operation for change in preview.changes)


def small_site() -> SitePlan:
    """One service, a bucket and a file system that it mounts: something of each pool."""
    site, full = plans.minimal_site(), plans.full_site(protect=False)
    access = (
        ClaimAccess(claim="models", mode=AccessMode.READ),
        ClaimAccess(claim="shared", mode=AccessMode.READ_WRITE),
    )
    shared = full.storage.file_systems[0].model_copy(update={"workloads": ("echo",)})
    storage = StoragePlan(
        protect=False,
        buckets=tuple(bucket for bucket in full.storage.buckets if bucket.key == "models"),
        file_systems=(shared,),
    )
    echo = site.compute.services[0].model_copy(update={"storage": ("models", "shared")})
    role = site.security.roles[0].model_copy(update={"access": access})
    return site.model_copy(
        update={
            "storage": storage,
            "compute": site.compute.model_copy(update={"services": (echo,)}),
            "security": site.security.model_copy(update={"roles": (role,)}),
        }
    )


def test_the_schema_that_the_cli_reads_from_the_plugin_is_the_documented_one(
    environment: EngineEnvironment, request: pytest.FixtureRequest
) -> None:
    answer = subprocess.run(
        ["pulumi", "package", "get-schema", str(ROOT / "plugin")],
        env=environment.complete(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    if request.config.getoption("--update-cases"):
        SCHEMA.write_text(answer.stdout, encoding="utf-8")
    assert json.loads(answer.stdout) == json.loads(SCHEMA.read_text(encoding="utf-8"))


def test_a_program_of_another_language_makes_keeps_and_removes_the_four_pools(environment: EngineEnvironment) -> None:
    text = lock(main=small_site())

    def program() -> None:
        own = {"lock": text, "accountId": plans.ACCOUNT_ID}
        security = Foreign("Security", **own)
        network = Foreign("Network", **own, security=security.handover)
        above: dict[str, Any] = {"security": security.handover, "network": network.handover}
        storage = Foreign("Storage", **own, **above)
        Foreign("Compute", **own, **above, storage=storage.handover)

    engine = Engine(environment, program, lambda text: None)
    made = operations(engine.up())
    assert set(made) == {Operation.CREATE}
    assert set(operations(engine.preview())) == {Operation.SAME}
    # What stands on another component's resources goes before them, or the sandbox refuses as AWS does.
    assert operations(engine.destroy()) == {Operation.DELETE: made[Operation.CREATE]}


def test_a_wrong_lock_is_refused_in_the_components_words(environment: EngineEnvironment) -> None:
    with pytest.raises(Exception, match="line `digest: sha256:…` is missing"):
        Engine(
            environment,
            lambda: cast("Any", Foreign("Site", lock="no lock", accountId=plans.ACCOUNT_ID)),
            lambda text: None,
        ).preview()
