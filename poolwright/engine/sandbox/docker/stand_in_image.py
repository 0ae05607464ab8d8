"""An image in the place of one that a stood-in host would have: it answers every request, and does nothing."""

from __future__ import annotations

import io
import json
import re
from typing import Any, Final

from poolwright.engine.sandbox.docker.engine_client import EngineClient, section
from poolwright.engine.sandbox.values import Properties, fields, texts

HERE: Final = "localhost/"
"""Begins the names of images that engines have themselves, and no registry."""
OWN: Final = f"{HERE}poolwright/"
"""The project's own images, as the proxy: `poolwright images STACK --build` makes them."""
NAME: Final = f"{OWN}stand-in:1"
LABEL: Final = "org.poolwright.stand-in"
REMARK: Final = (
    "image {name} can't be had here: on this machine, which stands in for its host, a container that answers every "
    "request runs in its place"
)
_PORT: Final = re.compile(r"127\.0\.0\.1[:/](\d+)|'127\.0\.0\.1', (\d+)")
_SERVER: Final = r"""
import http.server, os
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"stands in\n")
    do_HEAD = do_POST = do_PUT = do_GET
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("", int(os.environ.get("PORT", "8080"))), Answers).serve_forever()
"""
_DOCKERFILE: Final = """FROM {base}
LABEL {label}=1
STOPSIGNAL SIGKILL
USER 10001:10001
CMD ["python3", "-c", {server}]
"""


def stand_in_image(client: EngineClient) -> dict[str, Any]:
    """What the engine says of the image; it is made when the engine has none."""
    import docker

    from poolwright.engine.docker.base_images import ensure_base

    with client.asking("unable to make an image that stands in") as api:
        if not api.images(name=NAME):
            whole = docker.DockerClient(base_url=client.host.address)
            text = _DOCKERFILE.format(base=ensure_base(whole, "debian"), label=LABEL, server=json.dumps(_SERVER))
            list(api.build(fileobj=io.BytesIO(text.encode()), tag=NAME, rm=True, forcerm=True, decode=True))
        found: dict[str, Any] = api.inspect_image(NAME)
    return found


def is_stand_in(shown: dict[str, Any]) -> bool:
    """Whether an image is that one."""
    return LABEL in section(section(shown, "Config"), "Labels")


def standing_in(config: dict[str, Any], inputs: Properties) -> dict[str, Any]:
    """A create request for the image: its own command, at the port that the health check asks."""
    kept = {name: value for name, value in config.items() if name not in ("Cmd", "Entrypoint")}
    asked = _PORT.search(" ".join(texts(fields(inputs.get("healthcheck")).get("tests"))))
    if asked is None:
        return kept
    return {**kept, "Env": [*config.get("Env", []), f"PORT={asked[1] or asked[2]}"]}
