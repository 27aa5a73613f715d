"""The local curator's password is random, long enough, and kept as a salted hash."""

from services.storage.access.passwords import check_password, hash_password, make_password


def test_a_hash_fits_its_password_and_no_other() -> None:
    hashed = hash_password("k3mzqp")
    assert check_password("k3mzqp", hashed)
    assert not check_password("k3mzqq", hashed)
    assert not check_password("", hashed)


def test_the_same_password_has_another_hash_each_time() -> None:
    assert hash_password("k3mzqp") != hash_password("k3mzqp")


def test_a_hash_does_not_contain_the_password() -> None:
    password = make_password()
    assert password not in hash_password(password)


def test_a_password_outside_ascii_can_be_checked() -> None:
    assert not check_password("pässwörd", hash_password("passwort"))


def test_made_passwords_have_more_than_a_hundred_bits_and_differ() -> None:
    made = {make_password() for _ in range(1000)}
    assert len(made) == 1000
    letters = {letter for password in made for letter in password} - {"-"}
    length = len(next(iter(made)).replace("-", ""))
    assert len(letters) ** length > 2**100
