"""`poolwright images STACK`: what runs where by digest; builds, pushes and locks the images that the project makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolwright.cli import console
from poolwright.engine.project import find_project
from solver.errors import ConfigError, ExitCode, Problem
from solver.inputs import StackInputs, read_inputs, refuse_stale, shown

if TYPE_CHECKING:
    from poolwright.images.building import BuildSettings
    from poolwright.images.wanted import Running, State, Wanted
    from solver.plan.images import BuiltImage
    from solver.plan.lock import Lock


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The command's options."""

    check: bool = False
    build: bool = False
    push: str | None = None
    write: bool = False
    remove: bool = False
    cloud: str = "sandbox"
    engine: str | None = None
    pip_config: Path | None = None
    pip_certificates: Path | None = None
    secrets: tuple[str, ...] = ()
    sbom: Path | None = None
    sign: str | None = None
    as_json: bool = False


def run(stack: str, settings: Settings) -> int:
    """Prints the images; with `build` makes what is missing first, with `push` publishes, with `write` locks.

    Raises StaleError (4) where the lock is not of today's files, GateError (5) for a Dockerfile that breaks a rule,
    ConfigError (2) where there is no engine, EngineError (1) where a build fails.
    """
    from poolwright.images.wanted import State, running, state_of, wanted_images
    from solver.plan.lock import read_lock

    _refuse_alone(settings)
    root = find_project().root
    inputs = read_inputs(root, stack)
    lock = read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path))
    refuse_stale(lock, inputs)
    if settings.remove:
        return _remove(lock, settings)
    released = _of_release(inputs, settings)
    wanted = {key: each for key, each in wanted_images(inputs.loaded, lock, root).items() if key not in released}
    if settings.build:
        kept = {key: each for key, each in lock.images.items() if key in released}
        lock = lock.model_copy(update={"images": {**kept, **_made(lock, wanted, settings)}})
        _write(inputs, lock, settings)
    rows = [
        (row, state_of(row, wanted.get(row.key or ""), lock.images.get(row.key or "")))
        for row in running(inputs.loaded, lock, wanted)
    ]
    if settings.as_json:
        console.print_json({"stack": stack, "images": [_record(row, state, wanted, lock) for row, state in rows]})
    else:
        from poolwright.render.images_view import images_view
        from poolwright.render.screen import screen

        screen().print(images_view([_record(row, state, wanted, lock) for row, state in rows]))
    if settings.check and any(state in (State.MISSING, State.CHANGED) for _, state in rows):
        console.say(f"error: images are missing, or made of other files: poolwright images {stack} --build --write")
        return int(ExitCode.STALE)
    return int(ExitCode.DONE)


def _of_release(inputs: StackInputs, settings: Settings) -> frozenset[str]:
    """Images that came with the stack's release: what the files here would make is another release's."""
    if inputs.loaded.release is None:
        return frozenset()
    from poolwright.release.release import stack_release

    stack = inputs.lock_path.name.removesuffix(".lock.yaml")
    release = stack_release(inputs.lock_path.with_name(f"{stack}.yaml"))
    found = frozenset(() if release is None else release.images)
    if found and settings.build:
        console.say(
            f"note: not built, since they came with release {inputs.loaded.release.id}: {', '.join(sorted(found))}"
        )
    return found


