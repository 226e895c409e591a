"""What a parcel holds and where it goes, looked up when it is sent: an address set meanwhile counts."""

from __future__ import annotations

from typing import cast

from sqlalchemy import select

from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction
from supervision.adapters.addresses import AddressBook, Place
from supervision.adapters.tables import notifications
from supervision.adapters.wording import told
from supervision.application.delivering import Address, Letter, Parcel
from supervision.application.ports import Reads
from supervision.application.wording import say


class Composer:
    """Implements `delivering.Compose`."""

    def __init__(self, reads: Reads, book: AddressBook) -> None:
        self._reads = reads
        self._book = book

    def __call__(self, tx: Transaction, parcel: Parcel) -> tuple[Letter, Address] | None:
        """None when the recipient has no address for the channel."""
        query = select(notifications).where(notifications.c.notification == parcel.notification)
        row = cast(PostgresTransaction, tx).connection.execute(query).one()
        place = Place(row.agency, row.recipient_kind, row.recipient, parcel.channel)
        address = self._book.find(tx, place)
        if address is None:
            return None
        [held] = told(tx, self._reads, [row])
        words = say(held, address.language)
        return Letter(row.notification, row.name, row.programme, row.case_id, held.event.at, words), address
