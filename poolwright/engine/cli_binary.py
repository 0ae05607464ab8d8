"""The Pulumi CLI, which is the engine: found on PATH, in the cache, downloaded, or built from its Go module.

The cache lies outside every checkout (`POOLWRIGHT_CACHE`, else `$XDG_CACHE_HOME/poolwright`, else
`~/.cache/poolwright`), is locked while something is put into it, and gets each thing whole, by one rename.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from solver.errors import EngineError

OLDEST_VERSION = (3, 259, 0)
"""The version that is built where nothing can be downloaded, so the oldest that every test runs with. The SDK itself
takes any since 3.1, and gets its events over gRPC only from one newer than 3.205."""

LAUNCHERS_MARK = ".poolwright-launchers"
"""A file of this name marks a folder of launchers, whose `pulumi` only starts a real one."""

Say = Callable[[str], None]
"""Takes one line about what is being done."""


class CliOrigin(StrEnum):
    """Where a Pulumi CLI came from."""

    PATH = "path"
    DOWNLOADED = "downloaded"
    BUILT = "built"


@dataclass(frozen=True, kw_only=True)
class PulumiCli:
    """One usable Pulumi CLI."""

    path: Path
    version: str
    """Without a leading v: 3.259.0."""
    origin: CliOrigin

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def language_host(self) -> Path | None:
        """The Python language host that came with the CLI, without which plain `pulumi up` can't run a program."""
        host = self.path.resolve().parent / "pulumi-language-python"
        if host.is_file():
            return host
        found = _which("pulumi-language-python")
        return found if found is not None and self.origin is CliOrigin.PATH else None


def cache_folder() -> Path:
    """Where downloads and builds are kept; made when first needed."""
    named = os.environ.get("POOLWRIGHT_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "poolwright"


def parse_version(text: str) -> tuple[int, int, int] | None:
    """The three numbers of a version as `pulumi version` and `go version` print it; None where there are none."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3] or 0))


def version_of(path: Path) -> str | None:
    """What a CLI says its version is, None where it doesn't run."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1", "PULUMI_AUTOMATION_API": "true"}
    try:
        answer = subprocess.run(
            [str(path), "version"], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip().removeprefix("v") if answer.returncode == 0 else None


def on_path() -> tuple[Path, str | None] | None:
    """The `pulumi` on PATH with its version, recent enough or not."""
    path = _which("pulumi")
    return None if path is None else (path, version_of(path))


def find() -> PulumiCli | None:
    """The CLI that is used now, without fetching or building anything: PATH first, then the cache."""
    found = on_path()
    if found is not None:
        path, version = found
        numbers = parse_version(version or "")
        if version is not None and numbers is not None and numbers >= OLDEST_VERSION:
            return PulumiCli(path=path, version=version, origin=CliOrigin.PATH)
    return _cached()


def ensure(say: Say) -> PulumiCli:
    """The CLI, fetched or built where that is needed; raises EngineError with what to do when it can't be had."""
    found = find()
    if found is not None:
        return found
    _explain_why(say)
    with _locked(say):
        found = _cached()
        return found if found is not None else _get(say)


def clear_cache() -> Path:
    """Removes what was downloaded and built, and returns the folder that held it."""
    folder = cache_folder()
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def store(kind: CliOrigin, version: str, fill: Callable[[Path], None]) -> PulumiCli:
    """Puts a CLI into the cache whole: `fill` writes into a new folder, which is checked and then renamed."""
    target = _folder(kind, version)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        fill(fresh)
        said = version_of(fresh / "pulumi")
        if said is None or parse_version(said) != parse_version(version):
            raise EngineError(f"the Pulumi CLI just {kind.value} says its version is {said}, not {version}")
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return PulumiCli(path=target / "pulumi", version=version, origin=kind)


def _get(say: Say) -> PulumiCli:
    from poolwright.engine import cli_build, cli_download

    failures: list[str] = []
    for step in (cli_download.download, cli_build.build):
        try:
            started = time.monotonic()
            cli = step(say)
        except EngineError as failure:
            say(f"{failure.message}")
            failures.append(str(failure))
        else:
            say(f"Pulumi CLI {cli.version} {cli.origin.value} in {duration(time.monotonic() - started)}: {cli.path}")
            return cli
    listed = "".join(f"\n  - {failure}" for failure in failures)
    raise EngineError(
        f"the Pulumi CLI can be neither downloaded nor built here:{listed}",
        hint="install it from https://www.pulumi.com/docs/install/ or name one on PATH, then run the command again",
    )


def _explain_why(say: Say) -> None:
    oldest = ".".join(map(str, OLDEST_VERSION))
    found = on_path()
    if found is None:
        say(f"no pulumi on PATH and none in {cache_folder()}; {oldest} or newer is needed")
    else:
        say(f"{found[0]} is version {found[1] or 'unknown'}; {oldest} or newer is needed")


def _cached() -> PulumiCli | None:
    for kind in (CliOrigin.DOWNLOADED, CliOrigin.BUILT):
        for path in sorted((cache_folder() / "pulumi").glob(f"*-{kind.value}/pulumi"), reverse=True):
            version = path.parent.name.removesuffix(f"-{kind.value}")
            numbers = parse_version(version)
            if not path.parent.name.startswith(".") and numbers is not None and numbers >= OLDEST_VERSION:
                return PulumiCli(path=path, version=version, origin=kind)
    return None


def _folder(kind: CliOrigin, version: str) -> Path:
    return cache_folder() / "pulumi" / f"{version}-{kind.value}"


def _which(name: str) -> Path | None:
    """As shutil.which, but passing over folders of launchers, which would start themselves for ever."""
    for entry in os.get_exec_path():
        if not entry or (Path(entry) / LAUNCHERS_MARK).exists():
            continue
        found = shutil.which(name, path=entry)
        if found is not None:
            return Path(found).absolute()
    return None


@contextlib.contextmanager
def _locked(say: Say) -> Generator[None]:
    """Only one process fills the cache; the others wait and then find it filled."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / "lock").open("w", encoding="utf-8")
    except OSError as failure:
        raise EngineError(
            f"the cache {folder} can't be written: {failure.strerror}",
            hint="POOLWRIGHT_CACHE=/a/writable/folder chooses another place",
        ) from failure
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process is getting the Pulumi CLI; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def duration(seconds: float) -> str:
    """A time for people: 8 s, 4 min 10 s."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def say_on_stderr(text: str) -> None:
    """The plainest Say: one line on standard error."""
    print(text, file=sys.stderr, flush=True)
