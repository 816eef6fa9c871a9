"""Deploys what `export` wrote, with boto3: no word of the exports is taken over unread, and none is left out.

deploy.py cloudformation FILE REGION [NAME=VALUE ...]   a template, as a stack of that region
deploy.py terraform FILE                                a configuration
deploy.py requests FILE                                 requests
deploy.py commands FILE AWS                             requests, by the aws command
deploy.py every FORMAT FILE ...                         many at once; zones of templates are found by their names
deploy.py buckets NAME@REGION ...                       what these buckets are like now, a JSON line each

A resource, property or argument that this program does not know ends it, so that nothing is passed over. IAM is
not asked: a role's ARN is made up of its name. Reports of roles and outputs go to stdout, a JSON line each.
"""

import json
import re
import subprocess
import sys
import uuid

import boto3

ROLE = "arn:aws:iam::000000000000:role/"
ROUTE53 = boto3.client("route53")


def s3(region):
    return boto3.client("s3", region_name=region)


def say(**found):
    print(json.dumps(found, sort_keys=True))


def policy(document):
    # The lists of one in which a policy may be written are the same policy.
    def plain(value):
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    statements = [{k: plain(v) for k, v in s.items()} for s in document["Statement"]]
    return {"Version": document["Version"], "Statement": statements}


def say_role(name, trust, permissions):
    say(role=name, trust=policy(trust), permissions=policy(permissions))


def create_check(reference, config, tags):
    check = ROUTE53.create_health_check(CallerReference=reference, HealthCheckConfig=config)["HealthCheck"]["Id"]
    ROUTE53.change_tags_for_resource(ResourceType="healthcheck", ResourceId=check, AddTags=tags)
    return check


def create_record(zone, record):
    change = {"Action": "CREATE", "ResourceRecordSet": record}
    ROUTE53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})


def create_bucket(client, region, name):
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=name, **place)


class Unknown(Exception):
    """Something refers to what is not there yet."""


# --- CloudFormation ---------------------------------------------------------------------------------------------


