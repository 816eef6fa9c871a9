"""Holds a service's table of operations against botocore's model of it, and against the lab.

operations.py SERVICE TABLE     SERVICE as boto3 names it, TABLE a file with the rows
                                | `Operation` | done, differs or absent | what differs |

1. The table has a row for each operation of the model, in alphabetical order, and no other.
2. Each operation is called with the least that its model asks for. One that is absent is refused as
   unknown or not implemented; every other is answered, or refused for what was asked.

Prints how many operations have which state. Whatever is wrong is printed instead, a line each, and the
judge fails.
"""

import re
import sys
from collections import Counter

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ?(.*?) ?\|$")
STATES = ("done", "differs", "absent")
# How each service says that it does not know an operation: the code of the error, or its HTTP status.
UNKNOWN = {
    "route53": {"UnknownOperation", "UnknownOperationException"},
    "s3": {"NotImplemented", "MethodNotAllowed", 501, 405},
    "s3control": {"NotImplemented", "MethodNotAllowed", "UnknownOperationException", 501, 405},
    "sts": {"InvalidAction"},
    "cloudwatch": {"InvalidAction", "UnknownOperationException", "UnknownOperation"},
}
# Texts that the model alone does not make plausible: names that would not reach the service otherwise.
TEXTS = {
    "AccountId": "000000000000",
    "Bucket": "operations-judge",
    "CopySource": "operations-judge/key",
    "Mrap": "judge.mrap",
}
SETTINGS = Config(
    parameter_validation=False,  # what is judged is the server
    inject_host_prefix=False,  # an account's own host name leads out of the lab
    retries={"total_max_attempts": 2},  # a server may close a kept connection at any time
    read_timeout=20,
    s3={"addressing_style": "path"},
)


def rows(path):
    """Operation, state and remark of each row; every other line of the file is for people."""
    with open(path, encoding="utf-8") as file:
        found = [ROW.match(line.rstrip("\n")) for line in file if line.startswith("| `")]
    return found


def least(shape, name="", depth=0):
    """A value of this shape that holds no more than it must."""
    match shape.type_name:
        case "structure":
            members = [member for member in shape.required_members if depth < 8]
            if getattr(shape, "is_tagged_union", False):
                members = list(shape.members)[:1]
            return {member: least(shape.members[member], member, depth + 1) for member in members}
        case "list":
            return [least(shape.member, name, depth + 1)] * shape.metadata.get("min", 1)
        case "map":
            return {}
        case "string":
            if shape.enum:
                return shape.enum[0]
            text = TEXTS.get(name, "judge")
            return text.ljust(shape.metadata.get("min", 0), "x")
        case "integer" | "long" | "float" | "double":
            return max(shape.metadata.get("min", 1), 1)
        case "boolean":
            return False
        case "timestamp":
            return "2026-01-01T00:00:00Z"
        case _:
            return b""


def asked(client, operation):
    """What becomes of a call: "answered", or the code and the HTTP status of its refusal."""
    model = client.meta.service_model.operation_model(operation)
    arguments = least(model.input_shape) if model.input_shape else {}
    method = next(name for name, of in client.meta.method_to_api_mapping.items() if of == operation)
    try:
        getattr(client, method)(**arguments)
    except ClientError as refusal:
        meta = refusal.response.get("ResponseMetadata", {})
        return refusal.response.get("Error", {}).get("Code"), meta.get("HTTPStatusCode")
    return "answered", 200


def prepare_s3(client):
    """A bucket that holds something, since S3 looks for the bucket before it looks at the operation."""
    client.create_bucket(Bucket=TEXTS["Bucket"])
    client.put_object(Bucket=TEXTS["Bucket"], Key="key", Body=b"judge")


PREPARE = {"s3": prepare_s3}


def judge(service, path):
    client = boto3.client(service, config=SETTINGS)
    PREPARE.get(service, lambda _: None)(client)
    model = sorted(client.meta.service_model.operation_names)
    wrong, table = [], {}
    for row in rows(path):
        if row is None:
            wrong.append("a row that begins with an operation is not of the form `| `Operation` | state | text |`")
            continue
        operation, state, remark = row.groups()
        if state not in STATES:
            wrong.append(f"{operation}: `{state}` is none of {', '.join(STATES)}")
        if (state == "differs") != bool(remark) and state != "absent":
            wrong.append(f"{operation}: a remark belongs to what differs, and to nothing that is done")
        if operation in table:
            wrong.append(f"{operation} has two rows")
        table[operation] = state
    wrong += [f"{operation} has no row" for operation in model if operation not in table]
    wrong += [f"{operation} is no operation of {service}" for operation in table if operation not in model]
    if not wrong and list(table) != model:
        wrong.append("the rows are not in alphabetical order")
    for operation, state in table.items():
        if operation not in model:
            continue
        try:
            code, status = asked(client, operation)
        except BotoCoreError as failure:
            wrong.append(f"{operation} ({state}) got no answer that can be read: {failure!r}")
            continue
        unknown = code in UNKNOWN[service] or status in UNKNOWN[service]
        if unknown != (state == "absent"):
            wrong.append(f"{operation} ({state}) got {status} {code}")
        elif not unknown and status >= 500:
            wrong.append(f"{operation} ({state}) broke: {status} {code}")
    if wrong:
        sys.exit("\n".join(wrong))
    counts = Counter(table.values())
    print(f"{len(table)} operations: " + ", ".join(f"{counts[state]} {state}" for state in STATES))


judge(*sys.argv[1:])
