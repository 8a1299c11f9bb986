"""The board against a plain model of it: dictionaries, searched whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from signals_town import ASSETS, HUNTER, HUNTERS, KINDS, LATE, TRADER, TRADERS, TTL, board, signal, to, town

from freeagentics.signals import Board, Directory, Inbox, Status

COHORTS = st.sampled_from([HUNTERS, TRADERS, LATE])


@dataclass
class Message:
    source: int
    desk: int
    kind: int
    value: float
    audience: int
    step: int
    timestamp: int


@dataclass
class Plain:
    """What the board is meant to do."""

    hidden: dict[int, Message] = field(default_factory=dict)
    visible: dict[int, Message] = field(default_factory=dict)
    told: dict[tuple[int, int], tuple[Status, int]] = field(default_factory=dict)
    read: set[tuple[int, int]] = field(default_factory=set)
    published: int = 0

    def publish(self, said: Message) -> None:
        self.hidden[self.published] = said
        self.published += 1

    def deliver(self, directory: Directory) -> None:
        for number, said in self.hidden.items():
            for agent in range(len(directory)):
                there = directory.alive[agent] and directory.desk[agent] == said.desk
                if there and said.audience >> int(directory.role[agent]) & 1 and agent != said.source:
                    self.told[number, agent] = (Status.PENDING, -1)
        self.visible |= self.hidden
        self.hidden = {}

    def live(self, now: int) -> dict[int, Message]:
        return {number: said for number, said in self.visible.items() if now < said.timestamp + TTL}

    def inbox(self, cohort: int, now: int, directory: Directory) -> list[tuple[int, int, Message]]:
        live = self.live(now)
        broadcasts = [(-1, number, said) for number, said in live.items() if not said.audience and (number, cohort) not in self.read]
        told = [
            (int(directory.row[agent]), number, live[number])
            for (number, agent), (status, _) in self.told.items()
            if number in live and status == Status.PENDING and directory.alive[agent] and directory.cohort[agent] == cohort
        ]
        return sorted(broadcasts + told, key=lambda entry: entry[:2])

    def expire(self, now: int) -> None:
        self.visible = self.live(now)
        self.told = {key: value for key, value in self.told.items() if key[0] in self.visible}

    def query(self, target: int, now: int) -> list[tuple[int, Status, int]]:
        live = self.live(now)
        broadcasts = [(n, Status.UNTRACKED, -1) for n, said in live.items() if not said.audience and said.source != target]
        return sorted(broadcasts + [(n, *value) for (n, agent), value in self.told.items() if agent == target and n in live])


class BoardMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory: Directory = town()
        self.board: Board = board(self.directory)
        self.plain = Plain()
        self.now = 0
        self.step = 0
        self.joined = 5
        self.held: list[tuple[Inbox, int, set[tuple[int, int]], set[tuple[int, int]]]] = []

    @rule(source=st.integers(0, 7), kind=st.integers(0, len(KINDS) - 1), value=st.integers(-5, 5), audience=st.integers(0, 3))
    def publish(self, source: int, kind: int, value: float, audience: int) -> None:
        told = signal(source, audience, kind=kind, value=value, timestamp=self.now)
        self.board.publish(told, step=self.step, timestamp=self.now)
        self.plain.publish(Message(source, source % 2, kind, value, audience, self.step, self.now))

    @rule()
    def deliver(self) -> None:
        self.board.deliver()
        self.plain.deliver(self.directory)

    @rule(passed=st.sampled_from([0, 1, TTL // 2, TTL - 1, TTL]))
    def tick(self, passed: int) -> None:
        self.now += passed
        self.step += 1

    @rule(source=st.integers(0, 7), audience=st.integers(0, 3), cohort=COHORTS)
    def act(self, source: int, audience: int, cohort: int) -> None:
        """A whole phase at once, so that long stories stay likely."""
        self.publish(source=source, kind=0, value=1, audience=audience)
        self.deliver()
        self.read(cohort=cohort)
        self.process(back=1)
        self.read(cohort=cohort)

    @rule()
    def expire(self) -> None:
        self.board.expire(self.now)
        self.plain.expire(self.now)

    @rule(cohort=COHORTS)
    def read(self, cohort: int) -> None:
        inbox = self.board.inbox(cohort, self.now)
        expected = self.plain.inbox(cohort, self.now, self.directory)
        found = zip(
            *(column.tolist() for column in (inbox.row, inbox.number, inbox.source, inbox.desk, inbox.kind, inbox.step, inbox.age_ms)),
            inbox.data.tolist(),
            strict=True,
        )
        assert list(found) == [
            (row, number, said.source, said.desk, said.kind, said.step, self.now - said.timestamp, [said.value] * ASSETS)
            for row, number, said in expected
        ]
        agents = {int(row): agent for agent, row in enumerate(self.directory.row) if self._sits(agent, cohort)}
        told = {(number, agents[row]) for row, number, _ in expected if row >= 0}
        broadcasts = {(number, cohort) for number, said in self.plain.visible.items() if not said.audience}
        self.held.append((inbox, cohort, told, broadcasts))

    @precondition(lambda self: self.held)
    @rule(back=st.integers(1, 3))
    def process(self, back: int) -> None:
        inbox, cohort, told, broadcasts = self.held[-min(back, len(self.held))]
        fresh = sorted(key for key in told if self.plain.told.get(key, (Status.PROCESSED, 0))[0] == Status.PENDING)
        number, target = self.board.process(inbox, cohort, step=self.step)
        assert list(zip(number.tolist(), target.tolist(), strict=True)) == fresh
        self.plain.told |= dict.fromkeys(fresh, (Status.PROCESSED, self.step))
        self.plain.read |= broadcasts

    @rule(agent=st.integers(0, 8))
    def query(self, agent: int) -> None:
        listing = self.board.query(now=self.now, target=agent)
        found = zip(listing.number.tolist(), listing.status.tolist(), listing.processed_step.tolist(), strict=True)
        assert list(found) == self.plain.query(agent, self.now)
        assert self.board.query(now=self.now).number.tolist() == list(self.plain.live(self.now))

    @rule(agent=st.integers(0, 8))
    def replace(self, agent: int) -> None:
        """Somebody leaves and a newcomer of the same role, maybe on another desk, takes the seat."""
        if self.directory.alive[agent]:
            self.directory.remove(agent)
            role = TRADER if self.directory.role[agent] == TRADER else HUNTER
            self.directory.add(role, self.joined, int(self.directory.cohort[agent]), int(self.directory.row[agent]))
            self.joined += 1

    @precondition(lambda self: not self.plain.hidden)
    @rule()
    def resume(self) -> None:
        """Another board, which has known other days, takes over."""
        directory = town()
        directory.load(self.directory.state())
        resumed = board(directory)
        resumed.publish(signal(0, to(HUNTER, TRADER)), step=0, timestamp=0)
        resumed.deliver()
        resumed.process(resumed.inbox(TRADERS, 0), TRADERS, step=0)
        resumed.load(self.board.state())
        again = resumed.state()
        assert all((again[name] == column).all() for name, column in self.board.state().items())
        self.board, self.directory = resumed, directory

    @invariant()
    def counts(self) -> None:
        assert self.board.live == len(self.plain.visible)

    def _sits(self, agent: int, cohort: int) -> bool:
        return bool(self.directory.alive[agent] and self.directory.cohort[agent] == cohort)


TestBoardMachine = BoardMachine.TestCase
TestBoardMachine.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)


def test_a_busy_day_goes_on_identically_after_a_reload_in_its_middle() -> None:
    """More signals than the machine says, so that the columns grow, shrink and move."""
    straight, saved = board(), board()
    resumed = saved
    for step in range(200):
        if step == 100:
            resumed = board()
            resumed.load(saved.state())
        for one in (straight, resumed):
            for source in range(step % 8):
                told = signal(source, source % 4, value=step, timestamp=step * 100)
                one.publish(told, step=step, timestamp=step * 100)
            one.deliver()
            one.expire(step * 100)
        inboxes = [one.inbox(TRADERS, step * 100) for one in (straight, resumed)]
        assert inboxes[0].number.tolist() == inboxes[1].number.tolist()
        assert inboxes[0].data.tolist() == inboxes[1].data.tolist()
        if step % 3:
            for one, inbox in zip((straight, resumed), inboxes, strict=True):
                one.process(inbox, TRADERS, step=step)
    first, second = straight.state(), resumed.state()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
