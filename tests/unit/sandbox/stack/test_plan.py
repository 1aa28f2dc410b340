from collections.abc import Mapping
from dataclasses import replace

from parley_sandbox.children import ChildSpec
from parley_sandbox.plan import Place, Sources, instance_names, places, services
from parley_sandbox.settings import SandboxSettings

LOOPBACKS = Sources("bot.token", "http://127.0.0.1:1/api/v10", "loopback", "http://127.0.0.1:2", "http://127.0.0.1:3")
REAL = Sources("real.token", None, "sk-key", None, "http://127.0.0.1:3")


def plan(
    sources: Sources = LOOPBACKS, environment: Mapping[str, str] | None = None, **settings: int | str
) -> dict[str, ChildSpec]:
    chosen = SandboxSettings.model_validate(settings)
    places = tuple(Place(name, f"127.0.0.1:{50 + at}", "127.0.0.1:0") for at, name in enumerate(instance_names(chosen)))
    return {spec.name: spec for spec in services(chosen, sources, places, environment or {})}


def test_the_four_services_find_each_other() -> None:
    specs = plan()
    assert list(specs) == ["monitor", "cache", "executor", "gateway"]
    gateway = specs["gateway"].environment
    assert gateway["PARLEY_GATEWAY_CACHE"] == specs["cache"].address
    assert gateway["PARLEY_GATEWAY_MONITOR"] == specs["monitor"].address
    assert specs["executor"].environment["PARLEY_EXECUTOR_MONITOR"] == specs["monitor"].address
    assert specs["cache"].environment["PARLEY_CACHE_MONITOR"] == specs["monitor"].address


def test_several_instances_are_numbered() -> None:
    specs = plan(executors=2, gateways=2)
    assert list(specs) == ["monitor", "cache", "executor-1", "executor-2", "gateway-1", "gateway-2"]
    assert specs["executor-2"].argv[-1] == "parley_executor"
    assert specs["executor-1"].address != specs["executor-2"].address


def test_every_gateway_knows_every_cache_and_the_caches_share_a_redis() -> None:
    shared = replace(LOOPBACKS, redis_url="redis://127.0.0.1:7/0")
    specs = plan(shared, gateways=2, caches=2, redis="redis://127.0.0.1:7/0")
    assert list(specs) == ["monitor", "cache-1", "cache-2", "executor", "gateway-1", "gateway-2"]
    both = f"{specs['cache-1'].address},{specs['cache-2'].address}"
    for name, spec in specs.items():
        assert spec.environment.get("PARLEY_GATEWAY_CACHE") == (both if name.startswith("gateway") else None)
        wanted = "redis://127.0.0.1:7/0" if name.startswith("cache") else None
        assert spec.environment.get("PARLEY_CACHE_REDIS_URL") == wanted


def test_no_service_sees_another_ones_secret_or_the_developers_environment() -> None:
    environment = {"AWS_SECRET": "x", "PARLEY_CACHE_REDIS_URL": "redis://r", "DISCORD_TOKEN": "y"}
    specs = plan(environment=environment)
    for name, spec in specs.items():
        assert "AWS_SECRET" not in spec.environment
        assert "DISCORD_TOKEN" not in spec.environment
        assert ("ANTHROPIC_API_KEY" in spec.environment) == (name == "executor")
        assert ("PARLEY_GATEWAY_DISCORD_TOKEN" in spec.environment) == (name == "gateway")
        assert ("PARLEY_CACHE_REDIS_URL" in spec.environment) == (name == "cache")


def test_what_a_developer_sets_for_a_service_wins_but_not_where_it_listens() -> None:
    given = {"PARLEY_EXECUTOR_SLOTS": "9", "PARLEY_EXECUTOR_LISTEN": "0.0.0.0:1"}
    executor = plan(environment=given)["executor"]
    assert executor.environment["PARLEY_EXECUTOR_SLOTS"] == "9"
    assert executor.environment["PARLEY_EXECUTOR_LISTEN"] == executor.address


def test_with_the_real_ones_nothing_but_the_addresses_differs() -> None:
    proxied = {"HTTPS_PROXY": "http://proxy:3128"}
    gateway, executor = (plan(REAL, proxied)[name].environment for name in ("gateway", "executor"))
    assert gateway["PARLEY_GATEWAY_DISCORD_TOKEN"] == "real.token"
    assert "PARLEY_GATEWAY_DISCORD_REST_URL" not in gateway
    assert "ANTHROPIC_BASE_URL" not in executor
    assert gateway["HTTPS_PROXY"] == executor["HTTPS_PROXY"] == "http://proxy:3128"
    assert gateway.keys() - plan(LOOPBACKS)["gateway"].environment.keys() == {"HTTPS_PROXY"}


def test_loopbacks_are_reached_without_a_proxy() -> None:
    for spec in plan(environment={"HTTPS_PROXY": "http://proxy:3128"}).values():
        assert "HTTPS_PROXY" not in spec.environment
        assert "127.0.0.1" in spec.environment["NO_PROXY"]


def test_of_services_elsewhere_none_is_started_and_each_is_known() -> None:
    apart = SandboxSettings(gateway_addresses="a-0.a:50051,a-1.a:50051", monitor_address="m:50054")
    assert instance_names(apart) == ()
    found = places(apart)
    assert [(place.name, place.grpc) for place in found] == [
        ("monitor", "m:50054"),
        ("gateway-1", "a-0.a:50051"),
        ("gateway-2", "a-1.a:50051"),
    ]
    assert services(apart, LOOPBACKS, found, {}) == ()
