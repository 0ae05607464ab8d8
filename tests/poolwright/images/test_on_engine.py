"""Images on a Docker Engine: built once, run as strictly as the stack runs them, pushed by digest."""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from poolwright.images.building import Builder, BuildSettings
from poolwright.images.context import Context
from poolwright.images.engine import architecture_of
from poolwright.images.pip_settings import pip_settings
from poolwright.images.publishing import pushed
from poolwright.images.software import sbom
from poolwright.images.wanted import Wanted
from poolwright.render.dockerfile import Processor, Purpose
from poolwright.render.environment import docker_text
from solver.demand.containers import ImageBuild
from solver.errors import EngineError, Problem
from solver.plan.images import BuiltImage
from solver.plan.lock import lock_of
from solver.vocabulary import ImageTemplate
from tests.components import plans
from tests.poolwright.images.registry import registry
from tests.poolwright.images.test_hostile_texts import PIECES
from tests.poolwright.images.test_templates import TemplateImage

APP = """\
import asyncio

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["path"] == "/slow":
        await asyncio.sleep(1.5)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"yes"})
"""
WHERE = Problem(file="stacks/trial.yaml", line=3, path="workloads.shop.image.build", allowed="")
STRICT: dict[str, Any] = {
    "read_only": True,
    "tmpfs": {"/tmp": "rw,nosuid,nodev"},
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "network_mode": "host",
}


def wanted(root: Path, client: Any, build: ImageBuild) -> Wanted:
    here = architecture_of(client)
    assert here is not None
    template = TemplateImage(
        template=ImageTemplate.PYTHON,
        purpose=Purpose.SERVING,
        processor=Processor.CPU,
        build=build,
        title='a shop, "here" in $HOME',
        port=8080,
        health_path="/healthz",
    )
    return Wanted(
        key="shop.cpu",
        workload="shop",
        variant="cpu",
        architecture=here,
        build=build,
        template=template if build.template else None,
        where=WHERE,
        root=root,
    )


def builder(client: Any, said: list[str]) -> Builder:
    certificates = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    settings = BuildSettings(pip=pip_settings(None, Path(certificates) if certificates else None))
    return Builder(client, stack="poolwright-test-images", say=said.append, settings=settings)


@pytest.fixture(scope="module")
def shop(docker_client: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Wanted, BuiltImage]]:
    """The image of the python template, and what it was made of."""
    root = tmp_path_factory.mktemp("project")
    (root / "app").mkdir()
    (root / "app" / "main.py").write_text(APP, "utf-8")
    image = wanted(root, docker_client, ImageBuild(template=ImageTemplate.PYTHON, app="app", licence="MIT"))
    try:
        built = builder(docker_client, []).build(image, None)
    except EngineError as error:
        if "pip" in str(error):
            pytest.skip(f"no packages of PyPI here: {error}")
        raise
    yield image, built
    docker_client.images.remove(built.image_id, force=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def asked(port: int, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""
    except OSError:
        return 0, b""


def test_an_image_that_the_engine_has_is_not_built_again(shop: tuple[Wanted, BuiltImage], docker_client: Any) -> None:
    image, built = shop
    said: list[str] = []
    assert builder(docker_client, said).build(image, built) == built
    assert said == []


def test_the_image_has_the_labels_of_its_app_and_no_trace_of_pip(
    shop: tuple[Wanted, BuiltImage], docker_client: Any
) -> None:
    found = docker_client.images.get(shop[1].image_id)
    assert found.labels["org.opencontainers.image.title"] == 'a shop, "here" in $HOME'
    assert found.labels["org.opencontainers.image.licenses"] == "MIT"
    config = json.dumps([found.attrs["Config"], found.history()])
    assert "PIP_" not in config
    assert found.attrs["Config"]["User"] == "10001:10001"


def test_it_serves_counts_and_ends_with_what_it_began(shop: tuple[Wanted, BuiltImage], docker_client: Any) -> None:
    port, metrics = free_port(), free_port()
    settings = {"PORT": str(port), "METRICS_PORT": str(metrics), "DRAIN_SECONDS": "0.2"}
    container = docker_client.containers.run(shop[1].image_id, detach=True, environment=settings, **STRICT)
    try:
        until = time.monotonic() + 60
        while asked(port, "/healthz")[0] != 200 and time.monotonic() < until:
            time.sleep(0.1)
        assert asked(port, "/") == (200, b"yes")
        assert b'requests_total{status="200"} 1.0' in asked(metrics, "/metrics")[1]
        assert container.exec_run(["python", "-m", "poolwright.images.runtime.health"]).exit_code == 0
        assert container.exec_run(["touch", "/app/new"]).exit_code != 0
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
            time.sleep(0.3)
            container.stop(timeout=30)
            assert slow.makefile("rb").read().endswith(b"yes")
        assert container.wait()["StatusCode"] == 0
    finally:
        container.remove(force=True)


def test_its_software_is_listed(shop: tuple[Wanted, BuiltImage], docker_client: Any) -> None:
    found = {each["purl"].rpartition("@")[0] for each in sbom(docker_client, "shop.cpu", shop[1])["components"]}
    assert {"pkg:deb/debian/python3", "pkg:pypi/uvicorn"} <= found


def test_an_engine_reads_hostile_labels_as_they_were_meant(docker_client: Any) -> None:
    texts = ["".join(PIECES), " ".join(PIECES), "a\nRUN b", *PIECES]
    lines = " \\\n".join(f'"l{number}"={docker_text(text)}' for number, text in enumerate(texts))
    context = Context(f'FROM scratch\nLABEL {lines}\nCMD ["none"]\n', {})
    image, _ = docker_client.images.build(fileobj=io.BytesIO(context.tar()), custom_context=True, rm=True)
    try:
        meant = {f"l{number}": " ".join(text.split()) for number, text in enumerate(texts)}
        assert image.labels == meant
    finally:
        docker_client.images.remove(image.id, force=True)


def test_what_is_pushed_is_named_by_the_digest_of_the_registry(
    docker_client: Any, small_image: str, tmp_path: Path
) -> None:
    image = wanted(tmp_path, docker_client, ImageBuild(template=ImageTemplate.PYTHON, app="app"))
    before = BuiltImage(context="c" * 64, image_id=small_image, size_mib=4)
    lock = lock_of(plans.plan("trial", main=plans.minimal_site()))
    said: list[str] = []
    with registry() as (address, held):
        after = pushed(before, image, registry=address, lock=lock, client=docker_client, say=said.append)
        tag = f"{address}/trial/shop:{'c' * 16}"
        again = pushed(after, image, registry=address, lock=lock, client=docker_client, say=said.append)
    docker_client.api.remove_image(tag)
    manifest = held.manifests[f"trial/shop:{'c' * 16}"]
    assert after.repository == f"{address}/trial/shop"
    assert after.digest == f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    assert again == after
    assert said == [f"pushing {tag}"]
