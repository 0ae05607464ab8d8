"""What the proxy of a host is told: paths, TLS, headers, and where requests go that its replicas can't take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from components.docker.proxy_config import CertificateFiles, most_open, path_patterns, proxy_config
from solver.vocabulary import Exposure, Protocol
from tests.components.docker import hosted

SHOP = hosted.service("shop", exposure=Exposure.PUBLIC)
SEARCH = hosted.service("search", exposure=Exposure.INTERNAL, path="/search")
HERE = {"shop": "shop.plant.prod.internal", "search": "search.plant.prod.internal"}
AWS = {"search": "https://api.example.com"}


def services(overflow: Mapping[str, str], addresses: Mapping[str, str] = HERE, *more: Any) -> dict[str, Any]:
    """The server behind HTTPS."""
    plan = hosted.site(services=(SHOP, SEARCH, hosted.service("stock"), *more))
    text = proxy_config(plan, plan.host("one"), addresses=addresses, overflow=overflow)
    return json.loads(text)["apps"]["http"]["servers"]["services"]


def handlers(server: dict[str, Any], path: str) -> list[dict[str, Any]]:
    """Of the route of a path."""
    found = [route for route in server["routes"] if path in route.get("match", [{}])[0].get("path", [])]
    return [] if not found else found[0]["handle"]


def test_the_longer_path_is_seen_first_and_inner_services_have_none() -> None:
    paths = [route["match"][0]["path"] for route in services({})["routes"] if "match" in route]
    assert paths == [["/search", "/search/*"], ["/*"]]
    assert path_patterns("/") == ["/*"]


def test_replicas_are_found_by_name_so_that_their_number_is_nothing_to_the_proxy() -> None:
    (handler,) = handlers(services({}), "/search")
    assert handler["dynamic_upstreams"] == {
        "source": "a",
        "name": "search.plant.prod.internal",
        "port": "8080",
        "refresh": "2s",
    }
    assert "health_checks" not in handler


def test_what_replicas_cannot_take_goes_to_aws_under_the_name_of_its_certificate() -> None:
    server = services(AWS)
    (handler,) = handlers(server, "/search")
    assert handler["health_checks"]["passive"]["unhealthy_request_count"] == 8
    (error,) = server["errors"]["routes"]
    assert error["match"] == [
        {"path": ["/search", "/search/*"], "expression": "{http.error.status_code} in [502, 503]"}
    ]
    away = error["handle"][-1]
    assert away["upstreams"] == [{"dial": "api.example.com:443"}]
    assert away["transport"]["tls"] == {"server_name": "api.example.com"}
    assert away["headers"]["request"]["set"]["Host"] == ["api.example.com"]


def test_an_answer_of_busy_is_asked_again_at_aws_where_the_request_has_no_body() -> None:
    (handler,) = handlers(services(AWS), "/search")
    (answer,) = handler["handle_response"]
    assert answer["match"] == {"status_code": [429, 503]}
    again, passed_on = answer["routes"]
    assert again["match"] == [{"method": ["GET", "HEAD", "OPTIONS"]}]
    assert again["handle"][0]["upstreams"] == [{"dial": "api.example.com:443"}]
    assert passed_on["handle"] == [{"handler": "copy_response"}]


def test_a_host_without_the_service_sends_all_of_it_to_aws() -> None:
    (handler,) = handlers(services(AWS, {"shop": HERE["shop"]}), "/search")
    assert handler["upstreams"] == [{"dial": "api.example.com:443"}]
    assert handlers(services({}, {"shop": HERE["shop"]}), "/search") == []


def test_grpc_is_spoken_in_clear_to_replicas() -> None:
    chat = hosted.service("chat", exposure=Exposure.PUBLIC, path="/chat", protocol=Protocol.GRPC)
    (handler,) = handlers(services({}, {**HERE, "chat": "chat.plant.prod.internal"}, chat), "/chat")
    assert handler["transport"]["versions"] == ["h2c", "2"]


def test_a_replica_is_full_with_what_it_is_planned_to_answer_in_a_second() -> None:
    assert most_open(hosted.service("a", hosted.variant(load_per_replica_per_second=40))) == 40
    assert most_open(hosted.service("a", hosted.variant(load_per_replica_per_second=0.2))) == 4


def test_a_given_certificate_is_for_the_sites_name_and_callers_by_other_names_meet_the_hosts_own() -> None:
    plan = hosted.site()
    files = CertificateFiles(chain="/run/secrets/chain", key="/run/secrets/key")
    text = proxy_config(plan, plan.host("one"), addresses=HERE, overflow={}, certificate=files)
    apps = json.loads(text)["apps"]
    assert apps["tls"]["certificates"] == {
        "automate": ["one.example.com", "localhost"],
        "load_files": [{"certificate": "/run/secrets/chain", "key": "/run/secrets/key", "tags": ["given"]}],
    }
    assert apps["http"]["servers"]["services"]["tls_connection_policies"] == [
        {"match": {"sni": ["plant.example.com"]}, "certificate_selection": {"any_tag": ["given"]}},
        {"default_sni": "one.example.com"},
    ]


def test_browsers_are_sent_to_the_published_port() -> None:
    plan = hosted.site()
    text = proxy_config(plan, plan.host("one"), addresses=HERE, overflow={})
    redirect = json.loads(text)["apps"]["http"]["servers"]["redirect"]["routes"][0]["handle"][0]
    assert redirect["headers"]["Location"] == ["https://{http.request.host}:8443{http.request.uri}"]
    assert '"disabled": true' in text, "nobody changes it behind Pulumi's back"
