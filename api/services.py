"""What the routes work with: one of each per process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from temporalio.client import Client

from activities.carriage import Carrier
from domain.procedure.steps import Course
from settings import Settings
from storage.answers import Answers
from storage.confirmations import Confirmations
from storage.desk import Desk
from storage.office import Office
from storage.papers import PaperStore
from storage.people import People
from storage.receipts import Receipts
from storage.record import Record
from storage.views import Views
from workflows.determination import DETERMINATION
from workflows.listing import LISTING

#: Every kind of case that the office conducts.
COURSES: dict[str, Course] = {course.kind: course for course in (DETERMINATION, LISTING)}


@dataclass(frozen=True)
class Services:
    """The record from its sides, and the way to the workflows."""

    settings: Settings
    office: Office
    record: Record
    receipts: Receipts
    answers: Answers
    views: Views
    papers: PaperStore
    people: People
    confirmations: Confirmations
    desk: Desk
    client: Client
    carrier: Carrier


def build_services(settings: Settings, office: Office, client: Client) -> Services:
    """Services of an office and a Temporal client."""
    receipts = Receipts(office)
    return Services(
        settings=settings,
        office=office,
        record=Record(office),
        receipts=receipts,
        answers=Answers(office),
        views=Views(office),
        papers=PaperStore(office),
        people=People(office.engine, office.cipher, practice=office.practice),
        confirmations=Confirmations(office),
        desk=Desk(office),
        client=client,
        carrier=Carrier(client, receipts, settings.temporal_task_queue),
    )


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


TheOffice = Annotated[Services, Depends(_services)]
