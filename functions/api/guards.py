"""Guards of objects: what may not be seen is answered as if it were not there."""

from collections.abc import Callable

from functions.api.calls import Call
from functions.api.looking import refused
from miaoban.access.resources import Resource
from miaoban.case.case import Case
from miaoban.case.errors import CaseNotFoundError
from miaoban.catalogue.release import Release
from miaoban.identifiers import RegionCode
from miaoban.licence.errors import LicenceNotFoundError
from miaoban.licence.licence import Licence
from miaoban.operations.errors import NotFoundError
from miaoban.operations.flagging import Flag
from miaoban.operations.set_aside import Proposal


def case_resource(case: Case) -> Resource:
    """A case as the policy sees it."""
    return Resource.case(owner=case.party.owner, department=case.organ.department, region=RegionCode(case.organ.region))


def permit_case(call: Call) -> Callable[[Case], None]:
    """A guard that lets only those pass who may do this to a case."""

    def permit(case: Case) -> None:
        if not call.may(case_resource(case)):
            refused(call, case)
            raise CaseNotFoundError("没有这个办件，请核对办件编号")

    return permit


def permit_review(call: Call) -> Callable[[Case], None]:
    """A guard that lets only the organ's officers pass, and nobody in the own case."""
    return _permit_task(call, lambda case: (case.organ.department,))


def permit_opinion(call: Call) -> Callable[[Case], None]:
    """A guard that lets only officers of the departments pass that are asked, and nobody in the own case."""
    return _permit_task(call, lambda case: tuple(one.department for one in case.opinions))


def permit_look(call: Call) -> Callable[[Case], None]:
    """A guard that lets the officers of the organ and of the departments pass that are asked."""
    return _permit_task(call, lambda case: (case.organ.department, *(one.department for one in case.opinions)))


def permit_material(call: Call) -> Callable[[Case], None]:
    """A guard that lets the applicant pass, and officers of the organ and of the departments that are asked."""

    def permit(case: Case) -> None:
        region, owner = RegionCode(case.organ.region), case.party.owner
        asked = (case.organ.department, *(one.department for one in case.opinions))
        if not any(call.may(Resource.case(owner=owner, department=name, region=region)) for name in asked):
            refused(call, case)
            raise CaseNotFoundError("没有这个办件，请核对办件编号")

    return permit


def _permit_task(call: Call, departments: Callable[[Case], tuple[str, ...]]) -> Callable[[Case], None]:
    def permit(case: Case) -> None:
        region, owner = RegionCode(case.organ.region), case.party.owner
        tasks = (Resource.task(department=name, region=region, owner=owner) for name in departments(case))
        if not any(map(call.may, tasks)):
            refused(call, case)
            raise NotFoundError("没有这个任务，请核对任务编号")

    return permit


def permit_uphold(call: Call) -> Callable[[Case], None]:
    """A guard that lets only the department pass whose record is disputed."""

    def permit(case: Case) -> None:
        department = case.dispute.department if case.dispute else ""
        if not call.may(Resource.quality(department=department)):
            raise CaseNotFoundError("没有待答复的异议，请刷新列表")

    return permit


def permit_proposal(call: Call) -> Callable[[Proposal], None]:
    """A guard that lets only another officer than the proposer decide; ForbiddenError tells the proposer so."""

    def permit(proposal: Proposal) -> None:
        organ = proposal.organ
        region = RegionCode(organ.region)
        if not call.may(Resource.task(department=organ.department, region=region)):
            raise NotFoundError("没有这个任务，请核对任务编号")
        call.require(Resource.task(department=organ.department, region=region, proposer=proposal.proposer))

    return permit


def permit_licence(call: Call) -> Callable[[Licence], None]:
    """A guard that lets only the holder and the organ's officers pass."""

    def permit(licence: Licence) -> None:
        organ = licence.terms.organ
        resource = Resource.licence(owner=licence.terms.owner, department=organ.department, region=RegionCode(organ.region))
        if not call.may(resource):
            raise LicenceNotFoundError("没有这个证照，请核对证照编号")

    return permit


def permit_flag(call: Call) -> Callable[[Flag], None]:
    """A guard that lets only supervisors of the region pass."""

    def permit(flag: Flag) -> None:
        if not call.may(Resource.flag(region=RegionCode(flag.organ.region))):
            raise NotFoundError("没有这个监察线索，请核对编号")

    return permit


def permit_release(call: Call) -> Callable[[Release], None]:
    """A guard that lets only stewards pass, and not who proposed it where a second one must act."""

    def permit(release: Release) -> None:
        call.require(Resource.release(proposer=release.proposer))

    return permit
