"""The life of a container: made, fed with files, started, waited for, changed, stopped and removed."""

from __future__ import annotations

import base64
import io
import tarfile
import time
from pathlib import Path
from typing import Any, Final

from poolwright.engine.sandbox.docker.container_spec import container_config, updated_limits
from poolwright.engine.sandbox.docker.container_state import container_outputs
from poolwright.engine.sandbox.docker.engine_client import EngineClient, section
from poolwright.engine.sandbox.docker.force_new import IN_PLACE
from poolwright.engine.sandbox.docker.making import Making
from poolwright.engine.sandbox.docker.stand_in import fitted_config, fitted_limits
from poolwright.engine.sandbox.docker.stand_in_image import is_stand_in, standing_in
from poolwright.engine.sandbox.subject import Refused
from poolwright.engine.sandbox.values import Properties, flag, objects, text, texts, whole

_LOOK_AGAIN_SECONDS: Final = 0.1
_LOG_LINES: Final = 5


def create(making: Making) -> tuple[str, Properties]:
    """The container's id and outputs. One that fails part-way is removed again: nothing of it is left."""
    inputs = making.inputs
    with making.client.asking("Unable to create container") as api:
        image = _required_image(making, str(inputs["image"]))
        _remove_left_over(making)
        config = container_config(inputs, making.client.host, making.stack, making.labels)
        if making.client.host.stood_in:
            config = fitted_config(config, int(api.info()["NCPU"]))
            config = standing_in(config, inputs) if is_stand_in(image) else config
        made = api.create_container_from_config(config, text(inputs.get("name")), platform=text(inputs.get("platform")))
    container = str(made["Id"])
    try:
        _connect(making.client, container, inputs)
        _upload(making.client, container, inputs)
        outputs_of_run = _start(making.client, container, inputs)
    except Refused:
        _removed(making.client, container, volumes=True)
        raise
    return container, _outputs(making, container) | outputs_of_run


def read(making: Making, container: str, state: Properties) -> Properties | None:
    """The outputs now; None when it is gone, or stopped although it must run: then a new one is to be made."""
    shown = inspected(making.client, container)
    if shown is None or _is_dead(shown, making.inputs):
        return None
    return container_outputs(making.inputs, shown, making.client.host, making.stack) | _kept(state)


def update(making: Making, container: str, old: Properties) -> Properties:
    """Changes limits and the restart policy in place; everything else that may change is in the state alone."""
    inputs = making.inputs
    in_place = IN_PLACE["docker.Container"]
    if any(inputs.get(name) != old.get(name) for name in in_place):
        with making.client.asking("Unable to update a container") as api:
            limits = updated_limits(inputs)
            if making.client.host.stood_in:
                limits = fitted_limits(limits, int(api.info()["NCPU"]))
            url = api._url("/containers/{0}/update", container)
            api._raise_for_status(api._post_json(url, data=limits))
    return _outputs(making, container) | _kept(old)


def delete(making: Making, container: str, state: Properties) -> None:
    """Stops it, within its grace, and removes it with its anonymous volumes."""
    grace = whole(state.get("destroyGraceSeconds")) or 0
    if inspected(making.client, container) is None:
        return
    if not flag(state.get("attach")):
        with making.client.asking(f"Error stopping container {container[:12]}") as api:
            api.stop(container, timeout=grace)
    _removed(making.client, container, volumes=flag(state.get("removeVolumes"), default=True))


def inspected(client: EngineClient, container: str) -> dict[str, Any] | None:
    """What the engine says of a container; None when it has none of that id or name."""
    from docker.errors import NotFound

    with client.asking("Unable to inspect container") as api:
        try:
            found: dict[str, Any] = api.inspect_container(container)
        except NotFound:
            return None
    return found


def _outputs(making: Making, container: str) -> Properties:
    shown = inspected(making.client, container)
    if shown is None:
        # Removed by itself: `rm`, and at its end already.
        return {**making.inputs, "exitCode": 0, "networkDatas": [], "bridge": ""}
    return container_outputs(making.inputs, shown, making.client.host, making.stack)


def _kept(state: Properties) -> Properties:
    """What only the creation could tell."""
    return {"containerLogs": state.get("containerLogs") or ""}


def _required_image(making: Making, image: str) -> dict[str, Any]:
    from poolwright.engine.sandbox.docker.images import found_or_pulled

    return found_or_pulled(making, image, f"Unable to create container with image {image}")


def _remove_left_over(making: Making) -> None:
    """A container of this very resource whose creation was never answered makes room for the new one."""
    name = text(making.inputs.get("name"))
    shown = None if name is None else inspected(making.client, name)
    if shown is not None and making.is_own(section(shown["Config"], "Labels")):
        _removed(making.client, str(shown["Id"]), volumes=True)


def _connect(client: EngineClient, container: str, inputs: Properties) -> None:
    networks = objects(inputs.get("networksAdvanced"))
    if not networks:
        return
    with client.asking("Unable to disconnect the default network") as api:
        settings: dict[str, Any] = api.inspect_container(container)["NetworkSettings"].get("Networks") or {}
        if "bridge" in settings:
            api.disconnect_container_from_network(container, "bridge")
    for network in networks:
        name = str(network["name"])
        with client.asking(f"Unable to connect to network '{name}'") as api:
            split = (each.partition("=") for each in texts(network.get("driverOpts")))
            options = {key: value for key, _, value in split}
            api.connect_container_to_network(
                container,
                name,
                aliases=texts(network.get("aliases")) or None,
                ipv4_address=text(network.get("ipv4Address")),
                ipv6_address=text(network.get("ipv6Address")),
                link_local_ips=texts(network.get("linkLocalIps")) or None,
                driver_opt=options or None,
                mac_address=text(network.get("macAddress")),
            )


