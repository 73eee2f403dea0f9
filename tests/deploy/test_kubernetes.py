"""The Kubernetes manifests: against the schemas of the API, and against what the container and the service are."""

import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from service import gunicorn
from service.settings import Settings

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
MANIFESTS = {name: yaml.safe_load((KUBERNETES / name).read_text()) for name in KUSTOMIZATION["resources"]}
KINDS = {manifest["kind"]: manifest for manifest in MANIFESTS.values()}
POD = KINDS["Deployment"]["spec"]["template"]
(CONTAINER,) = POD["spec"]["containers"]


@pytest.mark.parametrize("version", ["1.30", kubernetes_validate.latest_version()])
@pytest.mark.parametrize("name", MANIFESTS)
def test_manifest_is_valid(name, version):
    kubernetes_validate.validate(MANIFESTS[name], version, strict=True)


def test_every_file_is_applied():
    assert {"kustomization.yaml", *MANIFESTS} == {path.name for path in KUBERNETES.iterdir()}


def test_all_speak_of_the_same_pods():
    labels = POD["metadata"]["labels"]
    spec = {kind: manifest["spec"] for kind, manifest in KINDS.items()}
    assert spec["Deployment"]["selector"]["matchLabels"] == labels
    assert spec["Service"]["selector"] == labels
    assert spec["PodDisruptionBudget"]["selector"]["matchLabels"] == labels
    assert spec["NetworkPolicy"]["podSelector"]["matchLabels"] == labels
    assert spec["HorizontalPodAutoscaler"]["scaleTargetRef"]["name"] == KINDS["Deployment"]["metadata"]["name"]


def test_all_ports_are_the_container_s(client):
    (port,) = CONTAINER["ports"]
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert port["containerPort"] == int(re.search(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE).group(1))
    assert {"name": "PORT", "value": str(port["containerPort"])} in CONTAINER["env"]
    (service_port,) = KINDS["Service"]["spec"]["ports"]
    assert service_port["targetPort"] == port["name"]
    (rule,) = KINDS["NetworkPolicy"]["spec"]["ingress"]
    assert [allowed["port"] for allowed in rule["ports"]] == [port["containerPort"]]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert CONTAINER[probe]["httpGet"]["port"] == port["name"]
        assert client.get(CONTAINER[probe]["httpGet"]["path"]).status_code == 200


def test_a_pod_has_the_time_to_drain():
    assert POD["spec"]["terminationGracePeriodSeconds"] > Settings().drain_seconds + gunicorn.graceful_timeout
    readiness = CONTAINER["readinessProbe"]
    assert readiness["periodSeconds"] * readiness["failureThreshold"] < Settings().drain_seconds


def test_the_container_runs_as_the_image_s_user_with_nothing_more_than_it_needs():
    user = re.search(r"^USER (\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE).group(1)
    pod = POD["spec"]["securityContext"]
    assert pod["runAsNonRoot"]
    assert pod["runAsUser"] == int(user)
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert CONTAINER["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
