"""Making a record ready for its processes: the first thing that happens on a machine, a cluster or a test bench."""

from __future__ import annotations

from domain.refusals import Conflict
from settings import Settings
from storage.migrations import upgrade
from storage.office import Office, open_office
from storage.practice_people import seed_practice_people


async def prepare_office(settings: Settings) -> Office:
    """Brings the record to the newest revision and opens it; a practice office gets its sample users.

    Safe when several processes begin at once. Raises what `open_office` raises.
    """
    await upgrade(settings.database_url)
    office = await open_office(settings)
    if office.practice:
        try:
            await seed_practice_people(office)
        except Conflict:  # another process was quicker, and may have missed nobody
            await seed_practice_people(office)
    return office