class Template:
    NOTHING = object()

    def __init__(self, path, region, parameters):
        from cfnlint.decode import cfn_yaml

        template = cfn_yaml.load(path)
        # cfn-lint's own classes, made plain.
        template = json.loads(json.dumps(template))
        if parameters is None:
            parameters = self.zones(template["Parameters"])
        self.region = region
        self.resources = template["Resources"]
        self.parameters = {k: v.get("Default") for k, v in template["Parameters"].items()} | parameters
        unknown = set(parameters) - set(template["Parameters"])
        missing = [k for k, v in self.parameters.items() if v is None]
        assert not unknown and not missing, (unknown, missing)
        self.conditions = {k: self.value(v) for k, v in template.get("Conditions", {}).items()}
        self.made = {}
        pending = dict(self.resources)
        while pending:
            ready = [name for name in pending if self.make(name)]
            assert ready, f"these wait for each other: {sorted(pending)}"
            for name in ready:
                del pending[name]
        for name, output in template["Outputs"].items():
            if name.endswith("RoleArn"):
                say(output=name, value=self.value(output["Value"]))
            else:
                self.value(output["Value"])

    @staticmethod
    def zones(parameters):
        found = {}
        for name, parameter in parameters.items():
            assert parameter["Type"] == "AWS::Route53::HostedZone::Id", parameter
            if "Default" not in parameter:
                wanted = parameter["Description"].split()[-1] + "."
                zones = ROUTE53.list_hosted_zones_by_name(DNSName=wanted)["HostedZones"]
                found[name] = zones[0]["Id"].removeprefix("/hostedzone/")
        return found

    def value(self, value):
        if isinstance(value, list):
            values = [self.value(item) for item in value]
            return [item for item in values if item is not self.NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(key, argument)] = value.items()
            if key == "Ref":
                return self.ref(argument)
            if key == "Fn::GetAtt":
                name, attribute = argument if isinstance(argument, list) else argument.split(".")
                return self.got(name)[attribute]
            if key == "Fn::If":
                return self.value(argument[1 if self.conditions[argument[0]] else 2])
            if key == "Fn::Equals":
                one, two = map(self.value, argument)
                return one == two
            assert not key.startswith("Fn::"), key
        values = {key: self.value(item) for key, item in value.items()}
        return {key: item for key, item in values.items() if item is not self.NOTHING}

    def ref(self, name):
        if name == "AWS::NoValue":
            return self.NOTHING
        return self.parameters[name] if name in self.parameters else self.got(name)["Ref"]

    def got(self, name):
        if name not in self.made:
            assert name in self.resources, f"{name} is nowhere"
            raise Unknown
        return self.made[name]

    def make(self, name):
        resource = self.resources[name]
        condition = resource.get("Condition")
        if condition and not self.conditions[condition]:
            self.made[name] = None
            return True
        try:
            properties = self.value(resource["Properties"])
        except Unknown:
            return False
        maker = {
            "AWS::Route53::HealthCheck": self.check,
            "AWS::Route53::RecordSet": self.record,
            "AWS::S3::Bucket": self.bucket,
            "AWS::S3::BucketPolicy": self.policy,
            "AWS::IAM::Role": self.role,
        }[resource["Type"]]
        known = {"Type", "Properties", "Condition", "DeletionPolicy", "UpdateReplacePolicy"}
        assert set(resource) <= known, resource
        self.made[name] = maker(name, **properties)
        return True

    def check(self, _, HealthCheckConfig, HealthCheckTags):
        # CloudFormation makes up the caller reference.
        return {"Ref": create_check(str(uuid.uuid4()), HealthCheckConfig, HealthCheckTags)}

    def record(self, _, HostedZoneId, ResourceRecords=None, TTL=None, **record):
        if ResourceRecords is not None:
            assert isinstance(TTL, str), "CloudFormation has TTLs as text"
            record |= {"TTL": int(TTL), "ResourceRecords": [{"Value": value} for value in ResourceRecords]}
        create_record(HostedZoneId, record)
        return {"Ref": record["Name"]}

    def bucket(self, _, BucketName, OwnershipControls, PublicAccessBlockConfiguration, VersioningConfiguration=None,
               ReplicationConfiguration=None, WebsiteConfiguration=None):
        client = s3(self.region)
        held = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
        if BucketName not in held:
            create_bucket(client, self.region, BucketName)
        client.put_bucket_ownership_controls(Bucket=BucketName, OwnershipControls=OwnershipControls)
        client.put_public_access_block(
            Bucket=BucketName, PublicAccessBlockConfiguration=PublicAccessBlockConfiguration)
        if VersioningConfiguration:
            client.put_bucket_versioning(Bucket=BucketName, VersioningConfiguration=VersioningConfiguration)
        if ReplicationConfiguration:
            rules = [{"ID": rule.pop("Id")} | rule for rule in ReplicationConfiguration["Rules"]]
            configuration = {"Role": ReplicationConfiguration["Role"], "Rules": rules}
            client.put_bucket_replication(Bucket=BucketName, ReplicationConfiguration=configuration)
        if WebsiteConfiguration:
            website = {
                "IndexDocument": {"Suffix": WebsiteConfiguration["IndexDocument"]},
                "ErrorDocument": {"Key": WebsiteConfiguration["ErrorDocument"]},
            }
            client.put_bucket_website(Bucket=BucketName, WebsiteConfiguration=website)
        return {"Ref": BucketName, "Arn": f"arn:aws:s3:::{BucketName}"}

    def policy(self, _, Bucket, PolicyDocument):
        s3(self.region).put_bucket_policy(Bucket=Bucket, Policy=json.dumps(PolicyDocument))
        return {}

    def role(self, name, Description, AssumeRolePolicyDocument, Policies):
        [inline] = Policies
        say_role(Description, AssumeRolePolicyDocument, inline["PolicyDocument"])
        return {"Ref": name, "Arn": ROLE + name}


