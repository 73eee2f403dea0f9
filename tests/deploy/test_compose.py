"""The Compose file: as Docker Compose reads it, and against the files it puts together."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from service import gunicorn
from service.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def docker_compose():
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and not subprocess.run([*command, "version"], capture_output=True).returncode:
            return command
    pytest.skip("Docker Compose is not installed")


def test_compose_reads_it():
    command = [*docker_compose(), "-f", "compose.yaml", "config", "--quiet"]
    done = subprocess.run(command, cwd=DEPLOY, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_container_is_confined():
    for service in COMPOSE["services"].values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


def test_the_balancer_names_every_replica():
    """Compose calls containers PROJECT-SERVICE-NUMBER."""
    replicas = COMPOSE["services"]["replica"]["deploy"]["replicas"]
    environment = COMPOSE["services"]["balancer"]["environment"]
    port = re.search(r"^EXPOSE (\d+)$", (DEPLOY.parent / "Dockerfile").read_text(), re.MULTILINE).group(1)
    names = {f"REPLICA_{number}": f"{COMPOSE['name']}-replica-{number}:{port}" for number in range(1, replicas + 1)}
    assert environment.items() - {("LISTEN", "*:8000")} == names.items()
    assert set(re.findall(r"\$\{(\w+)\}", (DEPLOY / "haproxy" / "haproxy.cfg").read_text())) == environment.keys()


def test_a_replica_has_the_time_to_drain():
    period = COMPOSE["services"]["replica"]["stop_grace_period"]
    assert int(period.removesuffix("s")) > Settings().drain_seconds + gunicorn.graceful_timeout
