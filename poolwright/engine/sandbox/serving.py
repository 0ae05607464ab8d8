"""A plugin's process and the parts of its answers that all plugins share."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

import grpc

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.diff import Difference, Kind
from poolwright.engine.sandbox.engine_log import EngineLog
from poolwright.engine.sandbox.messages import empty, messages, plugin_info, service, status
from poolwright.engine.sandbox.sdk_source import sdk_version
from poolwright.engine.sandbox.secrets import with_copies
from poolwright.engine.sandbox.subject import Checked, DiffResult, Known, NameWish, Refused, Subject
from poolwright.engine.sandbox.values import Path, Properties
from poolwright.engine.sandbox.wire import decode, encode

_THREADS: Final = 8
_PARENT_CHECK_SECONDS: Final = 2.0
# The engine sends whole states of large resources; gRPC's own limit is 4 MB.
_OPTIONS: Final = [("grpc.max_receive_message_length", 400 * 1024 * 1024), ("grpc.max_send_message_length", -1)]
_NO_NAMES: Final = 2
"""AutonamingOptions.Mode.DISABLE"""
_REPLACES: Final = {Kind.ADD: "ADD_REPLACE", Kind.DELETE: "DELETE_REPLACE", Kind.UPDATE: "UPDATE_REPLACE"}


def require_ready(known: Known, context: Any) -> None:
    """Ends the call as pulumi-aws does for a resource that exists and does not work: the engine keeps it."""
    if known.unready:
        inputs, outputs = encode(known.inputs, known.secrets), encode(known.outputs, known.secrets)
        failure = messages.ErrorResourceInitFailed(
            id=known.id, properties=outputs, reasons=list(known.unready), inputs=inputs
        )
        said = status.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=known.unready[0])
        said.details.add().Pack(failure)
        context.set_trailing_metadata((("grpc-status-details-bin", said.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, known.unready[0])


def subject_of(request: Any) -> Subject:
    """Which resource a request is about."""
    urn: str = request.urn
    parts = urn.split("::")
    token: str = request.type or parts[2].rpartition("$")[2]
    name: str = request.name or "::".join(parts[3:])
    return Subject(urn=urn, token=token, name=name)


def wish_of(autonaming: Any, seed: int) -> NameWish:
    """What the stack's configuration says about names."""
    return NameWish(proposed=autonaming.proposed_name or None, none=autonaming.mode == _NO_NAMES, seed=seed)


def failures_of(failures: list[Failure]) -> list[Any]:
    """Mistakes of inputs as messages."""
    return [messages.CheckFailure(property=failure.path, reason=failure.reason) for failure in failures]


def diff_response(differences: list[Difference], *, deletes_first: bool) -> Any:
    """What changes, as a message."""
    detailed: dict[str, Any] = {}
    for difference in differences:
        kind = _REPLACES[difference.kind] if difference.replaces else difference.kind.name
        detailed[difference.path] = messages.PropertyDiff(kind=kind, inputDiff=True)
    replaces = [difference.path for difference in differences if difference.replaces]
    return messages.DiffResponse(
        changes=messages.DiffResponse.DIFF_SOME if differences else messages.DiffResponse.DIFF_NONE,
        diffs=sorted({difference.path.partition(".")[0].partition("[")[0] for difference in differences}),
        replaces=replaces,
        detailedDiff=detailed,
        hasDetailedDiff=True,
        deleteBeforeReplace=deletes_first and bool(replaces),
    )


class Plugin(Protocol):
    """What a plugin's provider does, whatever cloud it stands for."""

    def check(self, subject: Subject, inputs: Properties, old_inputs: Properties, wish: NameWish) -> Checked: ...

    def diff(self, subject: Subject, old_inputs: Properties, new_inputs: Properties) -> DiffResult: ...

    def preview_create(self, subject: Subject, inputs: Properties) -> Properties: ...

    def create(self, subject: Subject, inputs: Properties, secrets: frozenset[Path]) -> Known: ...

    def read(self, subject: Subject, resource_id: str, state: Properties) -> Known | None: ...

    def preview_update(
        self, subject: Subject, resource_id: str, state: Properties, inputs: Properties, secrets: frozenset[Path]
    ) -> Known: ...

    def update(
        self, subject: Subject, resource_id: str, state: Properties, inputs: Properties, secrets: frozenset[Path]
    ) -> Known: ...

    def delete(self, subject: Subject, resource_id: str, state: Properties) -> None: ...


_P = TypeVar("_P", bound=Plugin)
_T = TypeVar("_T")


