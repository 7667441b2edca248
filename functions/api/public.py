"""What everybody may ask: the catalogue, and whether a licence is real."""

import base64
from collections.abc import Mapping
from typing import Any

from chalice import Blueprint  # type: ignore[attr-defined]

from functions.api.calls import Call
from functions.api.catalogue_models import MatterAnswer, MatterList
from functions.api.models import PublicKey, PublicKeys, VerificationBody
from functions.api.routing import operation
from miaoban.access.routes import Action
from miaoban.catalogue.form import Form
from miaoban.operations.editions import Listed, listed, refresh
from miaoban.operations.verify import Verification, verify_code, verify_qr

routes = Blueprint(__name__)


@operation(routes, Action.LIST_MATTERS, MatterList)
def list_matters(call: Call) -> MatterList:
    """List the published matters."""
    page = listed(call.services, call.query.get("cursor"))
    return MatterList(items=tuple(Listed.read(item.body) for item in page.items), cursor=page.cursor)


@operation(routes, Action.READ_MATTER, MatterAnswer)
def read_matter(call: Call) -> MatterAnswer:
    """Read a matter: questions, materials, form, basis, limits, organs."""
    published = refresh(call.services, call.path["matter"])
    matter = published.matter
    shared = {name: getattr(matter, name) for name in MatterAnswer.model_fields if hasattr(matter, name)}
    shared["organs"] = matter.all_organs
    sources = {code: source.public for code, source in published.edition.sources.items()}
    return MatterAnswer(**shared, version=published.version, sources=sources, form_schema=Form(matter.fields).schema)


@operation(routes, Action.VERIFY_LICENCE, Verification, VerificationBody)
def verify_licence(call: Call) -> Mapping[str, Any]:
    """Verify a licence by number and code, or by its QR text."""
    body = call.body(VerificationBody)
    if body.qr is not None:
        return verify_qr(call.services, body.qr)
    if body.number is None or body.code is None:
        raise call.refuse("", "verification-incomplete", "请给出证照编号和验证码，或者二维码内容")
    return verify_code(call.services, body.number, body.code)


@operation(routes, Action.OPEN_VERIFICATION, Verification)
def open_verification(call: Call) -> Mapping[str, Any]:
    """Open the verification link that stands on a licence."""
    return verify_code(call.services, call.path["licence"], call.path["code"])


@operation(routes, Action.READ_KEYS, PublicKeys)
def read_keys(call: Call) -> PublicKeys:
    """Read the public keys with which QR texts verify offline."""
    signer = call.services.signer
    spki = base64.b64encode(signer.public_key()).decode()
    return PublicKeys(keys=(PublicKey(key_id=signer.key_id, suite=signer.suite, spki=spki),))
