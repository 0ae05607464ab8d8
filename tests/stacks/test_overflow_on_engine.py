"""A host's proxy with real replicas: what they can't take, or refuse, is answered by the same service elsewhere."""

from __future__ import annotations

import io
import ssl
import tarfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from components.docker.proxy_config import HTTPS_PORT, most_open, proxy_config
from poolwright.engine.docker.base_images import ensure_base
from solver.errors import EngineError
from solver.vocabulary import Exposure
from tests.components.docker import hosted

pytestmark = pytest.mark.engine

SLOW = hosted.service("slow", exposure=Exposure.PUBLIC, path="/slow", port=9000)
BUSY = hosted.service("busy", exposure=Exposure.PUBLIC, path="/busy", port=9000)
GONE = hosted.service("gone", exposure=Exposure.PUBLIC, path="/gone", port=9000)
_SERVER = r"""
$SIG{CHLD} = "IGNORE";
$s = IO::Socket::INET->new(LocalPort => 9000, Listen => 50, ReuseAddr => 1);
while ($c = $s->accept) {
    if (!fork) {
        while (<$c>) { last if /^\r?$/ }
        sleep 5;
        print $c "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere";
        exit;
    }
    close $c;
}
"""


@pytest.fixture
def proxy(docker_client: Any) -> Generator[str]:
    """Address of a proxy with a slow replica, one that is busy, a service without one, and the same elsewhere."""
    try:
        image = ensure_base(docker_client, "caddy")
    except EngineError as failure:
        pytest.skip(str(failure))
    network = docker_client.networks.create("poolwright-test-overflow")
    made: list[Any] = []

    def run(name: str, command: list[str], **more: Any) -> Any:
        container = docker_client.containers.create(image, command, name=f"poolwright-test-{name}", init=True, **more)
        made.append(container)
        network.connect(container, aliases=[f"{name}.plant.prod.internal"])
        return container

    try:
        run("slow", ["perl", "-MIO::Socket::INET", "-e", _SERVER]).start()
        run("busy", ["caddy", "respond", "--listen", ":9000", "--status", "503", "--body", "refused"]).start()
        elsewhere = "elsewhere {http.request.method} {http.request.body}"
        run("cloud", ["caddy", "respond", "--listen", ":80", "--body", elsewhere]).start()
        front = run(
            "proxy", ["caddy", "run", "--config", "/caddy.json"], ports={f"{HTTPS_PORT}/tcp": ("127.0.0.1", None)}
        )
        front.put_archive("/", packed("caddy.json", configuration()))
        front.start()
        front.reload()
        address = f"https://127.0.0.1:{front.attrs['NetworkSettings']['Ports'][f'{HTTPS_PORT}/tcp'][0]['HostPort']}"
        until_it_answers(address)
        yield address
    finally:
        for container in made:
            container.remove(force=True, v=True)
        network.remove()


def configuration() -> str:
    """The proxy's, with the same services elsewhere."""
    plan = hosted.site(services=(SLOW, BUSY, GONE))
    keys = ("slow", "busy", "gone")
    return proxy_config(
        plan,
        plan.host("one"),
        addresses={key: f"{key}.plant.prod.internal" for key in keys},
        overflow=dict.fromkeys(keys, "http://cloud.plant.prod.internal"),
    )


def packed(name: str, content: str) -> bytes:
    """A file as an archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content.encode())
        archive.addfile(member, io.BytesIO(content.encode()))
    return out.getvalue()


def asked(url: str, body: str | None = None) -> str:
    """What is answered, with its status where that is no success."""
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(url, data=None if body is None else body.encode())
    try:
        with urllib.request.urlopen(request, context=unverified, timeout=30) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"


def until_it_answers(address: str) -> None:
    """Waits for the proxy's certificate."""
    for _ in range(300):
        with suppress(OSError):
            asked(f"{address}/nothing")
            return
        time.sleep(0.1)


def test_what_replicas_cannot_take_is_answered_elsewhere(proxy: str) -> None:
    assert asked(f"{proxy}/gone", "my order") == "elsewhere POST my order"
    assert asked(f"{proxy}/busy") == "elsewhere GET "
    assert asked(f"{proxy}/busy", "my order") == "503 refused", "its body has gone to the replica"
    assert asked(f"{proxy}/nothing") == "404 no such path"

    more = 3
    with ThreadPoolExecutor(most_open(SLOW) + more) as pool:
        answers = Counter(pool.map(asked, [f"{proxy}/slow"] * (most_open(SLOW) + more)))
    # Requests that come at the very same time may both find the last place free.
    assert answers["here"] >= most_open(SLOW)
    assert answers["elsewhere GET "] >= 1
    assert answers.total() == most_open(SLOW) + more
