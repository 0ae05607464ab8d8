"""Images of a host: pulled, built from a folder, or tagged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from poolwright.engine.sandbox.docker.engine_client import EngineClient, refusal
from poolwright.engine.sandbox.docker.making import Making
from poolwright.engine.sandbox.docker.stand_in_image import HERE, OWN, REMARK, is_stand_in, stand_in_image
from poolwright.engine.sandbox.subject import Refused
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, objects, text, texts

_HUB: Final = "registry-1.docker.io"
CONTEXT_DIGEST: Final = "contextDigest"
"""The property of a build that Check adds: what is in the folder now."""


def inspected_image(client: EngineClient, name: str) -> dict[str, Any] | None:
    """What the engine says of an image; None when it has none of that name, digest or id."""
    from docker.errors import NotFound

    with client.asking("Unable to read Docker image") as api:
        try:
            found: dict[str, Any] = api.inspect_image(name)
        except NotFound:
            return None
    return found


def found_or_pulled(making: Making, name: str, doing: str) -> dict[str, Any]:
    """The image that the engine has, else the one that it pulls."""
    found = inspected_image(making.client, name)
    if found is not None:
        return found
    if name.startswith(("sha256:", HERE)):
        raise Refused(refusal(doing, f"No such image: {name}"))
    with making.client.asking(f"{doing}: unable to pull image {name}") as api:
        api.pull(*_repository_and_tag(name), auth_config=_login(making, name), stream=False)
    found = inspected_image(making.client, name)
    if found is None:
        raise Refused(f"{doing}: unable to find or pull image {name}")
    return found


def create_remote_image(making: Making) -> tuple[str, Properties]:
    """Pulls or builds; the id is the image's with the name behind it, as the provider has it."""
    inputs = making.inputs
    name = str(inputs["name"])
    build = fields(inputs.get("build"))
    if build:
        _build(making, name, _remote_build(build))
    shown = _found_pulled_or_stood_in(making, name)
    return f"{shown['Id']}{name}", remote_image_outputs(inputs, shown)


def _found_pulled_or_stood_in(making: Making, name: str) -> dict[str, Any]:
    """The image; for a host that is stood in for, one that stands in for an image that can't be had."""
    try:
        return found_or_pulled(making, name, "Unable to read Docker image into resource")
    except Refused:
        if not making.client.host.stood_in or name.startswith(("sha256:", OWN)):
            raise
        return stand_in_image(making.client)


def read_remote_image(client: EngineClient, inputs: Properties, state: Properties) -> Properties | None:
    """The outputs now; None when the engine has lost the image. What stands in for one stays until that is there."""
    name = str(inputs["name"])
    shown = inspected_image(client, name)
    if shown is None and client.host.stood_in:
        running = inspected_image(client, str(state.get("imageId")))
        shown = running if running is not None and is_stand_in(running) else None
    return None if shown is None else remote_image_outputs(inputs, shown)


def image_remarks(client: EngineClient, inputs: Properties, outputs: Properties) -> tuple[str, ...]:
    """What to say of a RemoteImage that another one stands in for."""
    if not client.host.stood_in:
        return ()
    shown = inspected_image(client, str(outputs.get("imageId")))
    return (REMARK.format(name=inputs["name"]),) if shown is not None and is_stand_in(shown) else ()


def remote_image_outputs(inputs: Properties, shown: Mapping[str, Any]) -> Properties:
    """All outputs of a RemoteImage."""
    given: Properties = {name: value for name, value in inputs.items() if not name.startswith("__")}
    return given | {"imageId": shown["Id"], "repoDigest": repo_digest(str(inputs["name"]), shown)}


def repo_digest(name: str, shown: Mapping[str, Any]) -> str:
    """The digest that a registry knows the image by; its id where none does."""
    digests: list[str] = shown.get("RepoDigests") or []
    if len(digests) == 1:
        return digests[0]
    return next((digest for digest in digests if name in digest), str(shown["Id"]))


def delete_remote_image(client: EngineClient, state: Properties) -> None:
    """Removes the name, and the image when it was the last one, unless it is to be kept."""
    from docker.errors import NotFound

    if flag(state.get("keepLocally")):
        return
    with client.asking("Unable to remove Docker image") as api:
        try:
            api.remove_image(str(state["name"]), force=flag(state.get("forceRemove")))
        except NotFound:
            return


def create_image(making: Making) -> tuple[str, Properties]:
    """Builds, and pushes unless told not to."""
    inputs = making.inputs
    name = str(inputs["imageName"])
    build = fields(inputs.get("build"))
    _build(
        making,
        name,
        {
            "path": text(build.get("context")) or ".",
            "dockerfile": text(build.get("dockerfile")),
            "buildargs": _texts(build.get("args")),
            "target": text(build.get("target")),
            "platform": text(build.get("platform")),
            "network_mode": text(build.get("network")),
            "extra_hosts": dict(entry.split(":", 1) for entry in texts(build.get("addHosts"))) or None,
            "cache_from": texts(fields(build.get("cacheFrom")).get("images")) or None,
        },
    )
    if not flag(inputs.get("skipPush")):
        _push(making, name, fields(inputs.get("registry")))
    shown = inspected_image(making.client, name) or {}
    return name, image_outputs(inputs, shown)


