"""A department's systems, simulated: a source to ask over HTTP, a worker on its ask queue, a pusher of records."""

from examples.department.faults import Fault
from examples.department.http_source import HttpSource
from examples.department.pusher import Pusher
from examples.department.register import Register
from examples.department.worker import Worker

__all__ = ["Fault", "HttpSource", "Pusher", "Register", "Worker"]
