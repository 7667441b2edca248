"""The pusher of a department that registers its records with us: every change is a message on the department queue."""

from collections.abc import Callable, Iterable

from examples.department.register import Register, Values
from tools.department import Message


class Pusher:
    """Pushes what a register takes up; `send` puts messages on the department queue, such as `tools.department.send`."""

    def __init__(self, register: Register, send: Callable[[Iterable[Message]], object]) -> None:
        self.register, self.send = register, send

    def put(self, kind: str, values: Values) -> None:
        """Keep a record and push it."""
        self.register.put(kind, values)
        self.send([self.register.message(kind, values)])

    def withdraw(self, kind: str, key: Values) -> None:
        """Keep that a record is no more, and push that."""
        self.register.withdraw(kind, key)
        self.send([self.register.message(kind, key)])

    def heartbeat(self) -> None:
        """Say that nothing is new."""
        self.send([self.register.heartbeat()])
