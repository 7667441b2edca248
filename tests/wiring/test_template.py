"""What holds for every template: partitions, what AWS China lacks, tables, keys, logs, alarms, the linter."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wiring.reach import modules, path_of
from tests.wiring.templates import (
    INFRA,
    MAIN,
    ROOT,
    Json,
    everything,
    everywhere,
    functions,
    leads_to,
    load,
    nested,
    walk,
)

TABLES = everywhere("AWS::DynamoDB::Table")
ALARMS = everywhere("AWS::CloudWatch::Alarm")
SIX_MONTHS = 184
"""Days, at most."""


def texts() -> Iterator[tuple[str, str]]:
    """Every text in the templates, with its path."""
    return ((path, node) for path, node in everything() if isinstance(node, str))


def test_the_linter_finds_nothing() -> None:
    templates = [str(path.relative_to(ROOT)) for path in (MAIN, ROOT / "department.yaml", *INFRA)]
    command = [str(Path(sys.executable).with_name("cfn-lint")), *templates]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  ours
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_no_partition_is_written_down() -> None:
    assert not [path for path, text in texts() if re.search(r"arn:aws(-cn)?:", text)]
    assert not [path for path, text in texts() if re.search(r"\b(us|cn|eu|ap)-[a-z]+-\d\b", text)]
    assert not [path for path, text in texts() if re.search(r"\b\d{12}\b", text)], "no account"


def test_no_suffix_is_written_down_but_in_the_names_of_services() -> None:
    """Service principals are `<service>.amazonaws.com` in both partitions; an address ends in AWS::URLSuffix."""
    named = [(path, text) for path, text in texts() if "amazonaws" in text]
    assert named
    for path, text in named:
        assert re.search(r"/Principal(/Service)?$", path), path
        assert re.fullmatch(r"[a-z0-9]+\.amazonaws\.com", text), path


UNAVAILABLE = [
    (r"AWS::Cognito::", "no user pools in AWS China: tokens come from the province's own issuer"),
    (r"COGNITO_USER_POOLS|cognito_user_pools", "nor the authoriser that reads them"),
    (r"^Tracing$|^TracingConfig$|^TracingEnabled$", "no X-Ray for Lambda"),
    (r"^FunctionUrlConfig$|AWS::Lambda::Url", "no function URLs"),
    (r"AWS::SES::|AWS::Pinpoint::", "no mail, no Pinpoint"),
    (r"^sms$|^SMS$", "no SMS by SNS"),
    (r"^ProvisionedPollerConfig$", "no provisioned pollers"),
    (r"^RedriveAllowPolicy$|StartMessageMoveTask", "no redrive of SQS: tools.redrive does it"),
    (r"^EDGE$", "no edge-optimised API"),
    (r"AWS::ApiGateway::DomainName", "a domain of one's own needs an ICP licence: not by default"),
    (r"^SnapStart$", "only where Python has it"),
    (r"AWS::Scheduler::", "rules by rate do, and are everywhere"),
    (r"AWS::Bedrock|AWS::Macie|AWS::QLDB", "no endpoint in aws-cn"),
]


@pytest.mark.parametrize(("pattern", "reason"), UNAVAILABLE, ids=[reason for _, reason in UNAVAILABLE])
def test_nothing_is_used_that_aws_china_lacks(pattern: str, reason: str) -> None:
    keys = [(path, path.rsplit("/", 1)[-1]) for path, _ in everything()]
    assert not [path for path, text in (*keys, *texts()) if re.search(pattern, text)], reason


@pytest.mark.parametrize("table", sorted(TABLES))
def test_tables_can_be_restored_are_encrypted_and_outlive_the_stack(table: str) -> None:
    properties = TABLES[table]
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert properties["SSESpecification"]["SSEEnabled"] is True
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert "TableName" not in properties, "two stacks in one account would meet"


def test_files_are_private_encrypted_forgotten_in_time_and_told_to_their_queues() -> None:
    bucket = everywhere("AWS::S3::Bucket")["Messaging/ImportBucket"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert [rule["Status"] for rule in bucket["LifecycleConfiguration"]["Rules"]] == ["Enabled"]
    assert "BucketName" not in bucket, "bucket names are the whole world's"
    told = {
        leads_to(one["Queue"], "Messaging"): one["Filter"]["S3Key"]["Rules"]
        for one in bucket["NotificationConfiguration"]["QueueConfigurations"]
    }
    assert told == {
        "Messaging/LoadQueue.Arn": [{"Name": "prefix", "Value": "imports/"}],
        "Messaging/CollectQueue.Arn": [{"Name": "prefix", "Value": "departments/"}],
    }


def test_peoples_files_are_private_encrypted_and_told_to_the_scan_queue() -> None:
    bucket = everywhere("AWS::S3::Bucket")["Messaging/FileBucket"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (told,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert leads_to(told["Queue"], "Messaging") == "Messaging/ScanQueue.Arn"
    assert told["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "incoming/"}]
    expiring = [rule for rule in bucket["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule]
    assert [rule["Prefix"] for rule in expiring] == ["incoming/"], "what was scanned is the dossier's, and goes with it"


KEEPS = ["AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup"]


@pytest.mark.parametrize("kind", KEEPS)
def test_what_can_not_be_made_again_stays_when_the_stack_goes(kind: str) -> None:
    bodies = [load(MAIN), *nested().values()]
    found = [resource for body in bodies for resource in body["Resources"].values() if resource["Type"] == kind]
    assert found
    for resource in found:
        assert resource["DeletionPolicy"] in {"Retain", "RetainExceptOnCreate"}
        assert resource["UpdateReplacePolicy"] == "Retain"


def test_the_signing_key_follows_the_partition() -> None:
    (key,) = everywhere("AWS::KMS::Key").values()
    assert key["KeySpec"] == {"Fn::If": ["IsChina", "SM2", "ECC_NIST_P256"]}
    assert key["KeyUsage"] == "SIGN_VERIFY"
    suite = load(MAIN)["Globals"]["Function"]["Environment"]["Variables"]["SUITE"]
    assert suite == {"Fn::If": ["IsChina", "sm2", "p256"]}
    conditions = [load(MAIN)["Conditions"]["IsChina"], nested()["Keys"]["Conditions"]["IsChina"]]
    assert conditions == [{"Fn::Equals": [{"Ref": "AWS::Partition"}, "aws-cn"]}] * 2


@pytest.mark.parametrize("folder", sorted(functions()))
def test_functions_log_json_into_a_group_that_is_kept_for_six_months(folder: str) -> None:
    """Logs of networks are kept for six months at least (网络安全法)."""
    logging = functions()[folder].properties["LoggingConfig"]
    assert logging["LogFormat"] == "JSON"
    group = everywhere("AWS::Logs::LogGroup")[leads_to(logging["LogGroup"])]
    assert group["RetentionInDays"] >= SIX_MONTHS


def test_functions_run_what_the_layers_were_built_for() -> None:
    layers = everywhere("AWS::Serverless::LayerVersion")
    assert layers.keys() == {"DomainLayer", "VendorLayer"}
    for properties in (*layers.values(), *(function.properties for function in functions().values())):
        runtimes = properties.get("CompatibleRuntimes", [properties.get("Runtime")])
        processors = properties.get("CompatibleArchitectures", properties.get("Architectures"))
        assert (runtimes, processors) == ([{"Ref": "PythonRuntime"}], [{"Ref": "Architecture"}])


def test_every_parameter_says_what_it_is() -> None:
    bodies = [MAIN, *(path for path in INFRA if path.name != "gateway.yaml")]
    for path in bodies:
        for name, parameter in load(path).get("Parameters", {}).items():
            assert parameter.get("Description"), f"{path.name}: {name}"
    assert all(output["Description"] for output in load(MAIN)["Outputs"].values())


def test_every_template_in_infra_is_deployed() -> None:
    assert set(INFRA) == {ROOT / stack["TemplateURL"] for stack in everywhere("AWS::CloudFormation::Stack").values()}


def test_every_parameter_of_a_nested_stack_without_a_default_is_given_and_no_other() -> None:
    for name, body in nested().items():
        given = set(load(MAIN)["Resources"][name]["Properties"].get("Parameters", {}))
        declared = body.get("Parameters", {})
        assert {key for key, found in declared.items() if "Default" not in found} <= given <= set(declared), name


def watched(metric: str, *dimensions: str) -> set[str]:
    """What the alarms on a metric watch, by the values of these dimensions."""
    found = [alarm for alarm in ALARMS.values() if alarm["MetricName"] == metric]
    pairs = [(given["Name"], leads_to(given["Value"], "Alarms")) for alarm in found for given in alarm["Dimensions"]]
    return {value for name, value in pairs if name in dimensions}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_rings_when_it_breaks_or_is_throttled(metric: str) -> None:
    assert watched(metric, "FunctionName") == {function.name for function in functions().values()}


def test_the_stream_the_clock_and_the_bus_ring() -> None:
    assert watched("IteratorAge", "FunctionName") == {fn.name for fn in functions().values() if [*fn.events("DynamoDB")]}
    assert watched("Invocations", "FunctionName") == {fn.name for fn in functions().values() if [*fn.events("Schedule")]}
    assert watched("FailedInvocations", "EventBusName") == {"Messaging/EventBus"}
    assert watched("5XXError", "Stage") == {"Gateway/Stage"}


def test_tables_ring() -> None:
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors"):
        assert watched(metric, "TableName") == set(TABLES)


def test_a_metric_of_our_own_that_rings_is_counted_by_some_function() -> None:
    own = {alarm["MetricName"] for alarm in ALARMS.values() if alarm["Namespace"] == "Miaoban"}
    code = "".join(path.read_text(encoding="utf-8") for path in map(path_of, modules()) if path)
    assert own
    assert not [name for name in own if f'"{name}"' not in code]


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_says_what_to_do_and_tells_the_topic_if_there_is_one(name: str) -> None:
    alarm: Json = ALARMS[name]
    assert len(alarm["AlarmDescription"]) > 20
    assert alarm["AlarmActions"] == {"Fn::If": ["Told", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    assert "AlarmName" not in alarm
    assert "Metrics" not in alarm, "the laptop's cloud knows no mathematics on metrics"


def test_no_queue_table_or_function_is_named_in_clear() -> None:
    for _, node in walk(load(MAIN)["Resources"]):
        if isinstance(node, dict):
            assert not {"FunctionName", "TableName", "QueueName"} & {
                key for key, value in node.items() if isinstance(value, str)
            }
