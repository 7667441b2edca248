"""Connecting a department: the queues and the role of department.yaml, and what the role can and can not do."""

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session

from tools import deployment
from tools.client import until
from tools.ministack import ROOT

DEPARTMENT, OTHER = "civil-affairs", "market-regulation"
STACK = f"miaoban-{DEPARTMENT}"


class Node(NamedTuple):
    """A department's front-end node: its clients with its own rights, and its stack's outputs."""

    s3: Any
    sqs: Any
    outputs: Mapping[str, str]


@pytest.fixture(scope="module")
def node(outputs: Mapping[str, str]) -> Iterator[Node]:
    cloudformation, sts = deployment.client("cloudformation"), deployment.client("sts")
    given = {
        "Stack": "miaoban",
        "Department": DEPARTMENT,
        "Principal": f"arn:aws:iam::{sts.get_caller_identity()['Account']}:root",
        "DepartmentQueueArn": _arn(outputs["DepartmentQueueUrl"]),
        "ImportBucketName": outputs["ImportBucketName"],
    }
    body = (ROOT / "department.yaml").read_text(encoding="utf-8")
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
    cloudformation.create_stack(
        StackName=STACK, TemplateBody=body, Parameters=parameters, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    stack = until(lambda: cloudformation.describe_stacks(StackName=STACK)["Stacks"][0], _settled)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    found = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    keys = sts.assume_role(RoleArn=found["NodeArn"], RoleSessionName="node")["Credentials"]
    told = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    s3, sqs = (get_session().create_client(name, endpoint_url=outputs["Endpoint"], **told) for name in ("s3", "sqs"))
    yield Node(s3, sqs, found)
    cloudformation.delete_stack(StackName=STACK)


def _settled(stack: Mapping[str, Any]) -> bool:
    return not stack["StackStatus"].endswith("IN_PROGRESS")


def _arn(url: str) -> str:
    sqs = deployment.client("sqs")
    arn: str = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return arn


def refused(code: ClientError) -> bool:
    """Whether AWS refused for want of a right."""
    return "AccessDenied" in code.response["Error"]["Code"]


def test_a_node_writes_under_its_own_prefix_and_nowhere_else(node: Node, outputs: Mapping[str, str]) -> None:
    bucket = outputs["ImportBucketName"]
    name = f"{uuid.uuid4().hex}.jsonl"
    node.s3.put_object(Bucket=bucket, Key=f"departments/{DEPARTMENT}/{name}", Body=b"{}")
    for place in (f"departments/{OTHER}/{name}", f"imports/{name}"):
        with pytest.raises(ClientError) as denied:
            node.s3.put_object(Bucket=bucket, Key=place, Body=b"{}")
        assert refused(denied.value), place
    with pytest.raises(ClientError) as denied:
        node.s3.get_object(Bucket=bucket, Key=f"departments/{DEPARTMENT}/{name}")
    assert refused(denied.value), "it need not read what it wrote"


def test_what_could_not_be_taken_is_told_on_the_departments_own_queue(node: Node, outputs: Mapping[str, str]) -> None:
    event = {"specversion": "1.0", "id": f"wrong-{uuid.uuid4().hex}", "source": f"/departments/{DEPARTMENT}", "type": "x.v1"}
    node.sqs.send_message(QueueUrl=outputs["DepartmentQueueUrl"], MessageBody=json.dumps(event))
    told: list[str] = []

    def received() -> list[str]:
        found = node.sqs.receive_message(QueueUrl=node.outputs["RepliesUrl"], MaxNumberOfMessages=10)
        told.extend(json.loads(message["Body"])["data"].get("event_id", "") for message in found.get("Messages", ()))
        return told

    assert event["id"] in until(received, lambda ids: event["id"] in ids)


@pytest.mark.parametrize("queue", ["ReplyQueueUrl", "DepartmentQueueUrl", "ResumeQueueUrl"])
def test_a_node_reads_no_queue_but_its_own(node: Node, outputs: Mapping[str, str], queue: str) -> None:
    with pytest.raises(ClientError) as denied:
        node.sqs.receive_message(QueueUrl=outputs[queue])
    assert refused(denied.value)
