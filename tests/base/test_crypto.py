"""Secrets at rest, and what happens to them when keys rotate."""

import hashlib

import pytest
from cryptography.fernet import Fernet

from base import crypto

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_was_encrypted_can_be_read_again(settings):
    settings.FIELD_KEYS = [OLD]
    assert crypto.decrypt(crypto.encrypt("شارع 12")) == "شارع 12"


def test_equal_texts_do_not_look_equal(settings):
    settings.FIELD_KEYS = [OLD]
    assert crypto.encrypt("same") != crypto.encrypt("same")


def test_a_new_key_in_front_leaves_the_old_values_readable(settings):
    settings.FIELD_KEYS = [OLD]
    token = crypto.encrypt("secret")
    settings.FIELD_KEYS = [NEW, OLD]
    assert crypto.decrypt(token) == "secret"
    assert not crypto.is_current(token)


def test_a_rotated_value_no_longer_needs_the_old_key(settings):
    settings.FIELD_KEYS = [OLD]
    token = crypto.encrypt("secret")
    settings.FIELD_KEYS = [NEW, OLD]
    rotated = crypto.rotate(token)
    settings.FIELD_KEYS = [NEW]
    assert crypto.is_current(rotated)
    assert crypto.decrypt(rotated) == "secret"


@pytest.mark.parametrize("read", [crypto.decrypt, crypto.rotate])
def test_a_value_of_a_dropped_key_says_what_to_do(settings, read):
    settings.FIELD_KEYS = [OLD]
    token = crypto.encrypt("secret")
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(crypto.Undecipherable, match="FIELD_KEYS"):
        read(token)


def test_a_value_that_was_tampered_with_is_not_read(settings):
    settings.FIELD_KEYS = [OLD]
    token = crypto.encrypt("secret")
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(token[:-4] + ("AAA=" if not token.endswith("AAA=") else "BBB="))


def test_a_fingerprint_finds_a_value_and_outlives_a_rotation(settings):
    settings.FIELD_KEYS = [OLD]
    before = crypto.fingerprint("+212600000000")
    settings.FIELD_KEYS = [NEW]
    assert crypto.fingerprint("+212600000000") == before
    assert crypto.fingerprint("+212600000001") != before


def test_a_fingerprint_cannot_be_made_without_our_key(settings):
    before = crypto.fingerprint("+212600000000")
    settings.SECRET_KEY = "another" * 10
    assert crypto.fingerprint("+212600000000") != before


def test_a_digest_is_plain_sha256():
    assert crypto.digest("token") == hashlib.sha256(b"token").hexdigest()
