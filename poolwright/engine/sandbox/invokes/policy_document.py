"""`iam.getPolicyDocument`, computed: the same text that the provider writes."""

from __future__ import annotations

import json
import zlib
from typing import Final

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.invokes.invoke import Answer, answers
from poolwright.engine.sandbox.values import Properties, Value, fields, objects, parsed_json, text, texts

VERSION: Final = "2012-10-17"


@answers("iam.getPolicyDocument")
def policy_document(arguments: Properties, cloud: Cloud) -> Answer:
    """Sources first, own statements over them, overrides last; statements of one Sid replace each other."""
    merged: list[Properties] = []
    document: Properties = {"Version": text(arguments.get("version")) or VERSION}
    if text(arguments.get("policyId")):
        document["Id"] = arguments["policyId"]
    for name in ("sourcePolicyDocuments", None, "overridePolicyDocuments"):
        if name is None:
            additions = [_statement(statement) for statement in objects(arguments.get("statements"))]
            repeated = _repeated(additions)
            if repeated is not None:
                return [Failure("statements", f"duplicate Sid ({repeated})")]
            merged = _merge(merged, additions)
            continue
        for index, source in enumerate(texts(arguments.get(name))):
            parsed = parsed_json(source)
            if not isinstance(parsed, dict):
                return [Failure(f"{name}[{index}]", "no JSON object")]
            found = parsed.get("Statement")
            merged = _merge(merged, [fields(found)] if isinstance(found, dict) else objects(found))
    if merged:
        document["Statement"] = [*merged]
    written = json.dumps(document, indent=2)
    return {
        **arguments,
        "id": str(zlib.crc32(written.encode())),
        "json": written,
        "minifiedJson": json.dumps(document, separators=(",", ":")),
    }


def _merge(under: list[Properties], over: list[Properties]) -> list[Properties]:
    merged = list(under)
    for statement in over:
        sid = text(statement.get("Sid"))
        place = next((i for i, known in enumerate(merged) if sid is not None and known.get("Sid") == sid), None)
        if place is None:
            merged.append(statement)
        else:
            merged[place] = statement
    return merged


def _repeated(statements: list[Properties]) -> str | None:
    sids = [sid for statement in statements if (sid := text(statement.get("Sid"))) is not None]
    return next((sid for sid in sids if sids.count(sid) > 1), None)


def _statement(given: Properties) -> Properties:
    statement: Properties = {}
    if text(given.get("sid")):
        statement["Sid"] = given["sid"]
    statement["Effect"] = text(given.get("effect")) or "Allow"
    for name, key in (("actions", "Action"), ("notActions", "NotAction")):
        _put(statement, key, given.get(name))
    for name, key in (("resources", "Resource"), ("notResources", "NotResource")):
        _put(statement, key, given.get(name))
    for name, key in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if objects(given.get(name)):
            statement[key] = _principals(objects(given.get(name)))
    conditions = objects(given.get("conditions"))
    if conditions:
        statement["Condition"] = _conditions(conditions)
    return statement


def _put(statement: Properties, key: str, values: Value) -> None:
    if texts(values):
        statement[key] = _one_or_many(texts(values))


def _one_or_many(values: list[str]) -> Value:
    return values[0] if len(values) == 1 else [*sorted(set(values), reverse=True)]


def _principals(given: list[Properties]) -> Value:
    if len(given) == 1 and given[0].get("type") == "*" and texts(given[0].get("identifiers")) == ["*"]:
        return "*"
    by_kind: dict[str, list[str]] = {}
    for principal in given:
        by_kind.setdefault(str(principal.get("type")), []).extend(texts(principal.get("identifiers")))
    return {kind: _one_or_many(names) for kind, names in by_kind.items()}


def _conditions(given: list[Properties]) -> Value:
    by_test: dict[str, Properties] = {}
    for condition in given:
        variables = by_test.setdefault(str(condition.get("test")), {})
        variables[str(condition.get("variable"))] = _one_or_many(texts(condition.get("values")))
    return dict[str, Value](by_test)
