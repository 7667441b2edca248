"""Front-end nodes in the deployed cloud: a file in the bucket becomes records, and what is wrong in it holds up nothing."""

import json
import uuid
from datetime import UTC, datetime

from tests.flow.actors import Applicant
from tools import deployment
from tools.department import stamped


def test_a_file_of_a_node_decides_the_cases_that_wait(applicant: Applicant) -> None:
    firm = applicant.unknown()
    waiting = applicant.file(firm.application())
    assert waiting["status"] == "waiting", waiting
    message = json.dumps(stamped(firm.record(), datetime.now(UTC), 0), ensure_ascii=False)
    lines = "不是报文".encode("gbk") + b"\r\n" + message.encode() + b"\n"
    name = f"departments/market-regulation/{uuid.uuid4().hex} 示例.jsonl"
    bucket = applicant.outputs["ImportBucketName"]
    deployment.client("s3").put_object(Bucket=bucket, Key=name, Body=lines)
    assert applicant.becomes(waiting["case"], "approved")["decided_by"] == "machine"
