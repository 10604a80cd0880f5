"""What checks a change: the workflow is valid, its actions are pinned, and the hooks call commands that exist."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
HOOKS = [
    hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    for hook in repository["hooks"]
]

workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def steps(path: Path) -> list[dict[str, Any]]:
    """Every step of every job of a workflow."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [step for job in document["jobs"].values() for step in job["steps"]]


@workflow
def test_a_workflow_is_valid_by_the_published_schema(path: Path) -> None:
    schema = json.loads((files("check_jsonschema.builtin_schemas.vendor") / "github-workflows.json").read_text("utf-8"))
    # YAML 1.1 reads the key `on` as true; GitHub reads it as the word.
    document = {"on" if key is True else key: value for key, value in yaml.safe_load(path.read_text("utf-8")).items()}
    jsonschema.Draft7Validator(schema).validate(document)


@workflow
def test_an_action_is_pinned_to_a_commit(path: Path) -> None:
    for step in steps(path):
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"]), step["uses"]


@workflow
def test_every_job_has_a_time_limit_and_may_only_read(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert document["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in document["jobs"].values())


def test_every_job_runs_the_two_commands_that_a_person_types() -> None:
    document = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    for name, job in document["jobs"].items():
        commands = " ; ".join(step.get("run", "") for step in job["steps"])
        assert "make test" in commands, name
        assert "make demo" in commands, name


def test_debian_12_and_13_are_among_the_machines() -> None:
    document = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert document["jobs"]["debian"]["strategy"]["matrix"]["image"] == ["debian:12", "debian:13"]


def test_hooks_come_from_this_repository_only() -> None:
    document = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in document["repos"]] == ["local"]
    assert {hook["language"] for hook in HOOKS} == {"system"}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_calls_a_command_of_the_virtual_environment(hook: dict[str, Any]) -> None:
    command = shlex.split(hook["entry"])[0]
    assert command.startswith(".venv/bin/")
    result = subprocess.run([ROOT / command, "--help"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode == 0, result.stderr


def test_the_hooks_are_of_the_form_that_pre_commit_reads() -> None:
    result = subprocess.run(
        [ROOT / ".venv/bin/pre-commit", "validate-config", ROOT / ".pre-commit-config.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
