"""Are these policies exact for these calls?

Two programs that know nothing of ours say so: parliament (a linter with AWS's own table of actions, resources
and condition keys) and Principal Mapper (which evaluates policies as AWS's policy simulator was seen to do).

Argument: a file with {"policies": [document, ...], "calls": [as the lab's log has them, ...], "lists": [those
that are wanted; all when there are none]}. One JSON document comes out; its lists are empty when

- lint: parliament finds nothing,
- denied: every call is allowed, by a statement of one of the policies; they are those of one identity, and the
  calls are its own,
- superfluous: without any single action, resource or value of the policies some call is denied,
- wide: wildcards stand only where the thing has no name before it exists, or IAM knows no resource,
- let_in: what is like a call, but about another zone, record, type or kind of change, another alarm, role, bucket
  or object, is denied; and so is every action of Route 53 that no call was of.

Whoever lists the zones of the account to read each of them asks for zones that are not there yet, too.
"""

import collections
import collections.abc
import copy
import json
import re
import sys
from pathlib import Path

# Principal Mapper 1.1.5 was written when these had two names.
for name in ("Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))

import parliament  # noqa: E402
from principalmapper.querying.local_policy_simulation import policy_has_matching_statement  # noqa: E402
from principalmapper.util.case_insensitive_dict import CaseInsensitiveDict  # noqa: E402

KEY = "route53:ChangeResourceRecordSets"
NAMES, TYPES, ACTIONS = (KEY + part for part in ("NormalizedRecordNames", "RecordTypes", "Actions"))
# What has no name before it exists, and the alarm of an account that nobody has named.
UNNAMED = re.compile(r"arn:aws:(route53:::(healthcheck|change)/\*|cloudwatch:[a-z0-9-]+:\*:alarm:[^*?$]+)")
ZONES, LIST_ZONES, LIST_RECORDS = (
    "arn:aws:route53:::hostedzone/*",
    "route53:ListHostedZones",
    "route53:ListResourceRecordSets",
)

# Of one action parliament's table says that it wants both a health check and a hosted zone, and AWS's own
# (Route 53 Developer Guide, r53-api-permissions-ref) that it is about the one or the other.
EITHER = "route53:ChangeTagsForResource"


def table():
    """Each action of these services and the types of resources that it can be permitted for."""
    definition = json.loads((Path(parliament.__file__).parent / "iam_definition.json").read_text())
    return {
        f"{service['prefix']}:{action['privilege']}": {
            resource["resource_type"].rstrip("*") for resource in action["resource_types"]
        }
        - {""}
        for service in definition
        if service["prefix"] in ("route53", "cloudwatch", "s3", "sts")
        for action in service["privileges"]
    }


def normalised(name):
    """As the Route 53 Developer Guide says under specifying-conditions-route53."""
    name = name.lower().rstrip(".")
    return re.sub(r"\\[0-7]{3}|[^a-z0-9_.\-]", lambda m: m[0] if len(m[0]) == 4 else f"\\{ord(m[0]):03o}", name)


# Service Authorization Reference, list_amazons3: the operations that are permitted by another name.
OTHER_NAMES = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
}

# S3 API reference, DeleteObjects: "To delete an object from a bucket, you must always specify the s3:DeleteObject
# permission", "to delete a specific version […] s3:DeleteObjectVersion". Whoever is asked here names versions only.
DELETE_OBJECTS = ("s3:DeleteObject", "s3:DeleteObjectVersion")


def requests(call, known):
    """What IAM is asked for a call: action, ARN and context; once for each resource."""
    service = call["service"]
    action = f"{service}:{call['operation']}"
    if action == "s3:DeleteObjects":
        keys = [name for name in call["resources"] if "/" in name]
        assert keys, call
        return [(action, f"arn:aws:s3:::{key}", {}) for key in keys for action in DELETE_OBJECTS]
    action = OTHER_NAMES.get(action, action)
    kinds = known[action]
    resources = call.get("resources", [])
    if service == "route53":
        assert all(resource.split("/")[0] in kinds for resource in resources), call
    assert bool(resources) == bool(kinds), call
    resources = [name if name.startswith("arn:") else f"arn:aws:{service}:::{name}" for name in resources]
    changes = call.get("changes", [])
    context = {}
    if changes:
        context = {
            NAMES: sorted({normalised(change["name"]) for change in changes}),
            TYPES: sorted({change["type"] for change in changes}),
            ACTIONS: sorted({change["action"] for change in changes}),
        }
    return [(action, resource, context) for resource in resources] or [(action, "*", context)]


def allowed(policies, request):
    action, resource, context = request
    context = CaseInsensitiveDict(context)
    return any(policy_has_matching_statement(policy, "Allow", action, resource, context) for policy in policies)


# Whoever may change a bucket's policy could permit himself its objects: so it is, a drill's fault is such a change,
# and a note beside the policy says so.
GRANTS = re.compile(r"Possible resource policy privilege escalation on (\S+) due to \S+ .* allow s3:PutBucketPolicy")


def is_fault(finding, policy):
    grants = finding.issue == "RESOURCE_POLICY_PRIVILEGE_ESCALATION" and GRANTS.fullmatch(finding.detail)
    faults = [statement for statement in policy["Statement"] if statement["Sid"] == "Faults"]
    return bool(grants) and any(grants[1] in statement["Resource"] for statement in faults)


