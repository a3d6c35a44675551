"""What belongs to an organisation: its set-up, what Xero says about it, remembered contacts, the activity log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlmodel import col, select

from i2g_recon.core.invoice import Contact
from i2g_recon.core.organisation import Organisation
from i2g_recon.store.connections import CHOSEN
from i2g_recon.store.encoding import (
    contacts_of,
    contacts_text,
    organisation_of,
    organisation_text,
    setup_of,
    setup_text,
)
from i2g_recon.store.part import Part
from i2g_recon.store.tables import (
    ContactLinkRow,
    OrganisationRow,
    PreferenceRow,
    SetupRow,
)

LAYOUT = "layout:"  # of a table without ids, by organisation

if TYPE_CHECKING:
    # As in `encoding`: its rules bring pandas.
    from i2g_recon.core.setup import Setup


class Organisations(Part):
    """The Store's part about organisations."""

    def save_setup(self, tenant_id: str, setup: Setup) -> None:
        """Keep the choices of the walk-through."""
        self.database.put(SetupRow(tenant_id=tenant_id, body=setup_text(setup)))

    def setup(self, tenant_id: str) -> Setup:
        """The choices; a fresh Setup when none were made."""
        with self.database.reading() as session:
            row = session.get(SetupRow, tenant_id)
            return setup_of("{}" if row is None else row.body)

    def choose_organisation(self, tenant_id: str) -> None:
        """The organisation that commands and pages mean when none is named."""
        self.database.put(PreferenceRow(name=CHOSEN, value=tenant_id))

    def chosen_organisation(self) -> str | None:
        """Its tenant id, or None."""
        return self.preference(CHOSEN) or None

    def prefer(self, name: str, value: str) -> None:
        """Keep one named choice or note of the whole workspace; writes only what changes something."""
        if self.preference(name) != value:
            self.database.put(PreferenceRow(name=name, value=value))

    def preference(self, name: str) -> str:
        """The named choice; '' when there is none."""
        with self.database.reading() as session:
            row = session.get(PreferenceRow, name)
            return "" if row is None else row.value

    def save_layout(self, tenant_id: str, layout: str, body: str) -> None:
        """Keep what a person said about a table's layout, as JSON text."""
        self.database.put(PreferenceRow(name=f"{LAYOUT}{tenant_id}:{layout}", value=body))

    def layouts(self, tenant_id: str) -> dict[str, str]:
        """Every layout of an organisation with what was said about it."""
        prefix = f"{LAYOUT}{tenant_id}:"
        with self.database.reading() as session:
            rows = session.exec(
                select(PreferenceRow).where(col(PreferenceRow.name).startswith(prefix, autoescape=True))
            )
            return {row.name.removeprefix(prefix): row.value for row in rows}

    def save_organisation(
        self, tenant_id: str, organisation: Organisation, contacts: tuple[Contact, ...], taken_at: dt.datetime
    ) -> None:
        """Keep what Xero said about the organisation and its contacts, in place of what it said before."""
        self.database.put(
            OrganisationRow(
                tenant_id=tenant_id,
                taken_at=taken_at,
                body=organisation_text(organisation),
                contacts=contacts_text(contacts),
            )
        )

    def organisation(self, tenant_id: str) -> tuple[Organisation, tuple[Contact, ...], dt.datetime] | None:
        """What Xero said last and when (UTC), or None."""
        with self.database.reading() as session:
            row = session.get(OrganisationRow, tenant_id)
            if row is None:
                return None
            return organisation_of(row.body), contacts_of(row.contacts), row.taken_at

    def link_contacts(self, tenant_id: str, links: Mapping[str, str]) -> None:
        """Remember which Xero contact each client is: client key to ContactID."""
        with self.database.writing() as session:
            for client_key, contact_id in links.items():
                session.merge(ContactLinkRow(tenant_id=tenant_id, client_key=client_key, contact_id=contact_id))

    def unlink_contact(self, tenant_id: str, client_key: str) -> bool:
        """Forget which Xero contact a client is; whether it was remembered."""
        with self.database.writing() as session:
            row = session.get(ContactLinkRow, (tenant_id, client_key))
            if row is not None:
                session.delete(row)
            return row is not None

    def contact_links(self, tenant_id: str) -> dict[str, str]:
        """Client key to ContactID."""
        with self.database.reading() as session:
            rows = session.exec(select(ContactLinkRow).where(ContactLinkRow.tenant_id == tenant_id))
            return {row.client_key: row.contact_id for row in rows}
