import re
from typing import TYPE_CHECKING

import pytest

from miaoban.aws.calling import SECRETS
from miaoban.aws.vault import SecretVault
from miaoban.memory import MemoryVault
from miaoban.memory.vault import ROOT
from miaoban.ports import PseudonymError, SealError, Vault
from tests.contract.resources import connect, service

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

TEXTS = ["", "11010519491231002X", "沈阳市某粮库有限公司 🌾", "x" * 100_000]


def vault_at(place: str, root: str, partition: str) -> Vault:
    if place == "memory":
        return MemoryVault(root)
    client: SecretsManagerClient = connect("secretsmanager", place)
    return SecretVault(client.create_secret(Name=partition[-36:], SecretString=root)["ARN"], service(SECRETS, place))


@pytest.fixture
def vault(place: str, partition: str) -> Vault:
    return vault_at(place, ROOT, partition)


def test_a_pseudonym_is_the_same_in_every_adapter_and_run(vault: Vault) -> None:
    assert vault.pseudonym("111", "11010519491231002X") == "izfs2ejtepvfhcc7jd2lxrka5zowlfzl"


def test_pseudonyms_differ_by_kind_and_by_number(vault: Vault) -> None:
    made = {vault.pseudonym(kind, number) for kind in ("001", "111") for number in ("1", "2", "十")}
    assert len(made) == 6
    assert all(re.fullmatch("[a-z2-7]{32}", name) for name in made)


@pytest.mark.parametrize(("kind", "number"), [("", "1"), ("111", ""), ("", "")])
def test_nothing_has_no_pseudonym(vault: Vault, kind: str, number: str) -> None:
    with pytest.raises(PseudonymError):
        vault.pseudonym(kind, number)


@pytest.mark.parametrize("text", TEXTS, ids=["empty", "number", "zh", "long"])
def test_a_sealed_text_comes_back(vault: Vault, text: str) -> None:
    sealed = vault.seal(text)
    assert re.fullmatch(r"v1\.[\w-]+", sealed, re.ASCII)
    assert vault.unseal(sealed) == text
    assert vault.seal(text) != sealed


def test_an_altered_text_is_told(vault: Vault) -> None:
    sealed = vault.seal("11010519491231002X")
    swapped = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    for altered in (swapped, sealed[:-4], sealed.replace("v1.", "v2."), sealed[3:], "v1.", "", "v1.粮", "v1.x"):
        with pytest.raises(SealError):
            vault.unseal(altered)


def test_another_root_neither_unseals_nor_names_alike(place: str, partition: str, vault: Vault) -> None:
    other = vault_at(place, ROOT[::-1], partition[::-1])
    assert other.pseudonym("111", "1") != vault.pseudonym("111", "1")
    with pytest.raises(SealError):
        other.unseal(vault.seal("1"))


def test_a_short_root_is_refused(place: str, partition: str) -> None:
    with pytest.raises(SealError):
        vault_at(place, "short", partition).seal("1")
