"""Takes what the project built for a stack off a Docker Engine."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from poolwright.images.building import HASH_LENGTH
from poolwright.images.engine import asking


def without_images(client: Any, stack: str) -> list[str]:
    """Removes what the project built for a stack, and the bases made here that nothing needs any more.

    Gives the names; EngineError where a container still runs one.
    """
    from docker.errors import APIError

    removed: list[str] = []
    with asking(f"removing images of {stack}"):
        names = [name for image in client.images.list() for name in image.tags]
        for name in names:
            if re.fullmatch(rf"{re.escape(stack)}/[^:]+:[0-9a-f]{{{HASH_LENGTH}}}", name):
                client.images.remove(name)
                removed.append(name)
        for image in client.images.list(name="poolwright/base-*"):
            with contextlib.suppress(APIError):  # another image is made of it
                client.images.remove(image.tags[0])
                removed.append(image.tags[0])
    return sorted(removed)