def image_outputs(inputs: Properties, shown: Mapping[str, Any]) -> Properties:
    """All outputs of an Image."""
    given: Properties = {
        name: value for name, value in inputs.items() if name not in ("build", "registry") and not name.startswith("__")
    }
    build, name = fields(inputs.get("build")), str(inputs["imageName"])
    context = text(build.get("context")) or "."
    return given | {
        "baseImageName": name,
        "context": context,
        "dockerfile": text(build.get("dockerfile")) or f"{context}/Dockerfile",
        "platform": f"{shown.get('Os', 'linux')}/{shown.get('Architecture', '')}",
        "registryServer": text(fields(inputs.get("registry")).get("server")) or "",
        "repoDigest": repo_digest(name.partition(":")[0], shown),
    }


def create_tag(making: Making) -> tuple[str, Properties]:
    """Gives an image another name."""
    source, target = str(making.inputs["sourceImage"]), str(making.inputs["targetImage"])
    repository, tag = _repository_and_tag(target)
    with making.client.asking("failed to create docker tag") as api:
        api.tag(source, repository, tag=tag)
    shown = inspected_image(making.client, source) or {}
    given: Properties = {name: value for name, value in making.inputs.items() if not name.startswith("__")}
    return f"{source}.{target}", given | {"sourceImageId": shown.get("Id", "")}


def with_context_digest(inputs: Properties) -> Properties:
    """An Image's inputs with the digest of its folder, so that a changed file is a change of the resource."""
    build = fields(inputs.get("build"))
    folder = Path(text(build.get("context")) or ".")
    if not folder.is_dir():
        return inputs
    digest = hashlib.sha256()
    for path in _context_files(folder, text(build.get("dockerfile"))):
        digest.update(f"{path}\0{(folder / path).stat().st_mode & 0o111:o}\0".encode())
        digest.update(hashlib.sha256((folder / path).read_bytes()).digest())
    return {**inputs, "build": {**build, CONTEXT_DIGEST: digest.hexdigest()}}


def _context_files(folder: Path, dockerfile: str | None) -> Iterator[str]:
    """What a build sends, by name: `.dockerignore` counts."""
    from docker.utils import exclude_paths

    ignored = folder / ".dockerignore"
    lines = ignored.read_text(encoding="utf-8").splitlines() if ignored.is_file() else []
    patterns = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    paths: set[str] = exclude_paths(str(folder), patterns, dockerfile=dockerfile)
    return (path for path in sorted(paths) if (folder / path).is_file())


def _remote_build(build: Properties) -> dict[str, Any]:
    return {
        "path": text(build.get("context")) or ".",
        "dockerfile": text(build.get("dockerfile")),
        "buildargs": _texts(build.get("buildArgs")) | _texts(build.get("buildArg")),
        "labels": _texts(build.get("labels")) | _texts(build.get("label")) or None,
        "target": text(build.get("target")),
        "platform": text(build.get("platform")),
        "nocache": flag(build.get("noCache")),
        "network_mode": text(build.get("networkMode")),
    }


def _build(making: Making, name: str, options: dict[str, Any]) -> None:
    folder = Path(options["path"])
    if not folder.is_dir():
        raise Refused(f"unable to build image {name}: the context {folder} is no folder")
    with making.client.asking(f"unable to build image {name}") as api:
        lines = api.build(tag=name, rm=True, forcerm=True, decode=True, **options)
        _followed(lines, f"unable to build image {name}")


def _push(making: Making, name: str, registry: Properties) -> None:
    repository, tag = _repository_and_tag(name)
    login = {"username": text(registry.get("username")), "password": text(registry.get("password"))}
    with making.client.asking(f"unable to push image {name}") as api:
        lines = api.push(
            repository, tag=tag, auth_config=login if login["username"] else None, stream=True, decode=True
        )
        _followed(lines, f"unable to push image {name}")


def _followed(lines: Any, doing: str) -> None:
    """Reads a stream to its end, and raises what went wrong on the way with the last lines before it."""
    last: list[str] = []
    for line in lines:
        if "error" in line:
            raise Refused(refusal(doing, f"{line['error']}; before it: {' | '.join(last[-3:])}"))
        said = str(line.get("stream", "")).strip()
        if said:
            last.append(said)


def _repository_and_tag(name: str) -> tuple[str, str | None]:
    """`repo@sha256:…` keeps its digest as the tag, as the engine takes it."""
    repository, _, digest = name.partition("@")
    if digest:
        return repository, digest
    head, _, tag = name.rpartition(":")
    return (head, tag) if head and "/" not in tag else (name, "latest")


def _login(making: Making, name: str) -> dict[str, str] | None:
    first = name.partition("/")[0]
    registry = first if any(sign in first for sign in ".:") or first == "localhost" else _HUB
    for each in making.registries:
        address = (text(each.get("address")) or "").removeprefix("https://").removeprefix("http://").rstrip("/")
        user, password = text(each.get("username")), text(each.get("password"))
        if address == registry and user and password:
            return {"username": user, "password": password}
    return None


def _texts(value: Value) -> dict[str, str]:
    return {name: str(each) for name, each in fields(value).items()}


def context_failures(inputs: Properties) -> list[str]:
    """Paths of an Image's context that are not there."""
    build = fields(inputs.get("build"))
    context = text(build.get("context"))
    return [] if context is None or Path(context).is_dir() or "://" in context else [context]


def registries_of(config: Properties) -> tuple[Properties, ...]:
    """The log-ins of a provider's configuration."""
    return tuple(objects(config.get("registryAuth")))