# --- Terraform --------------------------------------------------------------------------------------------------


class Configuration:
    def __init__(self, path):
        import hcl2

        self.hcl2 = hcl2
        with open(path, encoding="utf-8") as file:
            blocks = self.own(hcl2.load(file))
        assert set(blocks) <= {"terraform", "provider", "data", "locals", "resource"}, set(blocks)
        self.providers = {}
        for block in blocks["provider"]:
            [(_, provider)] = self.own(block).items()
            provider = self.own(provider)
            self.providers[self.text(provider.get("alias", '""'))] = self.text(provider["region"])
        self.made, self.types = {}, {}
        for block in blocks.get("data", []):
            self.zone(*self.named(block))
        [self.locals] = [self.own(block) for block in blocks["locals"]]
        pending = {(kind, name): body for kind, name, body in map(self.named, blocks["resource"])}
        assert len(pending) == len(blocks["resource"]), "two resources of one name"
        self.all = {f"{kind}.{name}" for kind, name in pending}
        while pending:
            ready = [key for key, body in pending.items() if self.make(*key, body)]
            assert ready, f"these wait for each other: {sorted(pending)}"
            for key in ready:
                del pending[key]

    @staticmethod
    def own(block):
        marks = ("__is_block__", "__comments__", "__inline_comments__")
        return {key: value for key, value in block.items() if key not in marks}

    def named(self, block):
        [(kind, inner)] = self.own(block).items()
        [(name, body)] = self.own(inner).items()
        return json.loads(kind), json.loads(name), self.own(body)

    def text(self, value):
        """A quoted text of HCL."""
        assert value[0] == value[-1] == '"', value
        value = re.sub(r"\\U([0-9a-f]{8})", lambda found: json.dumps(chr(int(found[1], 16)))[1:-1], value)
        assert not re.search(r"(?<![$])[$]\{|(?<!%)%\{", value), f"a template: {value}"
        return json.loads(value).replace("$${", "${").replace("%%{", "%{")

    def value(self, value):
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            key = lambda key: json.loads(key) if key.startswith('"') else key
            return {key(name): self.value(item) for name, item in self.own(value).items()}
        if not isinstance(value, str):
            return value
        if value.startswith('"'):
            return self.text(value)
        expression = value.removeprefix("${").removesuffix("}") if value.startswith("${") else value
        if expression.startswith("jsonencode("):
            inner = expression.removeprefix("jsonencode(").removesuffix(")")
            return json.dumps(self.value(self.hcl2.loads(f"x = {inner}\n")["x"]))
        return self.reference(expression)

    def reference(self, path):
        head, *rest = path.split(".")
        if head == "aws":
            return self.providers[rest[0]]
        if head == "local":
            return self.value(self.locals[rest[0]])
        if head == "data":
            head, *rest = rest
        resource = f"{head}.{rest[0]}"
        if resource not in self.made:
            assert resource in self.all, f"{path} is nowhere"
            raise Unknown
        return self.made[resource][rest[1]] if len(rest) > 1 else None

    def zone(self, kind, name, body):
        assert kind == "aws_route53_zone", kind
        wanted, private = self.text(body.pop("name")), body.pop("private_zone")
        assert not body, body
        zones = ROUTE53.list_hosted_zones_by_name(DNSName=wanted)["HostedZones"]
        [found] = [z for z in zones if z["Name"] == wanted and z["Config"]["PrivateZone"] == private]
        self.made[f"{kind}.{name}"] = {"zone_id": found["Id"].removeprefix("/hostedzone/")}

    def make(self, kind, name, body):
        try:
            arguments = self.value(body)
        except Unknown:
            return False
        arguments.pop("depends_on", None)
        region = arguments.pop("provider", self.providers[""])
        maker = getattr(self, kind.removeprefix("aws_"))
        if kind.startswith("aws_s3"):
            arguments["client"], arguments["region"] = s3(region), region
        self.made[f"{kind}.{name}"] = maker(name, **arguments) or {}
        return True

    CHECK = {
        "type": "Type", "fqdn": "FullyQualifiedDomainName", "port": "Port", "resource_path": "ResourcePath",
        "search_string": "SearchString", "request_interval": "RequestInterval", "regions": "Regions",
        "failure_threshold": "FailureThreshold", "enable_sni": "EnableSNI", "invert_healthcheck": "Inverted",
        "child_healthchecks": "ChildHealthChecks", "child_health_threshold": "HealthThreshold",
        "insufficient_data_health_status": "InsufficientDataHealthStatus",
    }

    def route53_health_check(self, name, tags, reference_name, lifecycle, **arguments):
        assert lifecycle == [{"create_before_destroy": True}], lifecycle
        assert len(reference_name) <= 27, "the provider adds 37 characters"
        alarm = {"Name": arguments.pop("cloudwatch_alarm_name", None), "Region": arguments.pop("cloudwatch_alarm_region", None)}
        config = {self.CHECK[key]: value for key, value in arguments.items()}
        if alarm["Name"] is not None:
            config["AlarmIdentifier"] = alarm
        tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        # As terraform-provider-aws makes it, internal/service/route53/health_check.go.
        number = uuid.uuid4().hex[:26]
        return {"id": create_check(f"{reference_name}-terraform-{number}", config, tags)}

    def route53_record(self, _, zone_id, name, type, ttl=None, records=None, set_identifier=None,
                       health_check_id=None, failover_routing_policy=None, alias=None):
        record = {"Name": name, "Type": type}
        if alias:
            [alias] = alias
            record["AliasTarget"] = {
                "HostedZoneId": alias["zone_id"], "DNSName": alias["name"],
                "EvaluateTargetHealth": alias["evaluate_target_health"],
            }
        else:
            quoted = [f'"{value}"' if type == "TXT" else value for value in records]
            record |= {"TTL": ttl, "ResourceRecords": [{"Value": value} for value in quoted]}
        if failover_routing_policy:
            record |= {"Failover": failover_routing_policy[0]["type"], "SetIdentifier": set_identifier}
        if health_check_id:
            record["HealthCheckId"] = health_check_id
        create_record(zone_id, record)
        return {"fqdn": name}

    def s3_bucket(self, _, client, region, bucket):
        create_bucket(client, region, bucket)
        return {"id": bucket, "arn": f"arn:aws:s3:::{bucket}"}

    def s3_bucket_ownership_controls(self, _, client, region, bucket, rule):
        rules = [{"ObjectOwnership": one["object_ownership"]} for one in rule]
        client.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": rules})

    def s3_bucket_public_access_block(self, _, client, region, bucket, **flags):
        flags = {"".join(word.title() for word in key.split("_")): value for key, value in flags.items()}
        client.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=flags)

    def s3_bucket_versioning(self, _, client, region, bucket, versioning_configuration):
        [configuration] = versioning_configuration
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": configuration["status"]})

    def s3_bucket_website_configuration(self, _, client, region, bucket, index_document, error_document):
        website = {"IndexDocument": {"Suffix": index_document[0]["suffix"]},
                   "ErrorDocument": {"Key": error_document[0]["key"]}}
        client.put_bucket_website(Bucket=bucket, WebsiteConfiguration=website)

    def s3_bucket_policy(self, _, client, region, bucket, policy):
        client.put_bucket_policy(Bucket=bucket, Policy=policy)

    def s3_object(self, _, client, region, bucket, key, content, content_type):
        client.put_object(Bucket=bucket, Key=key, Body=content.encode(), ContentType=content_type)

    def iam_role(self, name, name_prefix, description, assume_role_policy):
        assert len(name_prefix) <= 38, "the provider adds 26 characters"
        self.types[name] = (description, json.loads(assume_role_policy))
        return {"id": name, "arn": ROLE + name}

    def iam_role_policy(self, _, name, role, policy):
        description, trust = self.types[role]
        say_role(description, trust, json.loads(policy))

    def s3_bucket_replication_configuration(self, _, client, region, bucket, role, rule):
        def status(block):
            return {"Status": block[0]["status"]}

        rules = [
            {
                "ID": one["id"], "Priority": one["priority"], "Status": one["status"],
                "Filter": {"Prefix": one["filter"][0]["prefix"]},
                "DeleteMarkerReplication": status(one["delete_marker_replication"]),
                "SourceSelectionCriteria": {
                    "ReplicaModifications": status(one["source_selection_criteria"][0]["replica_modifications"])},
                "Destination": {"Bucket": one["destination"][0]["bucket"],
                                "Metrics": status(one["destination"][0]["metrics"])},
            }
            for one in rule
        ]
        configuration = {"Role": role, "Rules": rules}
        client.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)


