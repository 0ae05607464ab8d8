"""A Python language host for Pulumi: what plain `pulumi up` needs to run this project where only the bare CLI is there.

The official CLI brings its own host, which is used where it is; the CLI built here has none. The engine starts
`pulumi-language-python`, reads a port from its standard output and asks it to run the program: once for the preview,
once for the update. Each run gets a process of its own, so that no module of the first is left to the second.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import queue
import runpy
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, cast

LAUNCHER = "pulumi-language-python"
_RUN_PROGRAM = "--run-program"
_MESSAGE_LIMIT = ("grpc.max_receive_message_length", 400 << 20)
"""As the engine's own: one resource with large properties may pass gRPC's default of 4 MiB."""


def write_launcher(folder: Path, python: Path | None = None) -> Path:
    """Writes `pulumi-language-python` into a folder that is to be put on PATH."""
    packages = Path(__file__).resolve().parents[2]
    interpreter = shlex.quote(str(python or sys.executable))
    launcher = folder / LAUNCHER
    launcher.write_text(
        "#!/bin/sh\n"
        f"PYTHONPATH={shlex.quote(str(packages))}${{PYTHONPATH:+:$PYTHONPATH}}\n"
        "export PYTHONPATH\n"
        f'exec {interpreter} -m poolwright.engine.language_host "$@"\n',
        encoding="utf-8",
    )
    launcher.chmod(0o755)
    return launcher


def serve(engine_address: str) -> None:
    """Serves the engine until it goes away."""
    grpc: Any = importlib.import_module("grpc")
    from pulumi.automation import _server
    from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

    language: Any = language_pb2
    plugin: Any = plugin_pb2
    base: Any = _server.LanguageServer

    class Host(base):  # the base is the SDK's own server of inline programs, which has all but these
        def Handshake(self, request: Any, context: Any) -> Any:
            return language.LanguageHandshakeResponse()

        def GetPluginInfo(self, request: Any, context: Any) -> Any:
            return plugin.PluginInfo(version="1.0.0")

        def GetProgramDependencies(self, request: Any, context: Any) -> Any:
            versions = {item.name: item.version for item in importlib.metadata.distributions()}
            known = [language.DependencyInfo(name=name, version=versions[name]) for name in sorted(versions)]
            return language.GetProgramDependenciesResponse(dependencies=known)

        def InstallDependencies(self, request: Any, context: Any) -> Any:
            return iter(())

        def Run(self, request: Any, context: Any) -> Any:
            if not request.args:
                request.args.append(engine_address)
            ended = subprocess.run(
                [sys.executable, "-m", "poolwright.engine.language_host", _RUN_PROGRAM],
                input=request.SerializeToString(),
                stdout=subprocess.PIPE,
                cwd=request.info.program_directory or request.pwd or None,
                check=False,
            )
            try:
                return language.RunResponse.FromString(_framed(ended.stdout))
            except ValueError:
                return language.RunResponse(error=f"the program's process ended with code {ended.returncode}")

        def RunPlugin(self, request: Any, context: Any) -> Any:
            return run_plugin(language, request, context)

        def Cancel(self, request: Any, context: Any) -> Any:
            from google.protobuf import empty_pb2

            return cast("Any", empty_pb2).Empty()

    # This is how the engine ends a plugin; one that does not go at once holds it up for ten seconds.
    signal.signal(signal.SIGINT, end_now)
    signal.signal(signal.SIGTERM, end_now)
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=[_MESSAGE_LIMIT])
    cast("Any", language_pb2_grpc).add_LanguageRuntimeServicer_to_server(Host(lambda: None), server)
    port: int = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    threading.Thread(target=end_with_parent, daemon=True).start()
    server.wait_for_termination()


def run_plugin(messages: Any, request: Any, context: Any) -> Generator[Any]:
    """Runs a policy pack or components as a process of its own and passes on what it prints, until one of both ends."""
    program = request.info.program_directory or request.program or request.pwd
    commands = {
        "analyzer": ["-m", "pulumi.policy", *request.args, str(program)],
        "resource": [str(program), *request.args],
    }
    if request.kind not in commands:
        yield messages.RunPluginResponse(stderr=b"only policy packs and components can be run here\n")
        yield messages.RunPluginResponse(exitcode=1)
        return
    process = subprocess.Popen(
        [sys.executable, "-u", *commands[request.kind]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=request.pwd or None,
        env={**os.environ, **dict(entry.split("=", 1) for entry in request.env if "=" in entry)},
    )
    context.add_callback(process.kill)
    printed: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()

    def read(name: str, stream: IO[bytes]) -> None:
        for line in stream:
            printed.put((name, line))
        printed.put((name, b""))

    streams = {"stdout": process.stdout, "stderr": process.stderr}
    for name, stream in streams.items():
        assert stream is not None
        threading.Thread(target=read, args=(name, stream), daemon=True).start()
    open_streams = len(streams)
    while open_streams:
        name, line = printed.get()
        if line:
            yield messages.RunPluginResponse(**{name: line})
        else:
            open_streams -= 1
    yield messages.RunPluginResponse(exitcode=process.wait())


_FRAME = b"\0poolwright-run-response\0"


def _framed(output: bytes) -> bytes:
    """The response behind the frame; what the program itself printed goes before it, and on to standard error."""
    printed, frame, response = output.rpartition(_FRAME)
    if printed:
        sys.stderr.buffer.write(printed)
        sys.stderr.flush()
    if not frame:
        raise ValueError("no response")
    return response


def run_program() -> None:
    """Runs one program as its request on standard input says, and writes the response to standard output."""
    from pulumi.automation import _server
    from pulumi.runtime.proto import language_pb2

    request: Any = cast("Any", language_pb2).RunRequest.FromString(sys.stdin.buffer.read())
    folder = Path(request.info.program_directory or request.pwd or ".")
    entry = folder / (request.info.entry_point or request.program or ".")
    program = entry / "__main__.py" if entry.is_dir() else entry
    # Python puts a program's own folder at the front, and `-m` has put the current one there instead.
    sys.path[0] = str(program.parent)

    def run() -> None:
        runpy.run_path(str(program), run_name="__main__")

    # An interrupt is the engine's to answer. A program that the engine broke off may wait for ever, so it ends with
    # the host, which the engine ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    server: Any = _server.LanguageServer(run)
    response: Any = server.Run(request, None)
    sys.stdout.flush()
    sys.stdout.buffer.write(_FRAME + cast("bytes", response.SerializeToString()))
    sys.stdout.flush()


def end_now(number: int, frame: object) -> None:
    del number, frame
    os._exit(0)


def end_with_parent() -> None:
    """A killed CLI can't stop its plugins, so a host ends by itself when it gets another parent."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(0)


def main(arguments: list[str]) -> None:
    """What the launcher runs."""
    if arguments == [_RUN_PROGRAM]:
        run_program()
        return
    serve(next((argument for argument in arguments if not argument.startswith("-")), ""))


if __name__ == "__main__":
    main(sys.argv[1:])
