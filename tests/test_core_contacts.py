import pytest

from i2g_recon.core.contacts import choose_contact, contact_book, contact_key
from i2g_recon.core.invoice import Contact

MARLIN = Contact(id="c-1", name="Marlin Cafe", email="Office@marlin.example", status="ACTIVE")
GULL = Contact(id="c-2", name="Gull Plumbing", email="", status="ACTIVE")
OLD_TERN = Contact(id="c-3", name="Tern Joinery", email="hello@tern.example", status="ARCHIVED")
TERN = Contact(id="c-4", name="Tern Joinery", email="", status="ACTIVE")
TWIN = Contact(id="c-5", name="Marlin Catering", email="office@marlin.example", status="ACTIVE")
TWIN_NAME = Contact(id="c-6", name="MARLIN  CAFE", email="", status="ACTIVE")
CLIENT = Contact(name="Marlin Cafe", email="office@marlin.example")


@pytest.mark.parametrize(
    ("client", "contacts", "chosen"),
    [
        (CLIENT, [MARLIN, GULL], "c-1"),
        (Contact(name="Somebody else", email=" OFFICE@marlin.example"), [MARLIN], "c-1 contact_name_differs"),
        (Contact(name="gull\u200b  PLUMBING "), [MARLIN, GULL], "c-2"),
        (Contact(name="Gull Plumbing", email="new@gull.example"), [GULL], "c-2"),
        (Contact(name="Kelp & Sons", email="k@kelp.example"), [MARLIN, GULL], "new Kelp & Sons k@kelp.example"),
        (Contact(name="  Kelp \u200b& Sons "), [], "new Kelp & Sons"),
        (Contact(name="Kelp", email="a@kelp.example, b@kelp.example"), [], "new Kelp email_left_out"),
        (CLIENT, [MARLIN, TWIN], "c-1"),  # one of the two has the name as well
        (Contact(name="Other", email="office@marlin.example"), [MARLIN, TWIN], "contact_ambiguous"),
        (Contact(name="Marlin Cafe"), [MARLIN, TWIN_NAME], "contact_ambiguous"),
        (Contact(name="Gull Plumbing", email="office@marlin.example"), [MARLIN, GULL], "contact_ambiguous"),
        (Contact(name="Tern Joinery"), [OLD_TERN], "contact_archived"),
        (Contact(name="Other", email="hello@tern.example"), [OLD_TERN], "contact_archived"),
        (Contact(name="Tern Joinery", email="hello@tern.example"), [OLD_TERN, TERN], "c-4"),
        (Contact(name=" \u200b "), [], "contact_name_empty"),
        (Contact(name="A <b> c"), [], "contact_name_unusable"),
        (Contact(name="x" * 255), [], "new " + "x" * 255),
        (Contact(name="x" * 256), [], "contact_name_unusable"),
    ],
)
def test_the_chosen_contact(client: Contact, contacts: list[Contact], chosen: str) -> None:
    assert said(client, contacts, {}) == chosen
    assert said(client, contacts[::-1], {}) == chosen


@pytest.mark.parametrize(
    ("link", "chosen"), [("c-2", "c-2"), ("c-3", "contact_archived"), ("c-9", "contact_gone"), ("", "c-1")]
)
def test_a_remembered_link_comes_first(link: str, chosen: str) -> None:
    assert said(CLIENT, [MARLIN, GULL, OLD_TERN], {contact_key(CLIENT): link}) == chosen


def said(client: Contact, contacts: list[Contact], links: dict[str, str]) -> str:
    answer = choose_contact(client, contact_book(contacts), links)
    if answer.holds:
        return " ".join(each.code for each in answer.holds)
    new = ["new", answer.contact.name, answer.contact.email]
    words = [answer.contact.id] if answer.contact.id else new
    words += ["contact_name_differs" if "another name" in each else "email_left_out" for each in answer.warnings]
    return " ".join(word for word in words if word)
