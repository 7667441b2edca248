"""The templates as plain data: CloudFormation's tags read, Globals merged, references followed through nested stacks."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "template.yaml"
INFRA = sorted(path for path in (ROOT / "infra").glob("*.yaml") if ".skeleton" not in path.name)
FUNCTION = "AWS::Serverless::Function"
STACK = "AWS::CloudFormation::Stack"

Json = dict[str, Any]


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, each as the long form that it stands for."""


def _long(loader: Loader, suffix: str, node: yaml.Node) -> Json:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        value = value.split(".", 1) if suffix == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _long)


@cache
def load(path: Path) -> Json:
    """A template's content."""
    content: Json = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506  a SafeLoader
    return content


@cache
def nested() -> Mapping[str, Json]:
    """The nested stacks' templates, by their names in the main one."""
    stacks = resources(load(MAIN), STACK)
    return {name: load(ROOT / stack["TemplateURL"]) for name, stack in stacks.items()}


def resources(template: Json, kind: str) -> dict[str, Json]:
    """The properties of a template's resources of one type, by logical id."""
    found = template["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in found if resource["Type"] == kind}


def everywhere(kind: str) -> dict[str, Json]:
    """The properties of all resources of one type in all templates; a nested one is called `Stack/Resource`."""
    inner = {f"{stack}/{name}": found for stack, body in nested().items() for name, found in resources(body, kind).items()}
    return {**resources(load(MAIN), kind), **inner}


def leads_to(value: Any, stack: str = "") -> str:
    """What a reference leads to, as text: `Messaging/ResumeQueue.Arn`; text around it stays."""
    if isinstance(value, str):
        return value
    match value:
        case {"Ref": name}:
            return _named(str(name), stack)
        case {"Fn::GetAtt": [name, attribute]}:
            return _attribute(str(name), str(attribute), stack)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([^}]+)\}", lambda found: _substituted(found[1], stack), text)
        case _:
            return str(value)


def _substituted(name: str, stack: str) -> str:
    resource, _, attribute = name.partition(".")
    return _attribute(resource, attribute, stack) if attribute else _named(name, stack)


def _named(name: str, stack: str) -> str:
    """A resource, or the value that the main template hands to a nested stack's parameter."""
    given = load(MAIN)["Resources"].get(stack, {}).get("Properties", {}).get("Parameters", {})
    if name in given:
        return leads_to(given[name])
    return f"${{{name}}}" if name.startswith("AWS::") else f"{stack}/{name}" if stack else name


def _attribute(name: str, attribute: str, stack: str) -> str:
    if attribute.startswith("Outputs."):
        return leads_to(nested()[name]["Outputs"][attribute.removeprefix("Outputs.")]["Value"], name)
    return f"{_named(name, stack)}.{attribute}"


class Function(NamedTuple):
    """A function: its logical id, its folder, its properties over the Globals, and its own environment."""

    name: str
    folder: str
    properties: Json
    environment: Json

    @property
    def entry(self) -> str:
        """The module that Lambda imports."""
        return str(self.properties["Handler"]).rsplit(".", 1)[0]

    def events(self, kind: str) -> Iterator[Json]:
        """Its triggers of one type."""
        for event in self.properties.get("Events", {}).values():
            if event["Type"] == kind:
                yield event["Properties"]


@cache
def functions() -> Mapping[str, Function]:
    """All functions, by folder."""
    shared = load(MAIN)["Globals"]["Function"]
    made = [_function(name, own, shared) for name, own in resources(load(MAIN), FUNCTION).items()]
    return {function.folder: function for function in made}


def _function(name: str, own: Json, shared: Json) -> Function:
    folder = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name.removesuffix("Function")).lower()
    return Function(name, folder, {**shared, **own}, own.get("Environment", {}).get("Variables", {}))


def listed(value: Any) -> list[Any]:
    """A value that may stand alone or in a list, as IAM has it."""
    return value if isinstance(value, list) else [value]


def walk(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every node of a template with its path; a mapping's key is the last part."""
    yield path, node
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from walk(value, f"{path}/{key}")


def everything() -> Iterator[tuple[str, Any]]:
    """Every node of every template that is deployed, nested ones whether the main template names them already or not."""
    for path in (MAIN, *INFRA):
        yield from walk(load(path), path.name)
