"""What of a service its examples walk: stops met, stages stood in, ways on taken, rules seen to hold and not to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from doorstep.cases.models import Case
from doorstep.catalogue.service import Service
from doorstep.forms.rules.rule import Rule
from doorstep.forms.rules.types import BOOL

# The event of a case, by which of its data it says how the case went on.
_WAYS = {"outcome": "outcome", "decided": "decision", "chosen": "choice"}


@dataclass
class Walked:
    """What one example, or several, walked."""

    stops: set[str] = field(default_factory=set)
    stages: set[str] = field(default_factory=set)
    ways: set[str] = field(default_factory=set)
    rules: set[tuple[str, bool]] = field(default_factory=set)

    def take_in(self, other: "Walked") -> None:
        """Add what another walked."""
        self.stops |= other.stops
        self.stages |= other.stages
        self.ways |= other.ways
        self.rules |= other.rules

    def follow(self, case: Case) -> None:
        """Add the stages that a case stood in, and the ways that it took between them."""
        here = ""
        for event in case.events.order_by("number"):
            data = event.data
            if event.kind == "stage":
                self.ways |= {f"start: {data['stage']}"} if not here else set()
                here = data["stage"]
                self.stages.add(here)
            elif event.kind in _WAYS:
                self.ways |= {
                    f"{where}: {data[_WAYS[event.kind]]}" for where in (here, "any stage")
                }
            elif event.kind == "reopened":
                self.ways.add(f"{here}: opened again")


@dataclass(frozen=True)
class Counted:
    """How many of some there are, and which are not walked."""

    count: int
    left: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Return how much of them is walked, in whole per cent, rounded down; 100 where there are none."""
        return 100 if not self.count else 100 * (self.count - len(self.left)) // self.count


@dataclass(frozen=True)
class Coverage:
    """What of a service is walked."""

    stops: Counted
    stages: Counted
    ways: Counted
    # Both answers of each rule that comes to yes or no.
    rules: Counted

    def said(self) -> str:
        """Return it in one line."""
        parts = ((name, getattr(self, name)) for name in ("stops", "stages", "ways", "rules"))
        return ", ".join(f"{name} {counted.percent} %" for name, counted in parts)

    def gaps(self) -> Iterator[str]:
        """Go through what no example walks, a line each."""
        for what, counted in (
            ("no example stops at", self.stops),
            ("no example comes to the stage", self.stages),
            ("no example goes on by", self.ways),
            ("no example sees that", self.rules),
        ):
            for name in counted.left:
                yield f"{what} {name}"


def coverage(service: Service, walked: Walked) -> Coverage:
    """Return what of a service was walked."""
    rules = [
        (f"{where} {'holds' if held else 'does not hold'}: {text}", (text, held) in walked.rules)
        for text, where in rules_of(service).items()
        for held in (True, False)
    ]
    return Coverage(
        stops=_count((code, code in walked.stops) for code in service.form.stops),
        stages=_count((stage, stage in walked.stages) for stage in _stages(service)),
        ways=_count((way, way in walked.ways) for way in _ways(service)),
        rules=_count(rules),
    )


def _count(pairs: Iterable[tuple[str, bool]]) -> Counted:
    found = dict(pairs)
    return Counted(len(found), tuple(name for name, is_walked in found.items() if not is_walked))


def _stages(service: Service) -> list[str]:
    """Return the stages that the service itself describes."""
    return [stage.id for stage in service.workflow.stages.values() if not stage.is_built_in]


def _ways(service: Service) -> Iterator[str]:
    flow = service.workflow
    starts = [stage for _, stage in flow.start]
    starts += [stop.dispute.stage for stop in service.form.stops.values() if stop.dispute]
    yield from (f"start: {stage}" for stage in starts)
    yield from (f"any stage: {outcome}" for outcome in flow.on)
    for name in _stages(service):
        stage = flow.stages[name]
        yield from (f"{name}: {way}" for way in (*stage.on, *stage.decisions, *stage.choices))
        if stage.reopen:
            yield f"{name}: opened again"
        if stage.change:
            yield f"{name}: change"


def rules_of(service: Service) -> dict[str, str]:
    """Return the rules of a service that come to yes or no, by their text, each with where it stands."""
    found: dict[str, str] = {}
    for where, rule in _rules(service):
        if rule is not None and rule.type == BOOL and rule.uses:
            found.setdefault(rule.text, where)
    return found


def _rules(service: Service) -> Iterator[tuple[str, Rule | None]]:
    form, flow = service.form, service.workflow
    for page in form.pages:
        yield f"page {page.id}:", page.when
        yield from ((f"page {page.id}, {name}:", rule) for name, rule in page.values)
        yield from ((f"page {page.id}, check:", item.rule) for item in page.check)
        for question in page.questions:
            yield from ((f"page {page.id}, entry:", item.rule) for item in question.entry_check)
    yield from (("sending:", words.rule) for words in form.sending_when)
    yield from (("start:", rule) for rule, _ in flow.start)
    yield from ((f"{mark.flag}:", mark.rule) for mark in flow.escalate)
    for name in _stages(service):
        stage = flow.stages[name]
        yield from ((f"stage {name}, {value}:", rule) for value, rule in stage.values)
        for doing in stage.do:
            yield from ((f"stage {name}, {doing.step}:", rule) for rule in doing.rules.values())