def findings(policies):
    for policy in policies:
        for finding in parliament.analyze_policy_string(json.dumps(policy)).findings:
            mismatch = finding.issue == "RESOURCE_MISMATCH"
            if is_fault(finding, policy):
                continue
            if not (mismatch and all(detail["action"] == EITHER for detail in finding.detail)):
                yield f"{finding.issue}: {finding.detail}"


def lists(statement):
    """Every list of a statement from which something could be left out."""
    yield ("Action",)
    yield ("Resource",)
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            if isinstance(values, list):
                yield ("Condition", operator, key)


def at(statement, path):
    for step in path:
        statement = statement[step]
    return statement


def shortened(policies):
    """The policies without one thing, and that thing."""
    for number, policy in enumerate(policies):
        for place, statement in enumerate(policy["Statement"]):
            for path in lists(statement):
                for value in at(statement, path):
                    less = copy.deepcopy(policies)
                    values = at(less[number]["Statement"][place], path)
                    values.remove(value)
                    if not values:
                        del less[number]["Statement"][place]
                    yield f"{statement['Sid']}: {value}", less


def everywhere(asked):
    return any(action == LIST_ZONES for action, _, _ in asked)


def wide(policies, known, asked):
    for policy in policies:
        for statement in policy["Statement"]:
            anything = statement["Resource"] == ["*"]
            reading = statement["Action"] == [LIST_RECORDS] and everywhere(asked)
            for action in statement["Action"]:
                if action not in known or anything == bool(known[action]):
                    yield f"{action} for {statement['Resource']}"
            for resource in statement["Resource"]:
                if anything or UNNAMED.fullmatch(resource) or (reading and resource == ZONES):
                    continue
                if set(resource) & set("*?$"):
                    yield resource
            for operator in statement.get("Condition", {}):
                if "Like" in operator:
                    yield json.dumps(statement["Condition"][operator])


def strangers(asked, known):
    """Requests that are like those that were made, and are nobody's business."""
    for action, resource, context in asked:
        if action == LIST_RECORDS and everywhere(asked):
            continue
        if resource != "*" and not UNNAMED.fullmatch(re.sub("/[^/]*$", "/*", resource)):
            yield action, resource + "X", context
            yield action, re.sub("[^:/]*$", "foreign", resource), context
        if ":alarm:" in resource:
            yield action, resource.replace(":us-east-1:", ":us-east-2:").replace(":eu-west-1:", ":eu-west-2:"), context
        if "hostedzone/" in resource:
            yield action, "arn:aws:route53:::hostedzone/ZFOREIGN", context
        if not context:
            continue
        own = context[NAMES]
        foreign = ["www.example.com", "example.com", "x" + own[0], "x." + own[0], own[0] + ".example.net"]
        foreign += [re.sub("^[^.]*", "\\\\052", name) for name in own] + [own[0].replace(".", "x", 1), ""]
        for name in foreign:
            if name and name not in own:
                yield action, resource, context | {NAMES: [name]}
                yield action, resource, context | {NAMES: own + [name]}
        for kind in ("A", "AAAA", "MX", "NS", "SOA"):
            if kind not in context[TYPES]:
                yield action, resource, context | {TYPES: context[TYPES] + [kind]}
        yield action, resource, context | {ACTIONS: context[ACTIONS] + ["UPSERT"]}
        # A request that did not say what it changes would satisfy ForAllValues.
        for key in (NAMES, TYPES, ACTIONS):
            yield action, resource, {other: values for other, values in context.items() if other != key}
    made = {action for action, _, _ in asked}
    for action in {action for action in known if action.startswith("route53:")} - made:
        for resource in ("*", *(f"arn:aws:route53:::{kind}/SOME" for kind in known[action])):
            yield action, resource, {}
    for action in made & {EITHER, "route53:ListTagsForResources"}:
        yield action, "arn:aws:route53:::hostedzone/ZFOREIGN", {}
    others = ("s3:GetObject", "s3:ListBucket", "s3:PutObject", "iam:PassRole", "sts:AssumeRole")
    others += ("cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics")
    for action in others:
        if action in made and not known[action]:
            continue
        yield action, "*", {}
        yield action, "arn:aws:s3:::foreign/failover/health.txt", {}
        yield action, "arn:aws:iam::111122223333:role/foreign", {}


def main():
    given = json.loads(Path(sys.argv[1]).read_text())
    policies, known = given["policies"], table()
    asked = {json.dumps(request): request for call in given["calls"] for request in requests(call, known)}
    asked = list(asked.values())
    # A stranger's request that was made all the same is none.
    made = [list(request) for request in asked]
    lists = {
        "lint": lambda: list(findings(policies)),
        "denied": lambda: [request for request in asked if not allowed(policies, request)],
        "superfluous": lambda: [
            what for what, less in shortened(policies) if all(allowed(less, request) for request in asked)
        ],
        "wide": lambda: list(wide(policies, known, asked)),
        "let_in": lambda: [
            stranger
            for stranger in strangers(asked, known)
            if list(stranger) not in made and allowed(policies, stranger)
        ],
        "actions": lambda: sorted({action for action, _, _ in asked}),
    }
    wanted = given["lists"] or lists
    print(json.dumps({name: make() for name, make in lists.items() if name in wanted}, indent=1))


main()
