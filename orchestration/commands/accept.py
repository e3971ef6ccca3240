"""``rapport accept``: taking a delivery that the guards hold.

Not here: why it is held (extract/guards.py), or what is made of it (the next build).
"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from orchestration import lock
from orchestration.commands.output import count, line, step
from orchestration.context import read_ledger
from orchestration.durable import private_files
from orchestration.extract.held import HeldDelivery, find_held, held_deliveries
from orchestration.extract.verdicts import accept, accepted_deliveries, judge
from orchestration.settings import load_settings


@click.command("accept")
@click.argument("delivery", metavar="SOURCE/DELIVERY")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(delivery: str, yes: bool) -> int:
    """Take a delivery that is held because too much is missing from it.

    A full or window export says what is gone, and what was known before stays while it is held.
    SOURCE/DELIVERY is its name as `rapport build` prints it. Says what taking it will do and asks;
    the next build takes it.
    """
    settings = load_settings()
    home = settings.home
    with lock.hold(home.path), private_files():
        ledger = read_ledger(home)
        verdicts = judge(settings, ledger, accepted_deliveries(home))
        held = find_held(held_deliveries(verdicts, ledger), ledger, delivery)
        for text in _told(held):
            line(text)
        if not yes:
            click.confirm("Accept it?", abort=True)
        words = {
            "source": held.source,
            "delivery": held.delivery,
            "reason": held.reason,
            "gone": {feed: gone for feed, (gone, _) in held.gone.items()},
            "accepted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        accept(home, held.delivery_id, words)
    step("accepted", f"{held.name}; `rapport build` takes it")
    return 0


def _told(held: HeldDelivery) -> list[str]:
    """What is held, why, and what accepting does."""
    told = [f"{held.name} is held:", *(f"  {each}" for each in held.reason.split(" · "))]
    told.append(f"If you accept it, the next build takes its {count(held.rows, 'row')}.")
    for feed, (gone, known) in held.gone.items():
        told.append(f"Then {gone:,} of {count(known, 'row')} of {feed} known before are gone.")
    if held.is_superseded:
        told.append("A later full delivery was taken already, so today's figures hardly change.")
    told.append("Nothing is erased: a later delivery that has the rows brings them back.")
    return told
