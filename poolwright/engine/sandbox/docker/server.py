"""The plugin for docker: the engine's ResourceProvider service over gRPC, in front of the provider."""

from __future__ import annotations

from typing import Any

import grpc

from poolwright.engine.sandbox.check import schema_failures
from poolwright.engine.sandbox.configuration import plain_config
from poolwright.engine.sandbox.docker.hosts import Host, host_failures, host_of
from poolwright.engine.sandbox.docker.provider import DockerProvider
from poolwright.engine.sandbox.messages import messages
from poolwright.engine.sandbox.schema import provider_inputs
from poolwright.engine.sandbox.serving import PluginServicer, failures_of, serve, subject_of
from poolwright.engine.sandbox.store import default_folder
from poolwright.engine.sandbox.subject import Known
from poolwright.engine.sandbox.tokens import DOCKER
from poolwright.engine.sandbox.values import Properties
from poolwright.engine.sandbox.wire import decode, encode
from solver.errors import ConfigError


class Servicer(PluginServicer[DockerProvider]):
    """Answers the engine for docker; one instance serves one host."""

    package = DOCKER

    # The methods have the protocol's names.
    def CheckConfig(self, request: Any, context: Any) -> Any:
        plain = plain_config(decode(request.news).properties, DOCKER)
        failures = [*schema_failures(plain, provider_inputs(DOCKER)), *host_failures(plain)]
        return messages.CheckResponse(inputs=request.news, failures=failures_of(failures))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = decode(request.old_inputs).properties, decode(request.news).properties
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        if "host" in changed:
            self.log.warn(_MOVED.format(old=old.get("host"), new=new.get("host")), request.urn)
        kind = messages.DiffResponse.DIFF_SOME if changed else messages.DiffResponse.DIFF_NONE
        return messages.DiffResponse(changes=kind, diffs=changed, replaces=[])

    def Configure(self, request: Any, context: Any) -> Any:
        config = plain_config(decode(request.args).properties, DOCKER)
        host = host_of(config)
        try:
            self.provider = DockerProvider(host, config, _faults(host))
        except ConfigError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            raise AssertionError from error
        self.log.say(_NOTICE.format(host=host) if host.stood_in else _OWN_NOTICE.format(host=host))
        return messages.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=False,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    def Invoke(self, request: Any, context: Any) -> Any:
        arguments = decode(request.args).properties
        result = self.guarded(context, lambda provider: provider.invoke(request.tok, arguments))
        if isinstance(result, list):
            return messages.InvokeResponse(failures=failures_of(result))
        return messages.InvokeResponse(**{"return": encode(result, ())})

    def read(self, provider: DockerProvider, request: Any, state: Properties) -> Known | None:
        inputs = decode(request.inputs).properties
        return provider.read_against(subject_of(request), request.id, state, inputs)


_NOTICE = "sandbox: docker resources are made on {host}"
_MOVED = (
    "pulumi-docker takes {new} for another address of the host {old}: what is there stays, and nothing is made on "
    "another host until a refresh has shown that it is not there"
)
_OWN_NOTICE = "sandbox: docker resources are really made, on {host}"


def _faults(host: Host) -> Any:
    from poolwright.engine.sandbox.fault_file import fault_file

    file = fault_file()
    if file is None:
        return None
    from poolwright.engine.sandbox.docker.faults import DockerFaults

    return DockerFaults(file, default_folder(), host)


def main() -> None:
    """The plugin's process."""
    serve(Servicer)
