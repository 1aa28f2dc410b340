"""What an operator finds in a cluster, by what they asked for."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from support import helm
from support.helm import SERVICES, RefusedError, Rendered, render

MONITORING = ("--api-versions", "monitoring.coreos.com/v1/PodMonitor")


def sandbox(**values: Any) -> Rendered:
    return render(values, set_up="sandbox")


def production(**values: Any) -> Rendered:
    return render(values, set_up="production")


# --- a trial


def test_a_trial_needs_no_secret_no_volume_and_one_of_each() -> None:
    trial = sandbox()
    assert "secretKeyRef" not in str(trial.objects)
    assert not trial.of("Secret")
    assert "volumeClaimTemplates" not in str(trial.objects)
    assert not trial.of("PodDisruptionBudget")
    assert not trial.of("HorizontalPodAutoscaler")
    assert {name: trial.workload(name)["spec"]["replicas"] for name in (*SERVICES, "sandbox")} == dict.fromkeys(
        (*SERVICES, "sandbox"), 1
    )


def test_a_trial_talks_with_the_loopbacks() -> None:
    trial = sandbox()
    assert trial.env("gateway")["PARLEY_GATEWAY_DISCORD_REST_URL"] == "http://parley-sandbox:8011/api/v10"
    assert trial.env("executor")["ANTHROPIC_BASE_URL"] == "http://parley-sandbox:8012"
    assert trial.env("sandbox")["PARLEY_SANDBOX_ADVERTISE"] == "parley-sandbox"
    for service in SERVICES:
        assert trial.env(service)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://parley-sandbox:4318"
    served = {port["name"]: port["port"] for port in trial.one("Service", "parley-sandbox")["spec"]["ports"]}
    assert served == {"page": 8010, "discord": 8011, "claude": 8012, "otlp": 4318}


def test_the_page_watches_every_gateway_by_its_own_name() -> None:
    watched = sandbox(gateway={"replicas": 3}).env("sandbox")["PARLEY_SANDBOX_GATEWAY_ADDRESSES"]
    assert watched.split(",") == [f"parley-gateway-{number}.parley-gateway:50051" for number in range(3)]


@pytest.mark.parametrize(("party", "variable"), [("claude", "ANTHROPIC_API_KEY"), ("discord", "DISCORD_TOKEN")])
def test_one_secret_makes_one_party_the_real_one(party: str, variable: str) -> None:
    half = sandbox(**{party: {"existingSecret": "mine"}})
    assert variable in half.env("sandbox"), "the page must know which party is real"
    assert "secretKeyRef" not in str(half.pod("sandbox")), "and needs no secret for that"
    assert ("ANTHROPIC_BASE_URL" in half.env("executor")) is (party == "discord")
    assert ("PARLEY_GATEWAY_DISCORD_REST_URL" in half.env("gateway")) is (party == "claude")


def test_a_trial_with_two_caches_gets_a_redis() -> None:
    both = render({"cache": {"replicas": 2}}, *helm.CLUSTER, set_up="sandbox")
    assert both.find("StatefulSet", "parley-redis")
    assert both.env("cache")["PARLEY_CACHE_REDIS_URL"] == "redis://parley-redis:6379/0"


def test_traces_of_a_trial_reach_the_sandbox_and_from_there_the_collector() -> None:
    trial = sandbox(otel={"endpoint": "http://collector.monitoring:4318", "headers": {"existingSecret": "otlp"}})
    assert trial.env("cache")["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://parley-sandbox:4318"
    assert "OTEL_EXPORTER_OTLP_HEADERS" not in trial.env("cache")
    assert trial.env("sandbox")["PARLEY_SANDBOX_OTLP_FORWARD"] == "http://collector.monitoring:4318"
    assert trial.env("sandbox")["OTEL_EXPORTER_OTLP_HEADERS"]["secretKeyRef"]["name"] == "otlp"


# --- production


def test_production_runs_two_of_each_and_scales_the_monitor_to_five() -> None:
    release = production()
    assert {name: release.workload(name)["spec"].get("replicas") for name in SERVICES} == {
        "gateway": 2,
        "cache": 2,
        "executor": 2,
        "monitor": None,
    }
    scaler = release.one("HorizontalPodAutoscaler", "parley-monitor")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 5)
    assert release.workload("gateway")["kind"] == "StatefulSet"
    assert {each["metadata"]["name"] for each in release.of("PodDisruptionBudget")} == {
        f"parley-{name}" for name in SERVICES
    }


def test_each_secret_reaches_the_one_service_that_needs_it() -> None:
    release = production()
    reads = {
        name: {
            value["secretKeyRef"]["name"]
            for value in release.env(name).values()
            if isinstance(value, dict) and "secretKeyRef" in value
        }
        for name in SERVICES
    }
    assert reads == {
        "gateway": {"parley-discord"},
        "cache": {"parley-redis"},
        "executor": {"parley-claude"},
        "monitor": set(),
    }
    assert not release.find("Deployment", "parley-sandbox")


def test_a_fixed_number_of_monitors_is_not_scaled() -> None:
    release = production(monitor={"replicas": 3})
    assert release.workload("monitor")["spec"]["replicas"] == 3
    assert not release.of("HorizontalPodAutoscaler")


def test_the_services_find_each_other_by_headless_names() -> None:
    release = production()
    assert release.env("gateway")["PARLEY_GATEWAY_CACHE"] == "parley-cache:50052"
    for service in SERVICES:
        found = release.one("Service", f"parley-{service}")["spec"]
        assert found["clusterIP"] == "None"
        # A draining pod must leave the name; only a fresh monitor listens before it is ready.
        assert found.get("publishNotReadyAddresses", False) is (service == "monitor")


def test_each_pod_tells_its_peers_its_own_address() -> None:
    assert production().env("executor")["PARLEY_EXECUTOR_ADVERTISE"] == "$(POD_IP):50053"
    assert production(ipv6=True).env("executor")["PARLEY_EXECUTOR_ADVERTISE"] == "[$(POD_IP)]:50053"
    assert production(ipv6=True).env("executor")["PARLEY_EXECUTOR_LISTEN"] == "[::]:50053"


# --- settings


def test_a_setting_is_merged_by_its_name_and_more_particular_words_win() -> None:
    release = production(
        defaults={"env": {"TZ": "Asia/Tokyo", "OTEL_BSP_SCHEDULE_DELAY": 100}, "podLabels": {"tier": "chat"}},
        cache={
            "env": {"OTEL_BSP_SCHEDULE_DELAY": 300, "PARLEY_CACHE_LOG_BYTES": 536870912},
            "extraEnv": [{"name": "TZ", "value": "UTC"}],
            "podLabels": {"side": "cache"},
        },
    )
    assert release.env("executor")["TZ"] == "Asia/Tokyo"
    assert release.env("executor")["OTEL_BSP_SCHEDULE_DELAY"] == "100"
    cache = release.env("cache")
    assert (cache["TZ"], cache["OTEL_BSP_SCHEDULE_DELAY"]) == ("UTC", "300")
    assert cache["PARLEY_CACHE_LOG_BYTES"] == "536870912", "and no 5.36870912e+08"
    assert {"tier": "chat", "side": "cache"}.items() <= release.workload("cache")["spec"]["template"]["metadata"][
        "labels"
    ].items()


def test_an_operators_prices_reach_the_executor_as_the_docs_say() -> None:
    page = (helm.CHART.parents[1] / "docs" / "telemetry.md").read_text(encoding="utf-8")
    told = next(block for block in page.split("```yaml\n") if block.startswith("executor:"))
    release = production(**yaml.safe_load(told.split("```")[0]))
    mounts = {each["name"]: each["mountPath"] for each in release.pod("executor")["containers"][0]["volumeMounts"]}
    assert release.env("executor")["PARLEY_EXECUTOR_PRICES"] == f"{mounts['prices']}/prices.toml"
    assert {"name": "prices", "configMap": {"name": "claude-prices"}} in release.pod("executor")["volumes"]


def test_what_is_switched_off_for_one_stays_on_for_the_others() -> None:
    release = production(
        defaults={"serviceAccount": {"create": True}, "hostUsers": False},
        executor={"serviceAccount": {"create": False}, "hostUsers": True},
    )
    assert release.pod("executor")["serviceAccountName"] == "default"
    assert "hostUsers" not in release.pod("executor")
    assert release.pod("cache")["serviceAccountName"] == "parley-cache"
    assert release.pod("cache")["hostUsers"] is False


def test_a_changed_setting_rolls_only_the_pods_that_it_is_for() -> None:
    before, after = production(), production(executor={"env": {"PARLEY_EXECUTOR_SLOTS": 3}})
    changed = [name for name in SERVICES if before.workload(name) != after.workload(name)]
    assert changed == ["executor"]


@pytest.mark.parametrize(
    ("service", "env", "seconds"),
    [
        ("executor", {}, 622),
        ("executor", {"PARLEY_EXECUTOR_GRACE": 900}, 922),
        ("gateway", {}, 104),
        ("gateway", {"PARLEY_GATEWAY_GRACE": "30.5", "PARLEY_GATEWAY_DRAIN_ANNOUNCE": 5}, 63),
        ("cache", {}, 32),
        ("monitor", {}, 32),
    ],
)
def test_the_kubelet_waits_as_long_as_a_drain_may_take(service: str, env: dict[str, Any], seconds: int) -> None:
    """Announcement, grace, what a gateway hands over afterwards, and 20 s for telemetry and closing."""
    release = production(**{service: {"env": env}})
    assert release.pod(service)["terminationGracePeriodSeconds"] == seconds


def test_an_image_is_named_by_registry_tag_and_digest() -> None:
    digest = "sha256:" + "0" * 64
    release = production(
        defaults={"image": {"registry": "registry.example/parley/", "tag": "1.2"}}, cache={"image": {"digest": digest}}
    )
    assert release.pod("executor")["containers"][0]["image"] == "registry.example/parley/parley-executor:1.2"
    assert release.pod("cache")["containers"][0]["image"] == f"registry.example/parley/parley-cache:1.2@{digest}"


# --- the caches' store


def test_a_cache_that_keeps_everything_itself_is_never_two() -> None:
    alone = render(set_up="memory").workload("cache")["spec"]
    assert (alone["replicas"], alone["strategy"]) == (1, {"type": "Recreate"})
    with pytest.raises(RefusedError, match="answered twice"):
        render({"cache": {"replicas": 2}}, set_up="memory")


def test_a_redis_behind_sentinels_over_tls() -> None:
    release = render(set_up="sentinel")
    env = release.env("cache")
    assert env["PARLEY_CACHE_REDIS_URL"] == "rediss://parley/0"
    assert env["PARLEY_CACHE_REDIS_USERNAME"] == "parley"
    assert env["PARLEY_CACHE_REDIS_PASSWORD"]["secretKeyRef"] == {"name": "parley-redis", "key": "password"}
    assert env["PARLEY_CACHE_REDIS_SENTINELS"].count(",") == 2
    assert env["PARLEY_CACHE_REDIS_SENTINEL_PASSWORD"]["secretKeyRef"]["key"] == "sentinel"
    assert env["PARLEY_CACHE_REDIS_CA_FILE"] == "/etc/parley/redis/ca.crt"
    mount = next(each for each in release.pod("cache")["containers"][0]["volumeMounts"] if each["name"] == "redis-ca")
    assert mount["mountPath"] == "/etc/parley/redis"
    assert not release.find("StatefulSet", "parley-redis")


def test_the_bundled_redis_keeps_its_data_asks_for_a_password_and_evicts_nothing() -> None:
    release = render(set_up="bundled-redis")
    redis = release.one("StatefulSet", "parley-redis")["spec"]
    (claim,) = redis["volumeClaimTemplates"]
    assert claim["spec"]["resources"]["requests"]["storage"] == "20Gi"
    configuration = release.one("ConfigMap", "parley-redis")["data"]["redis.conf"]
    assert "maxmemory-policy noeviction" in configuration
    assert "appendonly yes" in configuration
    container = redis["template"]["spec"]["containers"][0]
    assert 'requirepass "%s"' in container["args"][0]
    assert container["env"][0]["valueFrom"]["secretKeyRef"]["name"] == "parley-redis"
    assert "--requirepass" not in str(container), "the password would stand in the process list"
    assert release.env("cache")["PARLEY_CACHE_REDIS_PASSWORD"]["secretKeyRef"]["name"] == "parley-redis"


def test_a_changed_redis_configuration_rolls_redis() -> None:
    def annotations(**values: Any) -> Any:
        release = render({"redis": {"bundled": values}}, set_up="bundled-redis")
        return release.one("StatefulSet", "parley-redis")["spec"]["template"]["metadata"]["annotations"]

    assert annotations() != annotations(maxmemory="512mb")


# --- telemetry


def test_metrics_are_offered_where_the_cluster_knows_how() -> None:
    assert not production().of("PodMonitor")
    found = render({}, *MONITORING, set_up="production").one("PodMonitor", "parley")
    assert found["spec"]["podMetricsEndpoints"][0]["port"] == "metrics"
    assert not render({"metrics": {"podMonitor": {"enabled": False}}}, *MONITORING, set_up="production").of(
        "PodMonitor"
    )
    forced = production(metrics={"podMonitor": {"enabled": True, "labels": {"release": "stack"}}})
    assert forced.one("PodMonitor", "parley")["metadata"]["labels"]["release"] == "stack"


def test_a_service_monitor_stands_in_place_of_the_pod_monitor() -> None:
    both = render({"metrics": {"serviceMonitor": {"enabled": True}}}, *MONITORING, set_up="production")
    assert not both.of("PodMonitor")
    chosen = both.one("ServiceMonitor", "parley")["spec"]
    services = [each for each in both.of("Service") if chosen["selector"]["matchLabels"].items() <= _labels(each)]
    named = {each["metadata"]["labels"]["app.kubernetes.io/component"] for each in services}
    assert named >= set(chosen["selector"]["matchExpressions"][0]["values"]) == set(SERVICES)


def _labels(each: dict[str, Any]) -> Any:
    return each["metadata"]["labels"].items()


def test_every_dashboard_becomes_a_config_map_that_grafana_finds() -> None:
    files = {path.name for path in (helm.CHART / "files" / "dashboards").glob("*.json")}
    release = production(dashboards={"enabled": True, "annotations": {"grafana_folder": "Parley"}})
    maps = [each for each in release.of("ConfigMap") if "-dashboard-" in each["metadata"]["name"]]
    assert {key for each in maps for key in each["data"]} == files
    for each in maps:
        assert each["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert each["metadata"]["annotations"]["grafana_folder"] == "Parley"


def test_the_bundled_grafana_scrapes_every_service_and_takes_the_traces() -> None:
    release = production(observability={"bundled": {"enabled": True}})
    scraped = release.one("ConfigMap", "parley-lgtm")["data"]["prometheus.yaml"]
    jobs = {job["job_name"]: job["dns_sd_configs"][0] for job in yaml.safe_load(scraped)["scrape_configs"]}
    assert {name: job["port"] for name, job in jobs.items()} == {
        "gateway": 9091,
        "cache": 9092,
        "executor": 9093,
        "monitor": 9094,
    }
    assert jobs["cache"]["names"] == [f"parley-cache.{helm.NAMESPACE}.svc"]
    assert release.env("gateway")["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://parley-lgtm:4318"


# --- the test of the chart itself


def test_helm_test_holds_a_conversation_in_a_trial_and_asks_every_service_in_production() -> None:
    trial = sandbox().one("Pod", "parley-test")
    assert trial["metadata"]["annotations"]["helm.sh/hook"] == "test"
    # What it said is printed by helm, and no pod outlives `helm uninstall`.
    assert "hook-failed" in trial["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
    assert "hook-failed" in trial["metadata"]["annotations"]["helm.sh/hook-output-log-policy"]
    (container,) = trial["spec"]["containers"]
    assert container["command"] == ["python", "-m", "parley_sandbox", "check"]
    assert container["args"] == ["--without-redis"]
    (container,) = production().one("Pod", "parley-test")["spec"]["containers"]
    assert container["command"] == ["python", "-m", "parley_kit.check"]
    assert container["args"] == [
        "parley-gateway:50051=parley.gateway.v1.GatewayService,cache,monitor,executor",
        "parley-cache:50052=parley.cache.v1.TurnService,redis",
    ]


def test_the_monitor_goes_last_when_a_node_is_short() -> None:
    release = production(priorityClasses={"create": True})
    monitor = release.one("PriorityClass", f"{helm.NAMESPACE}-parley-monitor")["value"]
    assert monitor > release.one("PriorityClass", f"{helm.NAMESPACE}-parley-service")["value"]
    assert release.pod("monitor")["priorityClassName"] == f"{helm.NAMESPACE}-parley-monitor"


def test_an_object_of_the_operators_own_is_rendered_with_its_templates() -> None:
    assert render(set_up="everything").one("ConfigMap", "parley-notes")["data"] == {"who": "chat"}