# --- Requests ---------------------------------------------------------------------------------------------------


def requests(path, aws=None):
    import jmespath

    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    known, roles = {}, {}

    def filled(value):
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item) for item in value]
        if isinstance(value, str):
            for placeholder, found in known.items():
                value = value.replace(placeholder, found)
        return value

    for request in document["requests"]:
        arguments = filled(request["input"])
        name = request["command"].replace("-", "_")
        if aws:
            answer = command(aws, request, arguments)
        elif request["service"] == "iam":
            if name == "create_role":
                roles[arguments["RoleName"]] = arguments
                answer = {"Role": {"Arn": ROLE + arguments["RoleName"]}}
            else:
                role = roles[arguments["RoleName"]]
                trust, allowed = role["AssumeRolePolicyDocument"], arguments["PolicyDocument"]
                say_role(role["Description"], json.loads(trust), json.loads(allowed))
        else:
            service = "s3" if request["service"] == "s3api" else request["service"]
            answer = getattr(boto3.client(service, region_name=request.get("region")), name)(**arguments)
        if "gives" in request:
            found = json.loads(answer) if aws else jmespath.search(request["gives"]["query"], answer)
            known[request["gives"]["placeholder"]] = found if found.startswith("arn:") else found.split("/")[-1]


def command(aws, request, arguments):
    words = [aws, request["service"], request["command"], "--cli-input-json", json.dumps(arguments), "--output", "json"]
    if "gives" in request:
        words += ["--query", request["gives"]["query"]]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{words}: {done.stderr}")
    say(command=f"{request['service']} {request['command']}")
    return done.stdout


# --- Buckets ----------------------------------------------------------------------------------------------------


def buckets(names):
    for name, region in (name.split("@") for name in names):
        client = s3(region)
        rules = client.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]
        found = {
            "region": client.get_bucket_location(Bucket=name)["LocationConstraint"],
            "versioning": client.get_bucket_versioning(Bucket=name)["Status"],
            "block": client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
            "ownership": client.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"],
            "policy": policy(json.loads(client.get_bucket_policy(Bucket=name)["Policy"])),
            "replication": rules,
        }
        for key, value in found.items():
            say(bucket=name, **{key: value})


if __name__ == "__main__":
    mode, *rest = sys.argv[1:]
    if mode == "cloudformation":
        file, where, *given = rest
        Template(file, where, dict(pair.split("=", 1) for pair in given))
    elif mode == "terraform":
        Configuration(rest[0])
    elif mode == "every":
        deploy = {"cloudformation": lambda file: Template(file, "us-east-1", None),
                  "terraform": Configuration, "json": requests}[rest[0]]
        for file in rest[1:]:
            deploy(file)
    elif mode in ("requests", "commands"):
        requests(*rest)
    else:
        buckets(rest)
