"""Files: lists of integers with the line of what is none; a salt beside a file, which is made once."""

import os
import stat

import pytest

import l2zk
from l2zk.gadgets import files


def test_lines_and_lists():
    assert files.integers(b"\xef\xbb\xbf5\n\n -3 \r\n+7\n", -3, 7) == [5, -3, 7]
    assert files.integers("[5, -3, 7]", -3, 7) == [5, -3, 7]


@pytest.mark.parametrize(
    "text, said",
    [
        ("5\nabc\n", "line 2 is no integer"),
        ("5\n\n1.5", "line 3 is no integer"),
        ("8", "line 1 is not from 0 to 7"),
        ("-1", "line 1 is not from 0 to 7"),
        ("9" * 5000, "line 1 is no integer"),
        ("[1, true]", "entry 1 of the list is no integer"),
        ("[1, 8]", "entry 1 of the list is not from 0 to 7"),
        ("[1,", "begin as a list in JSON and are none"),
        ("[]", "begin as a list in JSON and are none"),
        ("\n\n", "hold no integer"),
    ],
)
def test_what_is_no_integer_is_refused(text, said):
    with pytest.raises(l2zk.WitnessError, match=said) as caught:
        files.integers(text, 0, 7)
    assert "abc" not in str(caught.value) and "-1" not in str(caught.value)


def test_a_salt_is_made_once_and_its_owners_alone(tmp_path):
    data = tmp_path / "data.csv"
    salt = files.salt_beside(data)
    place = tmp_path / "data.csv.salt"
    assert files.salt_beside(data) == salt and stat.S_IMODE(place.stat().st_mode) == 0o600
    assert files.salt_from(place.read_text().strip(), "it") == salt
    assert files.salt_beside(tmp_path / "other") != salt


def test_a_salt_that_another_process_is_about_to_write_is_awaited(tmp_path, monkeypatch):
    place = tmp_path / "data.salt"
    place.touch()
    monkeypatch.setattr(files.time, "sleep", lambda seconds: place.write_text("01" * 32))
    assert files.salt_beside(tmp_path / "data") == [int("01" * 8, 16)] * 4


def test_a_pipe_has_no_salt(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(l2zk.WitnessError, match="beside a pipe"):
        files.salt_beside(tmp_path / "pipe")
    assert not (tmp_path / "pipe.salt").exists()


@pytest.mark.parametrize("text", ["", "00" * 31, "f" * 64, "x" * 64])
def test_what_is_no_salt_is_refused(tmp_path, text):
    (tmp_path / "data.salt").write_text(text)
    with pytest.raises(l2zk.WitnessError, match=r"data\.salt holds no salt"):
        files.salt_beside(tmp_path / "data")


def test_data_without_a_file_have_one_salt_in_a_process():
    assert files.salt_of_data(b"5") == files.salt_of_data(b"5") != files.salt_of_data(b"6")
    assert list(files.named([1, 2, 3, 4])) == ["salt0", "salt1", "salt2", "salt3"]
    assert files.salt_in(files.named([1, 2, 3, 4])) == [1, 2, 3, 4]


def test_a_digest_is_a_text():
    assert files.as_text([1, 2, 3, 2**63]) == "0" * 15 + "1" + "0" * 15 + "2" + "0" * 15 + "3" + "8" + "0" * 15


def test_bytes_and_texts_are_bytes():
    assert files.as_bytes("it", "h\u00e9") == b"h\xc3\xa9" and files.as_bytes("it", bytearray(b"ab"), 2) == b"ab"
    for data, said in (
        (3, "it is bytes or a text, not int"),
        ([1, 2], "not list"),
        (b"abc", "it has 3 bytes, and .* 2"),
    ):
        with pytest.raises(l2zk.WitnessError, match=said):
            files.as_bytes("it", data, 2)


def test_bytes_are_elements_that_no_others_have():
    assert files.elements_of(b"") == [0] and files.elements_of("a") == [1, 97] != files.elements_of(b"a\0")
    assert files.elements_of(b"\xff" * 8) == [8, 2**56 - 1, 255]


def test_a_salt_has_the_name_of_its_inputs():
    given = files.named([1, 2, 3, 4], "set_salt")
    assert list(given) == ["set_salt0", "set_salt1", "set_salt2", "set_salt3"]
    assert files.salt_in(given, "set_salt") == [1, 2, 3, 4]