def _made(lock: Lock, wanted: Mapping[str, Wanted], settings: Settings) -> dict[str, BuiltImage]:
    """The images, built and put where they run."""
    from poolwright.engine.environment import Cloud
    from poolwright.engine.sandbox.docker.hosts import own_address
    from poolwright.images.building import HASH_LENGTH, Builder, copied
    from poolwright.images.engine import connect, host_engines
    from poolwright.images.publishing import pushed, refuse_registry
    from poolwright.images.software import sign, write_sbom

    if settings.push is not None and settings.push != "ecr":
        refuse_registry(settings.push)
    if not wanted:
        console.say("the project makes no image of this stack")
        return {}
    address = settings.engine or own_address()
    client = connect(address)
    builder = Builder(client, stack=lock.stack, say=console.say, settings=_build_settings(settings))
    images = {key: builder.build(each, lock.images.get(key)) for key, each in wanted.items()}
    hosts = host_engines(lock, Cloud(settings.cloud))
    for host, certificates in hosts.items():
        if host != address:
            other = connect(host, certificates=certificates)
            for key, each in wanted.items():
                name = f"{lock.stack}/{each.workload}:{images[key].context[:HASH_LENGTH]}"
                copied(images[key].image_id, name, client, other)
    if settings.push is not None:
        images = {
            key: pushed(images[key], wanted[key], registry=settings.push, lock=lock, client=client, say=console.say)
            for key in wanted
        }
    for key, built in images.items():
        if settings.sbom is not None:
            console.say(f"{key}: {write_sbom(client, key, built, settings.sbom)}")
        if settings.sign is not None:
            sign(built, settings.sign)
    return images


def _remove(lock: Lock, settings: Settings) -> int:
    """Takes the stack's images off the engine that built them and off those of its hosts."""
    from poolwright.engine.environment import Cloud
    from poolwright.engine.sandbox.docker.hosts import own_address
    from poolwright.images.engine import connect, host_engines
    from poolwright.images.removing import without_images

    address = settings.engine or own_address()
    engines = {address: None, **host_engines(lock, Cloud(settings.cloud))}
    for each, certificates in engines.items():
        for name in without_images(connect(each, certificates=certificates), lock.stack):
            console.say(f"{each}: removed {name}")
    return int(ExitCode.DONE)


def _write(inputs: StackInputs, lock: Lock, settings: Settings) -> None:
    """The lock with the images, or a word about what is missing for that."""
    from solver.plan.lock import read_lock, write_lock

    if lock.images == read_lock(inputs.lock_path).images:
        return
    if settings.write:
        console.say(f"{shown(inputs.lock_path)}: written, {write_lock(inputs.lock_path, lock)}")
    else:
        console.say("note: --write puts these images into the lock; without it `up` does not know them")


def _build_settings(settings: Settings) -> BuildSettings:
    from poolwright.images.building import BuildSettings
    from poolwright.images.pip_settings import pip_settings

    secrets: dict[str, Path] = {}
    for each in settings.secrets:
        name, _, path = each.partition("=")
        if not name or not Path(path).is_file():
            raise _mistake("--secret", each, "an id and a file that is there, token=./token, are allowed")
        secrets[name] = Path(path)
    return BuildSettings(pip=pip_settings(settings.pip_config, settings.pip_certificates), secrets=secrets)


def _refuse_alone(settings: Settings) -> None:
    """ConfigError for an option that means nothing without another one."""
    needing = {"--push": settings.push, "--write": settings.write, "--sbom": settings.sbom, "--sign": settings.sign}
    for name, given in needing.items():
        if given and not settings.build:
            raise _mistake(name, name, "it is allowed together with --build")
    others = [settings.check, settings.build, settings.as_json]
    if settings.remove and any(others):
        raise _mistake("--remove", "--remove with --check, --build or --json", "it is allowed alone")
    if settings.push == "ecr" and settings.cloud != "aws":
        raise _mistake("--push", "ecr", "a registry is allowed, or ecr with --cloud aws: the sandbox has none")


def _mistake(path: str, found: str, allowed: str) -> ConfigError:
    return ConfigError([Problem(file="", path=path, found=found, allowed=allowed)])


def _record(row: Running, state: State, wanted: Mapping[str, Wanted], lock: Lock) -> dict[str, Any]:
    """One line, for programs and for the table."""
    mine = wanted.get(row.key or "")
    built = lock.images.get(row.key or "")
    return {
        "workload": row.workload,
        "variant": row.variant,
        "site": row.site,
        "state": state.value,
        "image": row.reference,
        "digest": row.digest,
        "image_id": None if built is None else built.image_id,
        "built_from": None if mine is None else mine.built_from,
        "context": None if built is None else built.context,
        "bases": {} if built is None else built.bases,
        "size_mib": None if built is None else built.size_mib,
    }
