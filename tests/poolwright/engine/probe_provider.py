"""A resource plugin for tests of the engine's use: it keeps nothing, and does what its inputs tell it to.

Inputs of `probe:index:Thing`: `kind` (a change replaces), `fail` (`check`, `create` or `delete` fails), `seconds` (how
long a creation takes); every other input may change in place. It has the output `serial`.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
importlib.import_module("poolwright.engine.sandbox.protocol").load_messages_alone()
grpc: Any = importlib.import_module("grpc")
empty_pb2: Any = importlib.import_module("google.protobuf.empty_pb2")
provider_pb2: Any = importlib.import_module("pulumi.runtime.proto.provider_pb2")
provider_pb2_grpc: Any = importlib.import_module("pulumi.runtime.proto.provider_pb2_grpc")
plugin_pb2: Any = importlib.import_module("pulumi.runtime.proto.plugin_pb2")


class Probe(provider_pb2_grpc.ResourceProviderServicer):
    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=False)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="1.0.0")

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=1)

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        failures: list[Any] = []
        if request.news["fail"] == "check" if "fail" in request.news else False:
            failures.append(provider_pb2.CheckFailure(property="fail", reason="the check says no"))
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        old, new = dict(request.old_inputs), dict(request.news)
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        kinds = provider_pb2.PropertyDiff
        detailed = {
            key: kinds(
                kind=kinds.UPDATE_REPLACE if key == "kind" else kinds.ADD if key not in old else kinds.UPDATE,
                inputDiff=True,
            )
            for key in changed
        }
        return provider_pb2.DiffResponse(
            changes=2 if changed else 1,
            diffs=changed,
            replaces=[key for key in changed if key == "kind"],
            deleteBeforeReplace=False,
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: Any) -> Any:
        inputs = request.properties
        if not request.preview:
            if "fail" in inputs and inputs["fail"] == "create":
                context.abort(grpc.StatusCode.UNKNOWN, "InsufficientInstanceCapacity: none left in this zone")
            if "seconds" in inputs:
                time.sleep(inputs["seconds"])
        inputs["serial"] = "s-1"
        return provider_pb2.CreateResponse(id="" if request.preview else "thing-1", properties=inputs)

    def Read(self, request: Any, context: Any) -> Any:
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Update(self, request: Any, context: Any) -> Any:
        return provider_pb2.UpdateResponse(properties=request.news)

    def Delete(self, request: Any, context: Any) -> Any:
        if "fail" in request.properties and request.properties["fail"] == "delete":
            context.abort(grpc.StatusCode.UNKNOWN, "DependencyViolation: still in use")
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()


def main() -> None:
    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Probe(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    # A killed engine ends no plugin.
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)


if __name__ == "__main__":
    main()