class PluginServicer(Generic[_P]):
    """Answers the engine; one instance serves one configured provider. What is the cloud's own, a subclass adds."""

    package: ClassVar[str]

    def __init__(self, engine_address: str | None = None) -> None:
        self.log = EngineLog(engine_address)
        self.provider: _P | None = None
        self._cancelled = threading.Event()

    def read(self, provider: _P, request: Any, state: Properties) -> Known | None:
        """The resource as it is now."""
        return provider.read(subject_of(request), request.id, state)

    # The methods have the protocol's names.
    def Handshake(self, request: Any, context: Any) -> Any:
        return messages.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=False, accept_outputs=False, supports_autonaming_configuration=True
        )

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_info(sdk_version(self.package))

    def Check(self, request: Any, context: Any) -> Any:
        news = decode(request.news)
        autonaming = request.autonaming if request.HasField("autonaming") else None
        seed = int.from_bytes(request.randomSeed[:8], "big")
        checked = self._ready(context).check(
            subject_of(request),
            news.properties,
            decode(request.olds).properties,
            NameWish(seed=seed) if autonaming is None else wish_of(autonaming, seed),
        )
        secrets = with_copies(news.secrets)
        return messages.CheckResponse(inputs=encode(checked.inputs, secrets), failures=failures_of(checked.failures))

    def Diff(self, request: Any, context: Any) -> Any:
        old = decode(request.old_inputs).properties
        result = self.guarded(
            context, lambda provider: provider.diff(subject_of(request), old, decode(request.news).properties)
        )
        return diff_response(result.differences, deletes_first=result.deletes_first)

    def Create(self, request: Any, context: Any) -> Any:
        given = decode(request.properties)
        subject = subject_of(request)
        if request.preview:
            outputs = self.guarded(context, lambda provider: provider.preview_create(subject, given.properties))
            return messages.CreateResponse(properties=encode(outputs, given.secrets))
        known = self.guarded(context, lambda provider: provider.create(subject, given.properties, given.secrets))
        self._warn(known, subject)
        require_ready(known, context)
        return messages.CreateResponse(id=known.id, properties=encode(known.outputs, known.secrets))

    def Read(self, request: Any, context: Any) -> Any:
        state = decode(request.properties)
        known = self.guarded(context, lambda provider: self.read(provider, request, state.properties))
        if known is None:
            return messages.ReadResponse()
        secrets = known.secrets | state.secrets
        return messages.ReadResponse(
            id=known.id, properties=encode(known.outputs, secrets), inputs=encode(known.inputs, secrets)
        )

    def Update(self, request: Any, context: Any) -> Any:
        news = decode(request.news)
        state = decode(request.olds).properties
        subject = subject_of(request)

        def changed(provider: _P) -> Known:
            if request.preview:
                return provider.preview_update(subject, request.id, state, news.properties, news.secrets)
            return provider.update(subject, request.id, state, news.properties, news.secrets)

        known = self.guarded(context, changed)
        self._warn(known, subject)
        require_ready(known, context)
        return messages.UpdateResponse(properties=encode(known.outputs, known.secrets))

    def Delete(self, request: Any, context: Any) -> Any:
        state = decode(request.properties).properties
        self.guarded(context, lambda provider: provider.delete(subject_of(request), request.id, state))
        return empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        self._cancelled.set()
        return empty()

    def Attach(self, request: Any, context: Any) -> Any:
        return empty()

    def __getattr__(self, name: str) -> Any:
        """The protocol's other methods: not implemented, which the engine knows how to take."""
        if not name[:1].isupper():
            raise AttributeError(name)

        def unimplemented(request: Any, context: Any) -> Any:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{name} is not implemented by the sandbox")

        return unimplemented

    def _warn(self, known: Known, subject: Subject) -> None:
        for remark in known.remarks:
            self.log.warn(remark, subject.urn)
        for note in known.notes:
            self.log.note(note, subject.urn)

    def _ready(self, context: Any) -> _P:
        if self.provider is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"the {self.package} provider has not been configured")
            raise AssertionError
        return self.provider

    def guarded(self, context: Any, call: Callable[[_P], _T]) -> _T:
        provider = self._ready(context)
        if self._cancelled.is_set():
            context.abort(grpc.StatusCode.CANCELLED, "the operation was cancelled")
        try:
            return call(provider)
        except Refused as refusal:
            context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
            raise


def start(servicer: Any, *, address: str = "127.0.0.1:0") -> tuple[Any, int]:
    """A running server and its port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=_THREADS), options=_OPTIONS)
    service.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port(address)
    server.start()
    return server, port


def serve(make: Callable[[str | None], Any]) -> None:
    """Serve until the engine ends the process, or is gone itself: the first line of standard output is the port."""
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, frame: ended.set())
    parent = os.getppid()
    server, port = start(make(sys.argv[1] if len(sys.argv) > 1 else None))
    print(port, flush=True)
    # A killed engine ends no plugin: this one ends when it has been adopted by another parent.
    while not ended.wait(_PARENT_CHECK_SECONDS) and os.getppid() == parent:
        pass
    server.stop(grace=None)
    # Requests that are under way must not keep the process: each writes its file whole, or not at all.
    os._exit(0)
