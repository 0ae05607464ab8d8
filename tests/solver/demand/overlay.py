"""A stack file that inherits whole.yaml and sets one value, for tests of what is said about a wrong one."""

from __future__ import annotations

Path = tuple[str | int, ...]

# Lists replace what is inherited, so a wrong value in one needs the rest of its item.
ITEMS = {
    "access": {"from_days": "0", "reads_per_object_month": "1", "retrieved_share_per_month": "1"},
    "waivers": {"control": "EC2.1", "reason": "none needed", "owner": "me", "expires": "2027-01-01"},
    "hooks": {"stage": "post-scale-up", "lambda_arn": "arn:aws:lambda:eu-west-1:123456789012:function:smoke"},
    "commitments": {"kind": "standard-reserved", "years": "1"},
}
# One item of each kind, in the order of the kinds: a wrong one stands behind those before it.
TAGGED = {
    "held": (
        {"kind": "standard-reserved", "machine_type": "m7g.large", "count": "2"},
        {"kind": "instance-savings-plan", "family": "m7g", "usd_per_hour": "2"},
        {"kind": "compute-savings-plan", "usd_per_hour": "2"},
    ),
}


def overlay(path: Path, value: str) -> tuple[str, int]:
    """The file's text and the line on which the value at the path stands."""
    lines = ["inherits: whole.yaml"]
    line = 0
    for depth, step in enumerate(path):
        indent = "  " * depth
        if isinstance(step, int):
            continue
        if depth and isinstance(path[depth - 1], int):
            name, number = str(path[depth - 2]), int(path[depth - 1])
            indent = "  " * (depth - 1)
            lines += [
                f"{indent}- {{{', '.join(f'{key}: {text}' for key, text in before.items())}}}"
                for before in TAGGED.get(name, ())[:number]
            ]
            item = {**(TAGGED[name][number] if name in TAGGED else ITEMS[name]), step: value}
            for position, (key, text) in enumerate(item.items()):
                lines.append(f"{indent}{'- ' if position == 0 else '  '}{key}: {text}")
                line = len(lines) if key == step else line
        else:
            last = depth == len(path) - 1
            lines.append(f"{indent}{step}:{f' {value}' if last else ''}")
            line = len(lines)
    return "\n".join(lines) + "\n", line
