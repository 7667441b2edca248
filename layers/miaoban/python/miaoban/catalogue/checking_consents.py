"""Checking consents: sensitive data of a person need a statute, or a separate consent (个人信息保护法 art. 28, 29)."""

from miaoban.catalogue.demands import require
from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.matter import RecordUse
from miaoban.catalogue.places import MATERIALS
from miaoban.catalogue.publication import Edition


def check_consent(edition: Edition, name: str, use: RecordUse) -> None:
    """Raise CatalogueError for a record of sensitive fields that neither a consent nor a law allows to read."""
    kind = edition.kind(use)
    sensitive = [field.label for field in kind.fields.values() if field.sensitive] if kind else []
    told = f"records.{name} 有敏感个人信息（{'、'.join(sensitive)}）"
    sentence = f"{told}，请写 consent（表单中单独同意的承诺），或者写 basis（法定依据）"
    require(not sensitive or use.consent or use.basis, MATERIALS, sentence, "records", name)
    if use.consent is None:
        return
    field = edition.matter.fields.get(use.consent)
    promised = field is not None and field.type is FieldType.PROMISE and field.required
    sentence = f"records.{name} 的 consent 应当是表单中必填的承诺（type: promise），没有 {use.consent}，请核对"
    require(promised, MATERIALS, sentence, "records", name)
