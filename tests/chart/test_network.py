"""Who reaches whom: the policies of a release, applied as Kubernetes defines them."""

from __future__ import annotations

from typing import Any

import pytest
from support.helm import NAMESPACE, SERVICES, Rendered, render
from support.network import Host, Party, Pod, may

PORTS = {
    "gateway": (50051, 9091),
    "cache": (50052, 9092),
    "executor": (50053, 9093),
    "monitor": (50054, 9094),
    "sandbox": (8010, 8011, 8012, 4318),
    "redis": (6379,),
    "lgtm": (3000, 4318),
    "test": (),
}
HOME = {"kubernetes.io/metadata.name": NAMESPACE}


def own(component: str) -> Pod:
    """A pod of the release."""
    labels = {
        "app.kubernetes.io/name": "parley",
        "app.kubernetes.io/instance": "parley",
        "app.kubernetes.io/component": component,
    }
    return Pod(labels, NAMESPACE, HOME)


STRANGER = Pod({"app": "stranger"}, NAMESPACE, HOME)
ELSEWHERE = Pod({"app": "stranger"}, "other", {"kubernetes.io/metadata.name": "other"})
SECOND_RELEASE = Pod({**own("gateway").labels, "app.kubernetes.io/instance": "second"}, NAMESPACE, HOME)
PROMETHEUS = Pod({"app": "prometheus"}, "monitoring", {"kubernetes.io/metadata.name": "monitoring"})
NAMES = Pod({"k8s-app": "kube-dns"}, "kube-system", {"kubernetes.io/metadata.name": "kube-system"}, "10.96.0.10")
DISCORD, METADATA, NEIGHBOUR = Host("162.159.128.233"), Host("169.254.169.254"), Host("10.20.30.40")
STRANGERS: tuple[Party, ...] = (STRANGER, ELSEWHERE, SECOND_RELEASE, NEIGHBOUR, own("another"))


def reached(release: Rendered, source: Party) -> set[tuple[str, int]]:
    """Return the pods and ports of the release that somebody reaches."""
    policies = release.of("NetworkPolicy")
    return {
        (component, port)
        for component, ports in PORTS.items()
        for port in ports
        if release_has(release, component) and may(policies, source, own(component), port)
    }


def release_has(release: Rendered, component: str) -> bool:
    return any(name == f"parley-{component}" for name, _ in release.pods())


# --- production


def test_in_production_each_reaches_whom_it_calls_and_nobody_else() -> None:
    release = render(set_up="bundled-redis")
    assert {name: reached(release, own(name)) for name in (*SERVICES, "redis", "test")} == {
        "gateway": {("cache", 50052), ("executor", 50053), ("monitor", 50054)},
        "cache": {("monitor", 50054), ("redis", 6379)},
        "executor": {("monitor", 50054)},
        "monitor": set(),
        "redis": set(),
        "test": {("gateway", 50051), ("cache", 50052)},
    }


def test_nobody_but_the_gateway_reaches_the_executor() -> None:
    release = render(set_up="production")
    for who in (*map(own, set(PORTS) - {"gateway"}), *STRANGERS, PROMETHEUS):
        assert ("executor", 50053) not in reached(release, who), who
    assert ("executor", 50053) in reached(release, own("gateway"))


@pytest.mark.parametrize("who", STRANGERS, ids=str)
def test_a_stranger_is_refused_on_every_port(who: Party, rendered: Rendered, set_up: str) -> None:
    open_on_purpose = set_up == "memory"
    assert bool(reached(rendered, who)) is open_on_purpose


def test_prometheus_reaches_the_metrics_and_nothing_else() -> None:
    release = render(set_up="production")
    assert reached(release, PROMETHEUS) == {(name, PORTS[name][1]) for name in SERVICES}
    narrow = render({"networkPolicy": {"metricsFrom": []}}, set_up="production")
    assert reached(narrow, PROMETHEUS) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_only_the_gateway_and_the_executor_reach_the_internet_and_only_by_https(service: str) -> None:
    policies = render(set_up="production").of("NetworkPolicy")
    outward = service in {"gateway", "executor"}
    assert may(policies, own(service), DISCORD, 443) is outward
    assert not may(policies, own(service), DISCORD, 80)
    for private in (METADATA, NEIGHBOUR, Host("192.168.1.1"), Host("100.64.0.1"), Host("fd00::1")):
        assert not may(policies, own(service), private, 443)
    assert may(policies, own(service), Host("2606:4700::1"), 443) is outward


