"""Checking a quota: it counts in integers, nothing takes less than nothing, and a condition looks at what is left."""

from miaoban.catalogue.demands import require
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.known_paths import field_at
from miaoban.catalogue.places import CONDITIONS, MATTER
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.verifying import rests_on

LEFT = "quota.left"


def check_quota(edition: Edition) -> None:
    """Raise CatalogueError for a quota that cannot be counted, or that no condition looks at."""
    quota, matter = edition.matter.quota, edition.matter
    if quota is None:
        return
    root, _, name = quota.total.partition(".")
    whole = _whole(field_at(edition, quota.total))
    if root == "parameter" and name in matter.parameters:
        whole = type(matter.parameters[name].value) is int
    require(whole, MATTER, f"quota.total 的 {quota.total} 不是整数或者金额，请核对", "quota", "total")
    for path in quota.takes:
        field = field_at(edition, path)
        counts = _whole(field) and (field is None or field.type is FieldType.MONEY or (field.minimum or -1) >= 0)
        sentence = f"quota.takes 的 {path} 不是金额，也不是不小于 0（minimum）的整数，请核对"
        require(counts, MATTER, sentence, "quota", "takes")
    looked = any(LEFT in rests_on(matter, condition) for condition in matter.conditions)
    require(looked, CONDITIONS, f"没有条件核对“{quota.label}”还剩多少（{LEFT}），请写明不足时怎样办理", "conditions")


def _whole(field: Field | None) -> bool:
    return field is not None and field.type in {FieldType.INTEGER, FieldType.MONEY}
