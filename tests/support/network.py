"""Who may talk with whom by a set of NetworkPolicies, computed as Kubernetes defines it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]
Labels = Mapping[str, str]


@dataclass(frozen=True)
class Pod:
    """A pod in a namespace, with the labels of both, and its address."""

    labels: Labels
    namespace: str
    namespace_labels: Labels = field(default_factory=dict)
    address: str = "10.244.0.9"


@dataclass(frozen=True)
class Host:
    """An address outside of the cluster."""

    address: str


Party = Pod | Host


def may(policies: Sequence[Object], source: Party, target: Party, port: int, protocol: str = "TCP") -> bool:
    """Whether a connection is allowed out of the source and into the target."""
    out = not isinstance(source, Pod) or _side(policies, source, target, "Egress", (port, protocol))
    into = not isinstance(target, Pod) or _side(policies, target, source, "Ingress", (port, protocol))
    return out and into


def _side(policies: Sequence[Object], pod: Pod, peer: Party, direction: str, port: tuple[int, str]) -> bool:
    """Whether the policies that select a pod allow the peer; a pod that none selects is open."""
    chosen = [policy for policy in policies if _selects(policy, pod) and direction in policy["spec"]["policyTypes"]]
    rules = [(policy, rule) for policy in chosen for rule in policy["spec"].get(direction.lower(), [])]
    key = "to" if direction == "Egress" else "from"
    allowed = any(_names(rule.get(key), peer, policy) and _ports(rule.get("ports"), *port) for policy, rule in rules)
    return not chosen or allowed


def _selects(policy: Object, pod: Pod) -> bool:
    return pod.namespace == policy["metadata"]["namespace"] and matches(policy["spec"]["podSelector"], pod.labels)


def matches(selector: Object, labels: Labels) -> bool:
    """Whether a selector of matchLabels matches; another kind is not used here."""
    assert set(selector) <= {"matchLabels"}, selector
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def _names(peers: Sequence[Object] | None, party: Party, policy: Object) -> bool:
    return not peers or any(_names_one(peer, party, policy) for peer in peers)


def _names_one(peer: Object, party: Party, policy: Object) -> bool:
    if "ipBlock" in peer:
        return _within(peer["ipBlock"], party.address)
    if not isinstance(party, Pod):
        return False
    in_place = (
        matches(peer["namespaceSelector"], party.namespace_labels)
        if "namespaceSelector" in peer
        else party.namespace == policy["metadata"]["namespace"]
    )
    return in_place and matches(peer.get("podSelector", {}), party.labels)


def _within(block: Object, text: str) -> bool:
    address = ipaddress.ip_address(text)
    return address in ipaddress.ip_network(block["cidr"]) and not any(
        address in ipaddress.ip_network(cut) for cut in block.get("except", [])
    )


def _ports(ports: Sequence[Object] | None, port: int, protocol: str) -> bool:
    return not ports or any(each["port"] == port and each.get("protocol", "TCP") == protocol for each in ports)