def _upload(client: EngineClient, container: str, inputs: Properties) -> None:
    for upload in objects(inputs.get("uploads")):
        archive = io.BytesIO()
        content = _content(upload)
        with tarfile.open(fileobj=archive, mode="w") as packed:
            member = tarfile.TarInfo(str(upload["file"]).lstrip("/"))
            member.size, member.mode = len(content), _mode(upload)
            member.uid, member.gid = _number(upload, "owner"), _number(upload, "group")
            member.mtime = int(time.time())
            packed.addfile(member, io.BytesIO(content))
        with client.asking(f"Unable to upload volume content {upload['file']}") as api:
            api.put_archive(container, "/", archive.getvalue())


def _content(upload: Properties) -> bytes:
    encoded, source = text(upload.get("contentBase64")), text(upload.get("source"))
    try:
        if encoded is not None:
            return base64.b64decode(encoded, validate=True)
        if source is not None:
            return Path(source).read_bytes()
    except ValueError:
        raise Refused(f"Unable to upload {upload['file']}: contentBase64 is not base64") from None
    except OSError as error:
        raise Refused(f"could not read file {source}: {error.strerror}") from None
    return (text(upload.get("content")) or "").encode()


def _mode(upload: Properties) -> int:
    permissions = text(upload.get("permissions"))
    if permissions is not None:
        return int(permissions, 8)
    return 0o744 if flag(upload.get("executable")) else 0o644


def _number(upload: Properties, name: str) -> int:
    """A user or group as a number; names are this machine's, as with the provider."""
    import grp
    import pwd

    value = text(upload.get(name))
    if value is None or value.isdigit():
        return int(value or 0)
    try:
        return pwd.getpwnam(value).pw_uid if name == "owner" else grp.getgrnam(value).gr_gid
    except KeyError:
        raise Refused(f"Unable to upload {upload['file']}: {name} {value} is not known here; give a number") from None


def _start(client: EngineClient, container: str, inputs: Properties) -> Properties:
    if not flag(inputs.get("start"), default=True):
        return {"containerLogs": ""}
    with client.asking("Unable to start container") as api:
        api.start(container)
    if flag(inputs.get("wait")):
        _wait_until_healthy(client, container, whole(inputs.get("waitTimeout")) or 60)
    logs = ""
    if flag(inputs.get("attach")):
        with client.asking("Unable to wait container end of execution") as api:
            api.wait(container, timeout=None)
            if flag(inputs.get("logs")):
                logs = api.logs(container).decode(errors="replace")
    elif flag(inputs.get("mustRun"), default=True):
        time.sleep(_LOOK_AGAIN_SECONDS)
        shown = inspected(client, container)
        if shown is None or not shown["State"]["Running"]:
            code = "" if shown is None else f" with code {shown['State']['ExitCode']}"
            raise Refused(f"container exited immediately{code}{_last_words(client, container)}")
    return {"containerLogs": logs}


def _wait_until_healthy(client: EngineClient, container: str, seconds: int) -> None:
    until = time.monotonic() + seconds
    while True:
        shown = inspected(client, container)
        state: dict[str, Any] = {} if shown is None else shown["State"]
        if shown is not None and not state.get("Health"):
            raise Refused("container has no healthcheck to wait for: give it one, or set wait to false")
        if shown is None or not (state.get("Running") or state.get("Restarting")):
            raise Refused(f"container exited before it was healthy{_last_words(client, container)}")
        if state["Health"]["Status"] == "healthy":
            return
        if time.monotonic() >= until:
            probes: list[dict[str, Any]] = state["Health"].get("Log") or []
            said = " ".join(str(probes[-1].get("Output", "")).split())[:300] if probes else ""
            words = f"container failed to be in healthy state within {seconds} seconds"
            raise Refused(words + (f"; its check says: {said}" if said else "") + _last_words(client, container))
        time.sleep(_LOOK_AGAIN_SECONDS)


def _last_words(client: EngineClient, container: str) -> str:
    try:
        with client.asking("logs") as api:
            text_of_log: str = api.logs(container, tail=_LOG_LINES).decode(errors="replace")
    except Refused:
        return ""
    said = " | ".join(line.strip() for line in text_of_log.splitlines() if line.strip())
    return f"; its log ends: {said[-500:]}" if said else ""


def _is_dead(shown: dict[str, Any], inputs: Properties) -> bool:
    wanted = flag(inputs.get("mustRun"), default=True) and flag(inputs.get("start"), default=True)
    return wanted and not shown["State"]["Running"] and not flag(inputs.get("attach"))


def _removed(client: EngineClient, container: str, *, volumes: bool) -> None:
    from docker.errors import APIError

    with client.asking(f"Error deleting container {container[:12]}") as api:
        try:
            api.remove_container(container, v=volumes, force=True)
        except APIError as error:
            said = str(error.explanation)
            if "No such container" not in said and "already in progress" not in said:
                raise
            if "already in progress" in said:
                _gone(client, container)


def _gone(client: EngineClient, container: str) -> None:
    """Waits for a removal that the engine does by itself."""
    for _ in range(100):
        if inspected(client, container) is None:
            return
        time.sleep(_LOOK_AGAIN_SECONDS)
