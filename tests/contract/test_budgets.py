"""A budget on every store: however many approvals race for it, it is spent to the last and never beyond."""

from miaoban.operations.errors import BusyError
from miaoban.ports import Store
from tests.race import EACH, Race

FIRMS, BUDGET = 12, 4 * EACH


def test_a_budget_is_never_overspent(store: Store, partition: str) -> None:
    race = Race(store, FIRMS, BUDGET, policy=partition[:40])
    answers = race.run()
    told = [answer for answer in answers if not isinstance(answer, BusyError)]
    assert not [answer for answer in told if isinstance(answer, Exception)]
    granted = sum(answer["status"] == "approved" for answer in told)
    assert granted <= BUDGET // EACH
    again = [race.file(number) for number, answer in enumerate(answers) if isinstance(answer, BusyError)]
    granted += sum(answer["status"] == "approved" for answer in again)
    assert granted == BUDGET // EACH, "spent to the last"
    numbers = {answer["licence"] for answer in (*told, *again) if answer.get("licence")}
    assert len(numbers) == granted
