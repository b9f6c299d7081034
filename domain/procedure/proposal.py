"""What a command would bring about: the event, and where the case would stand after it.

The workflow commits a proposal; the dry run shows one and commits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.paperwork import build_paper
from domain.procedure.events import Command, Event
from domain.procedure.judgement import judge
from domain.procedure.walk import Walk

# A paper that is only looked at before its number is given bears none.
UNNUMBERED = ""


@dataclass(frozen=True)
class Proposal:
    """One event as it would be entered, and the walk after it."""

    event: Event
    after: Walk


def propose(walk: Walk, command: Command) -> Proposal:
    """The proposal of a command. Raises Refusal, and leaves `walk` as it is."""
    step, item, data = judge(walk.file, command)
    event = Event(
        seq=len(walk.file.events) + 1,
        command=command.id,
        step=step.name,
        item=item,
        actor=command.actor,
        received_at=command.received_at,
        at=command.received_at,
        data=data,
        clause=step.clause,
    )
    after = walk.followed_by(event)
    if "paper" in data:
        build_paper(after.file, event)  # a paper that lacks an element refuses the step that would issue it
    return Proposal(event, after)
