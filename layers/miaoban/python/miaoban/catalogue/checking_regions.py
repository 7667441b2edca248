"""Checking codes and regions: parts of codes agree, organs lie where they say, and regions only shorten what they inherit."""

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.regions import Organ, Overlay, VaryingTimeLimit
from miaoban.identifiers import IdentifierError, MatterCode, RegionCode, Uscc


def check_regions(matter: Matter) -> None:
    """Raise CatalogueError for the first code or region that contradicts another."""
    _check_type(matter)
    files = {"matter.yaml": matter.organs, **{_file(code): overlay.organs for code, overlay in matter.regions.items()}}
    seen: set[str] = set()
    for file, organ in ((file, organ) for file, organs in files.items() for organ in organs):
        _check_organ(organ, file)
        if organ.region in seen:
            raise CatalogueError(f"{organ.region} 已经有受理机关，请只保留一个", file, ("organs", organ.region))
        seen.add(organ.region)
    here = {code: _region(code) for code in matter.regions}
    for code, overlay in matter.regions.items():
        _check_overlay(matter, here[code], overlay)


def _file(code: str) -> str:
    return f"regions/{code}.yaml"


def _check_type(matter: Matter) -> None:
    told = MatterCode(matter.basic_code).type_code
    if told != matter.type:
        sentence = f"basic_code 第 3、4 位是 {told}，而 type 是 {matter.type}，请改为一致"
        raise CatalogueError(sentence, "matter.yaml", ("basic_code",))


def _check_organ(organ: Organ, file: str) -> None:
    try:
        region, uscc = RegionCode(organ.region), Uscc(organ.uscc)
    except IdentifierError as error:
        sentence = f"机关 {organ.name} 的代码不对（{str(error).rstrip('。')}）"
        raise CatalogueError(sentence, file, ("organs", organ.name)) from None
    if not uscc.region.contains(region):
        sentence = f"机关 {organ.name} 的代码属于区划 {uscc.region}，而 region 是 {region}，请核对"
        raise CatalogueError(sentence, file, ("organs", organ.name))


def _region(code: str) -> RegionCode:
    try:
        return RegionCode(code)
    except IdentifierError as error:
        raise CatalogueError(f"文件名应当是区划代码（{str(error).rstrip('。')}）", _file(code)) from None


def _check_overlay(matter: Matter, here: RegionCode, overlay: Overlay) -> None:
    code = str(here)
    file = _file(code)
    for organ in overlay.organs:
        if not here.contains(RegionCode(organ.region)):
            sentence = f"机关 {organ.name} 在 {organ.region}，不属于这个区划，请移到它的区划文件"
            raise CatalogueError(sentence, file, ("organs", organ.name))
    above = matter.model_copy(update={"regions": {other: known for other, known in matter.regions.items() if other != code}})
    inherited = above.limits_in(code)
    for name, limit in overlay.limits.given().items():
        _check_shorter(file, name, limit, getattr(inherited, name))
    for name, value in overlay.parameters.items():
        known = matter.parameters.get(name)
        if known is None or type(value) is not type(known.value):
            sentence = f"parameters.{name} 在 matter.yaml 中没有这个参数，或者类型不同，请核对"
            raise CatalogueError(sentence, file, ("parameters", name))


def _check_shorter(file: str, name: str, limit: VaryingTimeLimit, inherited: VaryingTimeLimit) -> None:
    for answer in ({}, *({question: answer} for question, told in inherited.by.items() for answer in told)):
        above = inherited.on(answer).n
        if (limit.unit, limit.start) != (inherited.unit, inherited.start) or limit.on(answer).n > above:
            here = "".join(f"（{question} 为 {told}）" for question, told in answer.items())
            sentence = f"limits.{name} 只能缩短，单位和起算点不变，上级{here}是 {above}，请改正"
            raise CatalogueError(sentence, file, ("limits", name))
