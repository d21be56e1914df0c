"""A file of people: accounts that are made at start if they are not there yet.

{"tenant": "out_demo", "people": [{"userId": "usr_op01", "name": "佐藤 美咲", …}]}
"""

from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.contract.shapes import NewAccount, Shape


class FilePerson(NewAccount):
    """An account with its hash instead of a password."""

    password: None = None
    password_hash: Annotated[str, StringConstraints(max_length=512)] = ""


class PeopleFile(Shape):
    """The whole file."""

    tenant: Annotated[str, StringConstraints(pattern=r"^out_[a-z0-9]+$")]
    people: list[FilePerson]


def read_people(file: Path) -> list[Account]:
    """The accounts of a file; raises ValueError that says what is wrong where."""
    found = PeopleFile.model_validate_json(file.read_bytes())
    return [
        Account(
            user_id=each.user_id,
            tenant_id=found.tenant,
            name=each.name,
            furigana=each.furigana,
            name_en=each.name_en,
            role=each.role,
            team_id=each.team_id,
            client_ids=tuple(each.client_ids),
            password_hash=each.password_hash,
        )
        for each in found.people
    ]
