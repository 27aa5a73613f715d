"""Tickets for the cookie of a curator: for one browser, once, and not for long."""

import pytest

from services.frontend import sign_ins
from services.frontend.sign_ins import SignIns

ADA, EVE = "Ada's browser", "Eve's browser"


def test_a_ticket_gives_the_token_once() -> None:
    open_sign_ins = SignIns()
    ticket = open_sign_ins.make_ticket(ADA, "token")
    assert open_sign_ins.take(ticket, ADA) == "token"
    assert open_sign_ins.take(ticket, ADA) is None


def test_a_stolen_ticket_is_worth_nothing_and_is_used_up() -> None:
    open_sign_ins = SignIns()
    ticket = open_sign_ins.make_ticket(ADA, "token")
    assert open_sign_ins.take(ticket, EVE) is None
    assert open_sign_ins.take(ticket, ADA) is None


def test_a_guessed_ticket_gives_nothing() -> None:
    assert SignIns().take("", ADA) is None


def test_an_old_ticket_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ins, "TICKET_S", -1.0)
    open_sign_ins = SignIns()
    assert open_sign_ins.take(open_sign_ins.make_ticket(ADA, "token"), ADA) is None


def test_open_tickets_are_bounded() -> None:
    open_sign_ins = SignIns(max_tickets=2)
    first, *others = [open_sign_ins.make_ticket(ADA, f"token {number}") for number in range(3)]
    assert open_sign_ins.take(first, ADA) is None
    assert [open_sign_ins.take(each, ADA) for each in others] == ["token 1", "token 2"]
