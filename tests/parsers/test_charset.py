import pytest

from mailproc.parsers import charset

THAI = "แบบคำขอ “ใช้บริการ” – ๘๖…"
LABELS = (
    "tis-620 TIS-620 tis620 iso-8859-11 x-iso-8859-11 windows-874 x-windows-874 Windows-874 "
    "windows874 ms874 dos-874 csTIS620 x-tis620 ibm874 cp874 iso-ir-166"
).split()


@pytest.mark.parametrize("label", LABELS)
def test_every_thai_label_is_read_as_cp874(label: str) -> None:
    assert charset.decode(THAI.encode("cp874"), label) == THAI


@pytest.mark.parametrize("label", ["", "us-ascii", "iso-8859-1", "unknown-8bit", "no-such-set"])
@pytest.mark.parametrize("codec", ["utf-8", "cp874"])
def test_undeclared_thai_is_known_by_its_letters(label: str, codec: str) -> None:
    assert charset.decode(THAI.encode(codec), label) == THAI


@pytest.mark.parametrize("word", ["แบบ", "โคกสนวน", "สตึก", "หนองแดง"])
def test_a_short_word_that_is_valid_utf8_by_accident_is_still_thai(word: str) -> None:
    assert charset.decode(word.encode("cp874")) == word


def test_utf8_under_a_thai_label_is_utf8() -> None:
    assert charset.decode("จำนวนนักเรียน".encode(), "tis-620") == "จำนวนนักเรียน"


def test_cp874_under_a_utf8_label_is_thai() -> None:
    assert charset.decode("จำนวนนักเรียน".encode("cp874"), "utf-8") == "จำนวนนักเรียน"


@pytest.mark.parametrize("words", ["Kühne à Genève, déjà vu", "Ærø café résumé"])
def test_latin_text_stays_latin(words: str) -> None:
    assert charset.decode(words.encode("cp1252"), "iso-8859-1") == words
    assert charset.decode(words.encode()) == words


def test_utf8_that_was_cut_stays_utf8() -> None:
    assert charset.decode("ข้อมูล".encode()[:-1], "utf-8") == "ข้อมู\ufffd"


@pytest.mark.parametrize("label", ["hex", "rot13", "idna", "punycode", "unicode_escape", "x" * 999])
def test_a_label_of_no_charset_does_no_harm(label: str) -> None:
    assert charset.decode("ข้อมูล \\u0041".encode(), label) == "ข้อมูล \\u0041"


def test_clean_text_has_no_control_bidi_or_surrogate_characters() -> None:
    assert charset.clean("a\x00\ud800\u202eb\r\nc\td\x1b") == "a\ufffd\ufffdb\nc\td"


def test_a_header_value_is_one_line() -> None:
    assert charset.one_line(" a\r\n b\tc ") == "a b c"
