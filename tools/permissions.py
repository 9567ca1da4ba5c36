"""Print the table of permissions into docs/permissions.md; a house test holds that it is as it was printed."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "permissions.md"
sys.path.insert(0, str(ROOT))

from doorstep.staff.permissions import OF_CASES, ROLES  # noqa: E402

SAYS = {"any": "●", "team": "team", "ward": "ward", "round": "list", "sent": "sent", None: ""}
HEAD = """# Who may do what

Printed from `doorstep/staff/permissions.py` by `python3 tools/permissions.py`; change it there. A role is given by a *grant*: of a
team, a ward, a crew's list or a partner, for ever or until a day, on the desk's page *Staff*, by `doorstep staff add`, or by
the council's own sign-in.

In the table: **●** whatever it is about; **team** cases of the grant's team (every team, where it names none); **ward** cases at a
location in the grant's ward; **list** cases with work on the grant's list; **sent** cases that were sent to the grant's partner.

"""
AFTER = """
## What stands beside the table

- Whoever asks is one of `doorstep.staff.who`: staff with their grants, a resident's browser with the cases it was let into, a program
  by its token, Doorstep itself. `cases.permits.may_open` says for one case whether and how much, `visible_to` is the same for
  lists, counts and programs; a test holds both equal on more than 10,000 pairs.
- **How much.** *Whole* needs `case.contact` for the case. Without it, who has work of it or to whom it was sent sees what the work needs: answers
  and photos, what files are called, no contact. Everybody else sees where and how it stands, and nothing that anybody wrote.
- **A restricted case** is open only to who has `case.restricted` for it, and to the crew that has work of it. It leaves public pages, lists,
  day lists and the API. A supervisor restricts it on its page, with a reason.
- **People** (`customer.see`) are of no team. A restricted one is found and opened with `customer.restricted` alone, and opened with a reason
  that is kept; of a person's cases each sees those that they may see. Why somebody needs care stands with `customer.restricted` too.
- **Contacts** are taken with `desk.send`; one's own alone are open, another's to `contacts.correct`, and nobody ends but their own. What is in one about a case or a person that is not open to who looks is left out.
- **What is shared** (`cases.Shared`): fieldwork writes down on which lists a case has work, and until a day after it was done; authorities write
  down to whom it was sent, and until thirty days after they ended it. Nothing else opens a case to a crew or a partner.
- **A case's team** is that of its service, in the version that runs or ran last.
- **Tokens** have scopes, and may be of some services only.
- Who looked at a case, a home, a list, a photo or a file is written down (`staff.Look`), also who saw a part of it only.
- `tests/house/test_who_sees.py` tries every address × 15 seats × 5 records × GET and POST, `test_who_sees_people.py` every address of a person × each role × 4 records; `tests/house/test_doors.py` every address × every role.
"""


def printed() -> str:
    """Return the page as the table says it today."""
    permissions = sorted(
        {p for may in ROLES.values() for p in may}, key=lambda p: (p not in OF_CASES, p)
    )
    rows = [f"| permission | {' | '.join(ROLES)} |", f"|---|{'---|' * len(ROLES)}"]
    for permission in permissions:
        cells = [SAYS[may.get(permission)] for may in ROLES.values()]
        rows.append(f"| `{permission}` | {' | '.join(cells)} |")
    return HEAD + "\n".join(rows) + "\n" + AFTER


if __name__ == "__main__":
    PAGE.write_text(printed(), encoding="utf-8")
