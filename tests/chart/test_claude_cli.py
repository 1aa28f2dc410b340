"""The values that docs/executor.md gives for the claude program."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from support.helm import render

PAGE = Path(__file__).parents[2] / "docs" / "executor.md"
POOL, SIGN_IN = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL))


def test_the_pools_settings_reach_the_executor() -> None:
    env = render(POOL, set_up="production").env("executor")
    given = POOL["executor"]["env"]
    assert {name: env[name] for name in given} == {name: str(value) for name, value in given.items()}


def test_a_sign_in_comes_from_its_secret() -> None:
    pod = render(SIGN_IN, set_up="production").pod("executor")
    (container,) = pod["containers"]
    (variable,) = [each for each in container["env"] if each["name"] == "PARLEY_EXECUTOR_CLAUDE_SIGN_IN"]
    assert variable["valueFrom"] == {"secretKeyRef": {"name": "parley-claude", "key": "sign-in"}}


def test_each_process_has_its_directory_where_the_root_is_read_only() -> None:
    pod = render(POOL, set_up="production").pod("executor")
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    place = POOL["executor"]["env"]["PARLEY_EXECUTOR_CLAUDE_DIRECTORY"]
    assert volumes[mounts[place]]["emptyDir"]["medium"] == "Memory"
