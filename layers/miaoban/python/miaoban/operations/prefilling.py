"""Prefilling from sources that are asked: a draft has them asked at once, and is made again a moment later with what they said.

Nobody waits at the gateway for a department's system; what it does not say in time, the applicant types.
"""

from datetime import timedelta
from typing import Final

from miaoban.evidence.record import State
from miaoban.operations.asks import Ask, ask_for, ask_item, ask_key
from miaoban.operations.catching_up import Prompt
from miaoban.operations.gathering import Wanted
from miaoban.operations.ruling import Ruling
from miaoban.operations.services import Services
from miaoban.ports import ConflictError
from miaoban.storage import Commit, Put

WANTED_FOR: Final = timedelta(minutes=5)
"""How long an answer is of use to who fills in a form."""


def ask_ahead(services: Services, ruling: Ruling) -> tuple[str, ...]:
    """Have the sources asked that a draft knows nothing of, and name them; one that is being asked is not asked twice."""
    evidence = ruling.gathered.evidence
    unknown = [one for one in ruling.gathered.wanted if one.asked_kind and evidence[one.name].state is State.UNKNOWN]
    for wanted in unknown:
        if _begun(services, ruling, wanted):
            services.prompts.send([Prompt(record=wanted.key.partition).text()])
    return tuple(dict.fromkeys(wanted.source.name for wanted in unknown))


def _begun(services: Services, ruling: Ruling, wanted: Wanted) -> bool:
    """Note that an answer is wanted for a while; False where somebody else has asked and has the turn."""
    item, now = ruling.items.get(ask_key(wanted.key)), services.now()
    ask = Ask.read(item.body) if item else ask_for(ruling.filing, wanted, None, now)
    if item and ask.next_at > now:
        return False
    version = item.version if item else 0
    lasting = ask.model_copy(update={"wanted_until": now + WANTED_FOR})
    try:
        services.store.commit(Commit((Put(ask_item(lasting, version + 1), replaces=version),)))
    except ConflictError:
        return False
    return True
