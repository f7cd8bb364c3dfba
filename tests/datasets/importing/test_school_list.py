"""Lists of schools: several spellings of headers, damaged telephones, Buddhist dates."""

from __future__ import annotations

import pytest

from tests.datasets.importing.conftest import SHARED, Reads, keys, places, text, xlsx

_EMIS = (
    "รหัส 10,รหัส Smis 8 หลัก,รหัส Obec 6,ชื่อโรงเรียน,ที่อยู่,ตำบล,อำเภอ,จังหวัด,โทรศัพท์,"
    "อีเมล์,วันก่อตั้ง,ระยะทางจากเขต"
).split(",")


def test_the_real_list_of_schools_and_groups_is_read(read: Reads) -> None:
    file = SHARED / "schools-phrae2-codes.csv"
    if not file.exists():
        pytest.skip("the list of schools is not beside this repository")
    outcome = read(file.read_bytes(), file.name)
    assert outcome.problems == ()
    assert (outcome.contract, outcome.rows) == ("school_list", 103)
    schools = {school.school_code: school for school in outcome.parts[0].schools}
    assert schools["54020005"].school_group == "กลุ่มโรงเรียนทุ่งทองนที"
    with_bom = b"\xef\xbb\xbf" + file.read_bytes()
    in_874 = file.read_text("utf-8").encode("cp874")
    assert read(with_bom).parts == read(in_874).parts == outcome.parts


def test_a_list_without_codes_is_refused(read: Reads) -> None:
    file = SHARED / "wikipedia-schools" / "mukdahan.csv"
    if not file.exists():
        pytest.skip("the list of schools is not beside this repository")
    assert keys(read(file.read_bytes(), file.name)) == {"column_missing"}


def _row(**changes: str) -> list[str]:
    usual = dict.fromkeys(_EMIS, "") | {
        "รหัส 10": "1057120001",
        "รหัส Smis 8 หลัก": "57030001",
        "รหัส Obec 6": "120001",
        "ชื่อโรงเรียน": "ไทยรัฐวิทยา ๘๖",
        "อำเภอ": "แม่จัน",
    }
    return list((usual | changes).values())


def _texts(read: Reads, **changes: str) -> dict[str, str]:
    outcome = read(text([_EMIS, _row(**changes)]).encode())
    assert not outcome.failed, outcome.problems
    return {name: value for _, name, value in outcome.parts[0].texts}


def test_other_codes_are_kept_and_thai_digits_stay_in_names(read: Reads) -> None:
    outcome = read(text([_EMIS, _row()]).encode())
    assert outcome.parts[0].schools[0].name == "ไทยรัฐวิทยา ๘๖"
    assert _texts(read) == {"moe_code": "1057120001", "obec_code": "120001"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("54656125", "054656125"),
        ("843732059", "0843732059"),
        ("843732059.0", "0843732059"),
        ("0 5465 6125", "0 5465 6125"),
        ("-", None),
        ("12345", None),
    ],
)
def test_a_telephone_gets_its_zero_back(read: Reads, written: str, kept: str | None) -> None:
    assert _texts(read, โทรศัพท์=written).get("phone") == kept


def test_thai_keys_before_an_address_are_taken_off(read: Reads) -> None:
    assert _texts(read, อีเมล์="ิbanpo@example.org")["email"] == "banpo@example.org"
    assert "email" not in _texts(read, อีเมล์="ไม่มีอีเมล")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2484", "2484"),
        ("18/06/2511", "1968-06-18"),
        ("1/02/2475", "1932-02-01"),
        ("1 มิถุนายน 2524", "1981-06-01"),
        ("29/02/2567", "2024-02-29"),
        ("๒๙/๐๒/๒๕๖๗", "2024-02-29"),
        ("", None),
    ],
)
def test_buddhist_dates_are_read_as_they_are_meant(
    read: Reads, written: str, kept: str | None
) -> None:
    assert _texts(read, วันก่อตั้ง=written).get("founded") == kept


def test_a_day_that_never_was_is_refused_with_its_place(read: Reads) -> None:
    outcome = read(text([_EMIS, _row(วันก่อตั้ง="29/02/2568")]).encode())
    assert places(outcome, "date_odd") == [(2, "K วันก่อตั้ง")]
    assert outcome.failed


@pytest.mark.parametrize(("written", "kept"), [("12.50", "12.5"), ("12 กม.", "12"), ("-", None)])
def test_a_distance_loses_its_unit(read: Reads, written: str, kept: str | None) -> None:
    assert _texts(read, ระยะทางจากเขต=written).get("kilometres_office") == kept


def test_a_date_that_excel_holds_as_one_is_read(read: Reads) -> None:
    import datetime

    row: list[object] = list(_row())
    row[_EMIS.index("วันก่อตั้ง")] = datetime.date(2511, 6, 18)  # typed in Thai years
    outcome = read(xlsx([_EMIS, row]))
    founded = [value for _, name, value in outcome.parts[0].texts if name == "founded"]
    assert founded == ["1968-06-18"]
