"""What the guide (办事指南) says beyond the rules: steps, fees, channels, visits."""

from miaoban.models import Frozen


class Step(Frozen):
    """One step (环节): what happens, and who does it."""

    name: str
    by: str


class Fee(Frozen):
    """A fee in fen, with the rule that allows it."""

    name: str
    fen: int
    basis: str


class Guide(Frozen):
    """What people are told of the way. `channels` are 办理形式 (GB/T 39046 A.5), `visits` the times one must come."""

    steps: tuple[Step, ...] = (Step(name="申请", by="申请人"), Step(name="核验和决定", by="系统"), Step(name="送达", by="系统"))
    fees: tuple[Fee, ...] = ()
    channels: tuple[str, ...] = ("2", "3")
    visits: int = 0
