"""A Dockerfile that mounts something is built by BuildKit; a secret is named there and in nothing that is kept."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from poolwright.images.building import Builder, BuildSettings
from poolwright.images.engine import architecture_of
from poolwright.images.wanted import Wanted
from solver.demand.containers import ImageBuild
from solver.errors import EngineError, Problem

DOCKERFILE = f"""\
FROM registry.example.com/base:1@sha256:{"0" * 64}
LABEL org.opencontainers.image.source="https://example.com/app" org.opencontainers.image.licenses="MIT"
RUN --mount=type=secret,id=token cp /run/secrets/token /dev/null
USER 10001:10001
HEALTHCHECK NONE
CMD ["sleep", "1"]
"""
DOCKER = """\
#!/bin/sh
if [ "$2" = version ]; then exit $BUILDX; fi
for each in "$@"; do
    echo "$each" >> "$SEEN/arguments"
    case $each in --metadata-file=*) echo "{\\"containerimage.config.digest\\": \\"$IMAGE\\"}" > "${each#*=}" ;; esac
done
cat > "$SEEN/context.tar"
"""


@pytest.fixture
def seen(tmp_path: Path, small_image: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a `docker` in the place of Docker's own is given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "docker").write_text(DOCKER, "utf-8")
    (folder / "docker").chmod(0o755)
    for name, value in {"PATH": f"{folder}:/usr/bin:/bin", "SEEN": str(tmp_path), "IMAGE": small_image}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BUILDX", "0")
    return tmp_path


def wanted(root: Path, client: Any) -> Wanted:
    (root / "app").mkdir()
    (root / "app" / "Dockerfile").write_text(DOCKERFILE, "utf-8")
    here = architecture_of(client)
    assert here is not None
    return Wanted(
        key="job.cpu",
        workload="job",
        variant="cpu",
        architecture=here,
        build=ImageBuild(dockerfile="Dockerfile", app="app"),
        template=None,
        where=Problem(file="stacks/trial.yaml", path="workloads.job.image.build", allowed=""),
        root=root,
    )


def builder(client: Any, secret: Path) -> Builder:
    secret.write_text("hush", "utf-8")
    return Builder(client, stack="trial", say=lambda _: None, settings=BuildSettings(secrets={"token": secret}))


def test_a_secret_is_given_by_its_file_and_its_value_is_in_no_argument_and_no_context(
    docker_client: Any, small_image: str, seen: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("secret") / "token"
    built = builder(docker_client, secret).build(wanted(seen, docker_client), None)
    assert built.image_id == small_image
    arguments = (seen / "arguments").read_text("utf-8").splitlines()
    assert arguments[:2] == ["buildx", "build"]
    assert f"--secret=id=token,src={secret}" in arguments
    context = (seen / "context.tar").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(context)) as files:
        assert files.getnames() == ["Dockerfile"]
    assert b"hush" not in context + json.dumps([arguments, built.model_dump(mode="json")]).encode()


def test_without_buildx_it_is_one_line_that_says_what_is_missing(
    docker_client: Any, seen: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("BUILDX", "1")
    secret = tmp_path_factory.mktemp("secret") / "token"
    with pytest.raises(EngineError, match=r"job\.cpu can't be built: it needs BuildKit") as refused:
        builder(docker_client, secret).build(wanted(seen, docker_client), None)
    assert refused.value.hint == "Install Docker's buildx plugin"
