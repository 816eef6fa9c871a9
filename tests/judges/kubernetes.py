"""Judges manifests by Kubernetes's own schemas, strictly: a field that Kubernetes does not know is an error. $1: the file.

Prints what is deployed as JSON: kinds, the container's arguments and variables, the spec that it reads.
"""
import copy
import json
import sys

import kubernetes_validate
import yaml

VERSION = "1.37"

with open(sys.argv[1]) as file:
    manifests = {one["kind"]: one for one in yaml.safe_load_all(file)}
for manifest in manifests.values():
    kubernetes_validate.validate(manifest, VERSION, strict=True)


def refused(change):
    broken = copy.deepcopy(manifests["Deployment"])
    change(broken)
    try:
        kubernetes_validate.validate(broken, VERSION, strict=True)
    except kubernetes_validate.ValidationError:
        return True
    return False


# The judge can say no.
assert refused(lambda one: one["spec"].update(replica=1))
assert refused(lambda one: one["spec"]["template"]["spec"]["containers"][0].update(ports="9353"))
assert refused(lambda one: one["spec"].pop("selector"))

# What schemas cannot know: names that have to be the same.
deployment = manifests["Deployment"]["spec"]
template = deployment["template"]
pod = template["spec"]
(container,) = pod["containers"]
(port,) = container["ports"]
labels = template["metadata"]["labels"]
assert labels == deployment["selector"]["matchLabels"] == manifests["Service"]["spec"]["selector"]
assert pod["serviceAccountName"] == manifests["ServiceAccount"]["metadata"]["name"]
(volume,) = pod["volumes"]
(mount,) = container["volumeMounts"]
assert volume["name"] == mount["name"]
assert volume["configMap"]["name"] == manifests["ConfigMap"]["metadata"]["name"]
(of_service,) = manifests["Service"]["spec"]["ports"]
assert of_service["targetPort"] == port["name"] and of_service["port"] == port["containerPort"]
for probe in ("livenessProbe", "readinessProbe"):
    assert container[probe]["httpGet"] == {"path": "/healthz", "port": port["name"]}, probe
annotations = template["metadata"]["annotations"]
assert annotations["prometheus.io/port"] == str(port["containerPort"])
variables = {one["name"]: one["value"] for one in container["env"]}
((file, spec),) = manifests["ConfigMap"]["data"].items()
assert variables["S3_FAILOVER_CONFIG"] == f"{mount['mountPath']}/{file}"

print(json.dumps({
    "kinds": list(manifests), "arguments": container["args"], "variables": variables, "port": port["containerPort"],
    "metrics": annotations["prometheus.io/path"], "file": file, "spec": spec,
}))
