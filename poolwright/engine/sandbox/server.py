"""The plugin for aws: the engine's ResourceProvider service over gRPC, in front of the provider."""

from __future__ import annotations

from typing import Any

import grpc

from poolwright.engine.sandbox.configuration import configuration_failures, plain_config
from poolwright.engine.sandbox.fault_file import fault_file, load_faults
from poolwright.engine.sandbox.identity import IdentityError, identity_of
from poolwright.engine.sandbox.invokes.invoke import invoked
from poolwright.engine.sandbox.messages import messages
from poolwright.engine.sandbox.provider import Provider
from poolwright.engine.sandbox.quotas import QuotaFileError, check_quota_file
from poolwright.engine.sandbox.serving import PluginServicer, failures_of, serve
from poolwright.engine.sandbox.store import default_folder
from poolwright.engine.sandbox.wire import decode, encode
from solver.errors import ConfigError


class Servicer(PluginServicer[Provider]):
    """Answers the engine for aws."""

    package = "aws"

    # The methods have the protocol's names.
    def CheckConfig(self, request: Any, context: Any) -> Any:
        failures = configuration_failures(decode(request.news).properties)
        return messages.CheckResponse(inputs=request.news, failures=failures_of(failures))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = decode(request.old_inputs).properties, decode(request.news).properties
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        # A provider for another region or account manages other resources.
        moved = [
            name for name in changed if name in ("region", "allowedAccountIds", "assumeRoles") and name == "region"
        ]
        kind = messages.DiffResponse.DIFF_SOME if changed else messages.DiffResponse.DIFF_NONE
        return messages.DiffResponse(changes=kind, diffs=changed, replaces=moved)

    def Configure(self, request: Any, context: Any) -> Any:
        try:
            check_quota_file()
            identity = identity_of(plain_config(decode(request.args).properties))
            provider = Provider(identity, default_folder(), load_faults(fault_file()))
        except (IdentityError, ConfigError, QuotaFileError) as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            raise AssertionError from error
        self.provider = provider
        self.log.say_where(default_folder())
        for urn, text in provider.news:
            self.log.warn(text, urn)
        return messages.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=False,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    def Invoke(self, request: Any, context: Any) -> Any:
        arguments = decode(request.args)
        result = self.guarded(context, lambda provider: invoked(request.tok, arguments.properties, provider.cloud))
        if isinstance(result, list):
            return messages.InvokeResponse(failures=failures_of(result))
        return messages.InvokeResponse(**{"return": encode(result, ())})


def main() -> None:
    """The plugin's process."""
    serve(Servicer)