@pytest.mark.parametrize("service", [*SERVICES, "sandbox", "test", "lgtm"])
def test_everybody_may_ask_for_names(service: str) -> None:
    policies = render(set_up="everything").of("NetworkPolicy")
    for protocol in ("UDP", "TCP"):
        assert may(policies, own(service), NAMES, 53, protocol)
        assert may(policies, own(service), Host("169.254.20.10"), 53, protocol), "NodeLocal DNSCache"
    assert not may(policies, own(service), NAMES, 443)


# --- a Redis and a collector of one's own


def test_the_cache_alone_reaches_an_external_redis_and_its_sentinels() -> None:
    policies = render(set_up="sentinel").of("NetworkPolicy")
    for where in (NEIGHBOUR, ELSEWHERE):
        for port in (26379, 6379, 6380):
            assert may(policies, own("cache"), where, port)
            assert not may(policies, own("gateway"), where, port)
        assert not may(policies, own("cache"), where, 5432)


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [("http://10.1.1.1", 80), ("https://otlp.example/otlp", 443), ("http://collector.monitoring:4318", 4318)],
)
def test_all_four_reach_the_collector_on_its_port_alone(endpoint: str, port: int) -> None:
    policies = render({"otel": {"endpoint": endpoint}}, set_up="production").of("NetworkPolicy")
    for service in SERVICES:
        assert may(policies, own(service), PROMETHEUS, port)
        assert not may(policies, own(service), PROMETHEUS, 9999)


def test_what_an_operator_adds_is_allowed_beside_the_rest() -> None:
    values: dict[str, Any] = {
        "executor": {
            "networkPolicy": {
                "extraEgress": [{"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}], "ports": [{"port": 3128}]}]
            }
        }
    }
    policies = render(values, set_up="production").of("NetworkPolicy")
    assert may(policies, own("executor"), Host("10.1.2.3"), 3128)
    assert not may(policies, own("gateway"), Host("10.1.2.3"), 3128)


def test_what_is_added_for_all_components_is_not_added_for_redis() -> None:
    anybody: list[dict[str, Any]] = [{"from": [{"podSelector": {}}]}]
    release = render({"defaults": {"networkPolicy": {"extraIngress": anybody}}}, set_up="bundled-redis")
    assert ("executor", 50053) in reached(release, STRANGER)
    assert ("redis", 6379) not in reached(release, STRANGER)


def test_a_cluster_that_keeps_probes_out_can_name_its_nodes() -> None:
    node = Host("10.0.0.7")
    assert reached(render(set_up="production"), node) == set()
    release = render({"networkPolicy": {"nodes": ["10.0.0.0/24"]}}, set_up="production")
    assert reached(release, node) == {(name, PORTS[name][0]) for name in SERVICES}


# --- a trial


def test_in_a_trial_nothing_leaves_the_cluster_and_the_loopbacks_are_reached() -> None:
    release = render(set_up="sandbox")
    assert {name: reached(release, own(name)) for name in (*SERVICES, "sandbox", "test")} == {
        "gateway": {
            ("cache", 50052),
            ("executor", 50053),
            ("monitor", 50054),
            ("sandbox", 8011),
            ("sandbox", 4318),
        },
        "cache": {("monitor", 50054), ("sandbox", 4318)},
        "executor": {("monitor", 50054), ("sandbox", 8012), ("sandbox", 4318)},
        "monitor": {("sandbox", 4318)},
        "sandbox": {("gateway", 50051), ("monitor", 50054)},
        "test": {("sandbox", 8010)},
    }
    for name in (*SERVICES, "sandbox"):
        assert not may(release.of("NetworkPolicy"), own(name), DISCORD, 443)


@pytest.mark.parametrize(
    ("values", "called"),
    [
        ({}, {("sandbox", 8010)}),
        ({"discord": {"existingSecret": "mine"}}, {("gateway", 50051), ("cache", 50052)}),
    ],
    ids=["a conversation", "what services say"],
)
def test_helms_test_reaches_what_its_command_calls(values: dict[str, Any], called: set[tuple[str, int]]) -> None:
    release = render(values, set_up="sandbox")
    assert reached(release, own("test")) == called
    unbound = {"parley-test", "parley-default-deny"}
    others = Rendered(tuple(each for each in release.objects if each["metadata"]["name"] not in unbound))
    assert reached(others, own("test")) == called, "nobody else lets it in, either"


def test_with_everything_on_grafana_gets_what_it_shows_and_the_page_whom_it_names() -> None:
    release = render(set_up="everything")
    ingress = Pod({}, "ingress", {"kubernetes.io/metadata.name": "ingress"})
    assert reached(release, ingress) == {("sandbox", 8010)}
    assert reached(release, own("lgtm")) == {(name, PORTS[name][1]) for name in SERVICES}
    assert ("lgtm", 4318) in reached(release, own("sandbox"))
    assert ("lgtm", 4318) not in reached(release, own("gateway")), "its spans go by the sandbox"
