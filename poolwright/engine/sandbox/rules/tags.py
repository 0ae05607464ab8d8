"""Tags: at most 50, keys of 128 and values of 256 characters, none of AWS's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.rules.rule import ANY_TYPE, Refusal, validates
from poolwright.engine.sandbox.values import Properties, fields, objects, text

MOST_TAGS: Final = 50
LONGEST_KEY: Final = 128
LONGEST_VALUE: Final = 256
# Letters, digits and spaces of any script and these signs; AWS's general rule for tags.
_ALLOWED: Final = re.compile(r"^[\w\s.:/=+\-@]*$")


@validates(ANY_TYPE)
def tags_fit(inputs: Properties) -> Iterator[Refusal]:
    """The tags that the resource would have, the provider's default ones among them."""
    own = inputs.get("tags")
    if isinstance(own, list):
        # Auto Scaling's tags are objects with a key, a value and whether machines get them too.
        found = {str(tag.get("key")): tag.get("value") for tag in objects(own)}
    else:
        found = fields(inputs.get("tagsAll")) or fields(own)
    if len(found) > MOST_TAGS:
        yield Refusal("TagLimitExceeded", f"More than {MOST_TAGS} tags specified: {len(found)}", "tags")
    for key, value in found.items():
        if key.lower().startswith("aws:"):
            words = f"Tag keys starting with 'aws:' are reserved for internal use: {key}"
            yield Refusal("InvalidParameterValue", words, f"tags.{key}")
        if not 1 <= len(key) <= LONGEST_KEY:
            words = f"Tag key exceeds the maximum length of {LONGEST_KEY} characters: {key[:40]}…"
            yield Refusal("InvalidParameterValue", words if key else "Tag key can't be empty", "tags")
        shown = text(value) or ""
        if len(shown) > LONGEST_VALUE:
            words = f"Tag value exceeds the maximum length of {LONGEST_VALUE} characters: {len(shown)}"
            yield Refusal("InvalidParameterValue", words, f"tags.{key}")
        if not _ALLOWED.match(key) or not _ALLOWED.match(shown):
            words = "Tags may contain letters, digits, spaces and _ . : / = + - @ only"
            yield Refusal("InvalidParameterValue", f"{words}: {key}={shown}", f"tags.{key}")
