"""The demo's business: Harbourside Trades Pty Ltd, an invented Australian firm, its clients and its work."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

NAME = "Harbourside Trades Pty Ltd"
ACCOUNT_ID = "50817736"

# Invoice2go's client | e-mail | street | suburb | state | postcode | in Xero as
# Last column: blank for the same name, `-` for nobody, `archived`, or Xero's own spelling of the name.
CLIENT_TABLE = """
Marlow & Finch Pty Ltd  |accounts@marlowfinch.example|14 Quarry Row       |Pyrmont        |NSW|2009|
Tidewater Cafe          |hello@tidewatercafe.example|3 Wharf Lane        |Balmain        |NSW|2041|
Brindle Yacht Services  |office@brindleyacht.example|88 Slipway Road     |Rushcutters Bay|NSW|2011|
Wattle Street Strata    |committee@wattlestrata.example|210 Wattle Street   |Ultimo         |NSW|2007|
Orchard Lane Preschool  |director@orchardlane.example|5 Orchard Lane      |Leichhardt     |NSW|2040|
Kettle & Crane Architects|studio@kettlecrane.example |41 Mast Street      |Glebe          |NSW|2037|
Pemberly Property Group |works@pemberly.example     |9 Chandler Avenue   |North Sydney   |NSW|2060|
Dr. A. Okonjo           |a.okonjo@mail.example      |27 Terrace Road     |Dulwich Hill   |NSW|2203|
Saltbush Pantry         |orders@saltbush.example    |112 Ferry Parade    |Drummoyne      |NSW|2047|
The Lantern Hotel       |manager@lanternhotel.example|1 Lantern Square    |The Rocks      |NSW|2000|
Ng Family Trust         |trustee@ngfamily.example   |63 Magnolia Crescent|Strathfield    |NSW|2135|
Farrow Dental, Newtown  |reception@farrowdental.example|304 Enmore Way      |Newtown        |NSW|2042|
Coxswain Rowing Club Inc.|treasurer@coxswain.example |Boathouse 2, The Bay|Haberfield     |NSW|2045|
Jacaranda House Aged Care|facilities@jacaranda.example|77 Jacaranda Street |Lane Cove      |NSW|2066|
Bluegum Removals        |bookings@bluegum.example   |18 Depot Road       |Alexandria     |NSW|2015|
Priya Raman             |priya.raman@mail.example   |6/19 Harbour View   |Cremorne       |NSW|2090|
St Brendan's Parish     |parish@stbrendans.example  |2 Chapel Hill       |Annandale      |NSW|2038|
Hollis Bros Joinery     |                           |55 Sawmill Road     |Marrickville   |NSW|2204|
Merrick, T & L          |tlmerrick@mail.example     |130 Point Road      |Hunters Hill   |NSW|2110|
Corner Store Collective |shop@cornerstore.example   |1 Bridge Street     |Erskineville   |NSW|2043|
Otago Fitout Ltd        |ap@otagofitout.example     |12 Dock Street      |Dunedin        |   |9016|
Gannet & Sons (closed)  |accounts@gannet.example    |40 Cannery Road     |Rozelle        |NSW|2039|archived
QUAYSIDE MEDIA          |pay@quaysidemedia.example  |7 Signal Street     |Millers Point  |NSW|2000|Quayside Media
Jo Brindle              |jo@brindlemarine.example   |90 Slipway Road     |Rushcutters Bay|NSW|2011|Brindle Marine
Kestrel Lane Dental     |admin@kestrellane.example  |16 Kestrel Lane     |Petersham      |NSW|2049|-
Ashgrove Body Corporate |secretary@ashgrove.example |200 Ashgrove Road   |Ashfield       |NSW|2131|-
M. Delacroix-Webb       |mdw@mail.example           |33 Cove Street      |Birchgrove     |NSW|2041|-
"""
USUAL_CLIENTS = 20  # the first rows of the table; the others have a part of their own in the plan

# Description | unit | price without GST | quantities | tax
JOB_TABLE = r"""
Call-out and first half hour                        | parts       | 120    | 1             | GST
Labour, licensed plumber                            | labor_hours | 96     | 1 1.5 2 3 4.5 | GST
Labour, electrician                                 | labor_hours | 104    | 1 2 2.5 3 6   | GST
Labour, carpenter                                   | labor_hours | 88     | 2 3.5 4 8     | GST
Apprentice                                          | labor_hours | 46     | 2 4 8         | GST
Mixer tap, brushed nickel; supply only              | parts       | 218.50 | 1 2           | GST
Hinge, brass; pair                                  | parts       | 14.5   | 2 3 4 12      | GST
90 mm downpipe, per metre                           | parts       | 17.80  | 5 7.5 10      | GST
"Slimline" LED downlight, 9 W                       | parts       | 23.95  | 4 6 10        | GST
Switchboard upgrade\nincludes 2 RCBOs, labelled     | parts       | 1480   | 1             | GST
Deck repair: replace boards, 4 h                    | parts       | 540    | 1             | GST
Hot water service, 250 l; remove old unit           | parts       | 2260   | 1             | GST
Gutter clean, single storey                         | parts       | 260    | 1             | GST
Door, solid core 820 mm; hang and adjust            | parts       | 385    | 1 2           | GST
Silicone, sealant and sundries                      | parts       | 31.47  | 1             | GST
Tiling, per m2                                      | parts       | 72.60  | 5 8 12.5      | GST
Quote says "as discussed", stage 2                  | parts       | 1950   | 1             | GST
Council permit fee, at cost                         | parts       | 164    | 1             | GST Free
Water authority connection fee                      | parts       | 238.40 | 1             | GST Free
Waste levy (GST free)                               | parts       | 42.75  | 1 2           | GST Free
"""


@dataclass(frozen=True, slots=True)
class Client:
    """One client of Invoice2go and how Xero knows it: its name there, blank for nobody."""

    name: str
    email: str
    street: str
    suburb: str
    state: str
    postcode: str
    xero_name: str
    archived: bool


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work. price in dollars without GST."""

    description: str
    unit: str
    price: Decimal
    quantities: tuple[Decimal, ...]
    tax: str


def client(line: str) -> Client:
    """One row of CLIENT_TABLE."""
    name, email, street, suburb, state, postcode, known_as = (cell.strip() for cell in line.split("|"))
    xero_name = {"": name, "archived": name, "-": ""}.get(known_as, known_as)
    return Client(name, email, street, suburb, state, postcode, xero_name, known_as == "archived")


def job(line: str) -> Job:
    """One row of JOB_TABLE."""
    description, unit, price, quantities, tax = (cell.strip() for cell in line.split("|"))
    numbers = tuple(Decimal(quantity) for quantity in quantities.split())
    return Job(description.replace(r"\n", "\n"), unit, Decimal(price), numbers, tax)


CLIENTS = {found.name: found for found in map(client, CLIENT_TABLE.strip().splitlines())}
JOBS = tuple(map(job, JOB_TABLE.strip().splitlines()))
