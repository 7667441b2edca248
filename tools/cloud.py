"""The local cloud, up with the project's own template deployed, and down again.

Usage: python -m tools.cloud up|down|status|clean
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from tools import issuer, ministack, sam
from tools.counterpart import platform_url, scanner_port
from tools.ministack import LOCAL, REGION, ROOT_KEY, Cloud, CloudError
from tools.sam import SamError, Target

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

STACK = "miaoban"
BUCKET = "miaoban-artifacts"
SHARING = '{"tax": ["grain-reserve"]}'
"""That the laptop's tax office may hear of licences of the grain reserve."""
OUTPUTS = LOCAL / "outputs.json"
DIGEST = ministack.STATE / "deployed.sha256"
STARTED = time.monotonic()


def up() -> None:
    """Start the cloud if it is not running, and deploy if what is deployed is not what the checkout says."""
    cloud = _running() or _start()
    target = _target(cloud)
    wanted = sam.digest(target)
    if DIGEST.is_file() and DIGEST.read_text() == wanted and _outputs(cloud):
        _say("nothing has changed since the last deployment")
    else:
        _say("building (sam build)")
        cloud = _renew(cloud, target)
        DIGEST.write_text(wanted)
    outputs = _write_outputs(cloud)
    _say(f"ready: {outputs.get('ApiUrl', cloud.endpoint)}  (every output is in {OUTPUTS.relative_to(ministack.ROOT)})")


def down() -> None:
    """Stop the cloud; its state waits for the next up."""
    cloud = ministack.find()
    if cloud is None:
        _say("the local cloud is not running")
        return
    ministack.stop(cloud)
    OUTPUTS.unlink(missing_ok=True)
    _say(f"stopped {cloud.endpoint}")


def clean() -> None:
    """Stop the cloud and forget everything that it kept."""
    down()
    ministack.forget()
    _say("forgot its state")


def status() -> None:
    """Say whether the cloud runs, and where."""
    cloud = _running()
    if cloud is None:
        raise CloudError("the local cloud is not running; run make up.")
    _say(f"running at {cloud.endpoint}, process {cloud.pid}")


VERBS = {"up": up, "down": down, "status": status, "clean": clean}


def _parameters() -> dict[str, str]:
    """The laptop's own values: its issuer; webhooks, sources and the upper-level platform are on the loopback."""
    keys = json.dumps(issuer.jwks(), separators=(",", ":"))
    inside = dict.fromkeys(("WebhookNetworks", "SourceNetworks", "PlatformNetworks"), "127.0.0.0/8")
    return {
        "Issuer": issuer.ISSUER,
        "Audience": issuer.AUDIENCE,
        "Jwks": keys,
        "PlatformUrl": platform_url(),
        "LicenceSharing": SHARING,
        "ScannerAddress": f"127.0.0.1:{scanner_port()}",
        **inside,
    }


def main() -> None:
    """Run one verb; an error is the last lines that explain it and one clear sentence."""
    parser = argparse.ArgumentParser(prog="python -m tools.cloud", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("verb", choices=sorted(VERBS))
    verb = VERBS[parser.parse_args().verb]
    try:
        verb()
    except (CloudError, SamError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def _running() -> Cloud | None:
    """Find the cloud that runs and answers; one that runs and does not answer is stopped."""
    cloud = ministack.find()
    if cloud is not None and not cloud.healthy():
        ministack.stop(cloud)
        return None
    return cloud


def _start() -> Cloud:
    _say("starting the local cloud")
    cloud = ministack.start(scanner_port())
    _say(f"it answers at {cloud.endpoint} (log: {ministack.LOG.relative_to(ministack.ROOT)})")
    return cloud


def _renew(cloud: Cloud, target: Target) -> Cloud:
    """Bring the cloud to what the checkout says, from nothing where ministack cannot update.

    ministack 1.5.33 loses the attributes of unchanged resources in a nested stack that it updates, so that a change in
    infra/ fails with "Requested attribute ... does not exist"; AWS updates it in place.
    """
    sam.build(target)
    existed = _stack(cloud) is not None
    try:
        _deploy(cloud, target)
    except SamError:
        if not existed:
            raise
        _say("the update failed (a change in infra/ does, on ministack); starting again from nothing")
        ministack.stop(cloud)
        ministack.forget()
        cloud = _start()
        _deploy(cloud, _target(cloud))
    return cloud


def _deploy(cloud: Cloud, target: Target) -> None:
    """Deploy what was built; the bucket for the artifacts is made on first use."""
    _say("deploying (sam deploy)")
    s3 = _session().client("s3", endpoint_url=cloud.endpoint)
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
    sam.deploy(target, STACK, BUCKET)


def _target(cloud: Cloud) -> Target:
    """Aim a build at this cloud, which runs functions with this machine's processor and interpreter."""
    architecture = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    return Target(environment=cloud.client_environment(), architecture=architecture, parameters=_parameters())


def _stack(cloud: Cloud) -> StackTypeDef | None:
    """Describe the deployed stack, if there is one."""
    formation = _session().client("cloudformation", endpoint_url=cloud.endpoint)
    try:
        return formation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return None


def _outputs(cloud: Cloud) -> dict[str, str]:
    """Read the stack's outputs; empty when there is no stack that is complete."""
    stack = _stack(cloud)
    if stack is None or stack["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        return {}
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _write_outputs(cloud: Cloud) -> dict[str, str]:
    """Save every output, with the endpoint, the region and the API's address in the form that works here."""
    outputs = {**_outputs(cloud), "Endpoint": cloud.endpoint, "Region": REGION}
    if "RestApiId" in outputs:
        stage = outputs.get("StageName", "v1")
        outputs["ApiUrl"] = f"{cloud.endpoint}/restapis/{outputs['RestApiId']}/{stage}/_user_request_"
    OUTPUTS.write_text(json.dumps(outputs, indent=2, sort_keys=True) + "\n")
    return outputs


def _session() -> boto3.Session:
    """Open a session as the local cloud's root user."""
    return boto3.Session(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION)


def _say(line: str) -> None:
    print(f"[{time.monotonic() - STARTED:6.1f} s] {line}", flush=True)


if __name__ == "__main__":
    main()
