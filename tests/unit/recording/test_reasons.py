"""A reason has reasons above it, as its client company's tree says."""

from tests.harness.records import recorded

from sasayaki.callreason.v1.client_events import ClientPut, Reason
from sasayaki_recording.search.reasons import Reasons


def put(*pairs: tuple[str, str | None]) -> ClientPut:
    reasons = tuple(
        Reason(reason_id=reason_id, label_ja="", label_en="", parent_id=parent_id)
        for reason_id, parent_id in pairs
    )
    return ClientPut(
        client_id="cli_acme",
        name="Acme",
        numbers=(),
        reasons=reasons,
        wrap_up_form=(),
        wrap_up_ms_max=0,
        queue_ids=(),
    )


def reasons(*puts: ClientPut) -> Reasons:
    found = Reasons()
    for each in puts:
        found.fold(recorded("cli_acme", each))
    return found


TREE = put(("rsn_contract", None), ("rsn_cancel", "rsn_contract"), ("rsn_move", "rsn_cancel"))


def test_the_nearest_reason_above_comes_first() -> None:
    line = reasons(TREE).line("cli_acme", "rsn_move")
    assert line == ("rsn_move", "rsn_cancel", "rsn_contract")


def test_a_reason_of_no_tree_stands_alone() -> None:
    assert reasons(TREE).line("cli_other", "rsn_move") == ("rsn_move",)
    assert reasons(TREE).line("cli_acme", "rsn_new") == ("rsn_new",)
    assert reasons(TREE).line("cli_acme", "") == ()


def test_the_last_tree_counts() -> None:
    found = reasons(TREE, put(("rsn_move", None)))
    assert found.line("cli_acme", "rsn_move") == ("rsn_move",)


def test_a_circle_ends() -> None:
    circle = put(("rsn_a", "rsn_b"), ("rsn_b", "rsn_a"))
    assert reasons(circle).line("cli_acme", "rsn_a") == ("rsn_a", "rsn_b")
