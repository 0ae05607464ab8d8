"""Serves a policy pack to the Pulumi engine: the Analyzer protocol, with plain data in front of it.

Pulumi's own SDK for packs pins an older protobuf than this project uses (docs/decisions/0011-policy-pack.md), so the
few messages that are needed are served here. The engine starts the pack's process and reads a port from its standard
output.
"""

from __future__ import annotations

import importlib
import signal
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, cast

from poolwright.engine.language_host import end_now, end_with_parent
from poolwright.engine.preview import masked

_MESSAGE_LIMIT = ("grpc.max_receive_message_length", 400 << 20)
"""As the engine's own: the resources of a large stack pass gRPC's default of 4 MiB."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One rule of a pack, as the engine shows it."""

    name: str
    description: str
    mandatory: bool
    """A violation stops the engine."""
    remedy: str
    of_stack: bool
    """Judges all resources at the end, not each before it is made."""


@dataclass(frozen=True, kw_only=True)
class Analyzed:
    """One resource as the engine shows it to a pack."""

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    """Values that are not known yet, and secrets, are words (`poolwright.engine.preview`)."""
    protected: bool


@dataclass(frozen=True, kw_only=True)
class Violation:
    """What a policy found."""

    policy: str
    text: str
    urn: str = ""


class Pack(Protocol):
    """What is served."""

    name: str
    version: str
    policies: tuple[Policy, ...]

    def begin(self, stack: str) -> None:
        """The stack that the engine works on."""
        ...

    def of_resource(self, resource: Analyzed) -> Iterable[Violation]:
        """What is wrong with a resource before it is made."""
        ...

    def of_stack(self, resources: tuple[Analyzed, ...]) -> Iterable[Violation]:
        """What is wrong with all of them."""
        ...


def serve(pack: Pack) -> None:
    """Serves the engine until it goes away."""
    grpc: Any = importlib.import_module("grpc")
    from pulumi.runtime.proto import analyzer_pb2_grpc

    # This is how the engine ends a plugin; one that does not go at once holds it up.
    signal.signal(signal.SIGINT, end_now)
    signal.signal(signal.SIGTERM, end_now)
    server = grpc.server(ThreadPoolExecutor(max_workers=4), options=[_MESSAGE_LIMIT])
    cast("Any", analyzer_pb2_grpc).add_AnalyzerServicer_to_server(Analyzer(pack), server)
    port: int = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    threading.Thread(target=end_with_parent, daemon=True).start()
    server.wait_for_termination()


class Analyzer:
    """Answers the engine for a pack."""

    def __init__(self, pack: Pack) -> None:
        proto = importlib.import_module("pulumi.runtime.proto.analyzer_pb2")
        self._messages: Any = proto
        self._empty: Callable[[], Any] = importlib.import_module("google.protobuf.empty_pb2").Empty
        self._pack = pack
        self._levels = {
            policy.name: int(proto.MANDATORY if policy.mandatory else proto.ADVISORY) for policy in pack.policies
        }
        self._inputs: dict[str, Mapping[str, Any]] = {}

    # The methods have the protocol's names.
    def Handshake(self, request: Any, context: Any) -> Any:
        return self._messages.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        self._pack.begin(str(request.stack))
        return self._messages.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: Any) -> Any:
        for name, config in request.policyConfig.items():
            self._levels[str(name)] = int(config.enforcementLevel)
        return self._empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return self._empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        plugin: Any = importlib.import_module("pulumi.runtime.proto.plugin_pb2")
        return plugin.PluginInfo(version=self._pack.version)

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:
        messages = self._messages
        return messages.AnalyzerInfo(
            name=self._pack.name,
            version=self._pack.version,
            supportsConfig=True,
            policies=[
                messages.PolicyInfo(
                    name=policy.name,
                    description=policy.description,
                    enforcementLevel=self._levels[policy.name],
                    policy_type=messages.POLICY_TYPE_STACK if policy.of_stack else messages.POLICY_TYPE_RESOURCE,
                    remediation_steps=policy.remedy,
                )
                for policy in self._pack.policies
            ],
        )

    def Remediate(self, request: Any, context: Any) -> Any:
        return self._messages.RemediateResponse()

    def Analyze(self, request: Any, context: Any) -> Any:
        resource = _analyzed(request, plain(request.properties))
        self._inputs[resource.urn] = resource.properties
        return self._answer(self._pack.of_resource(resource))

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        # What the engine shows at the end has the cloud's own defaults in it; a program is judged by what it wants.
        resources = tuple(
            _analyzed(each, self._inputs.get(str(each.urn)) or plain(each.properties)) for each in request.resources
        )
        return self._answer(self._pack.of_stack(resources))

    def _answer(self, violations: Iterable[Violation]) -> Any:
        messages = self._messages
        descriptions = {policy.name: policy.description for policy in self._pack.policies}
        return messages.AnalyzeResponse(
            diagnostics=[
                messages.AnalyzeDiagnostic(
                    policyName=each.policy,
                    policyPackName=self._pack.name,
                    policyPackVersion=self._pack.version,
                    description=descriptions[each.policy],
                    message=each.text,
                    enforcementLevel=self._levels[each.policy],
                    urn=each.urn,
                )
                for each in violations
                if self._levels[each.policy] != messages.DISABLED
            ]
        )


def _analyzed(message: Any, properties: Mapping[str, Any]) -> Analyzed:
    return Analyzed(
        urn=str(message.urn),
        type=str(message.type),
        name=str(message.name),
        properties=properties,
        protected=bool(message.options.protect),
    )


def plain(properties: Any) -> Mapping[str, Any]:
    """A Struct message as plain values, without what is secret or not known yet."""
    to_dict: Any = importlib.import_module("google.protobuf.json_format").MessageToDict
    return cast("Mapping[str, Any]", masked(to_dict(properties)))
