"""Accounts and sessions as browsers see them. Pure."""

from datetime import UTC, datetime

from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.contract import shapes
from sasayaki_gateway.sessions.session import Session


def shown_person(account: Account) -> shapes.Person:
    return shapes.Person.model_validate(
        {
            "user_id": account.user_id,
            "name": account.name,
            "furigana": account.furigana,
            "name_en": account.name_en,
            "role": account.role,
            "team_id": account.team_id,
        }
    )


def shown_session(
    account: Account, session: Session, ends_at_s: float, storage_key: str
) -> shapes.Session:
    person = shown_person(account).model_dump()
    user = shapes.User.model_validate({**person, "client_ids": list(account.client_ids)})
    ends = datetime.fromtimestamp(ends_at_s, UTC).isoformat(timespec="seconds")
    return shapes.Session(
        user=user,
        csrf=session.csrf,
        storage_key=storage_key,
        expires_at=ends,
        password_is_initial=account.has_initial_password,
    )


def shown_account(account: Account) -> shapes.Account:
    return shapes.Account.model_validate(
        {
            **shown_person(account).model_dump(),
            "client_ids": list(account.client_ids),
            "disabled": account.disabled,
            "has_password": bool(account.password_hash),
            "password_is_initial": account.has_initial_password,
            "has_subject": bool(account.subject),
        }
    )
