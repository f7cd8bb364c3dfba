from __future__ import annotations

import pytest

from mailproc.datasets.safecsv import meant, read_csv, write_csv
from mailproc.datasets.table import Column, Table


def column(name: str, kind: str) -> Column:
    return Column(name, name, name, name, name, "", "", kind, "open")


COLUMNS = (column("รหัส", "code"), column("ชื่อ", "text"), column("ป.6", "integer"))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'x", 'บ้าน, "ดี"', ""])
def test_no_cell_can_run_and_every_text_is_found_again(name: str) -> None:
    content = write_csv(Table(COLUMNS, (("00650001", name, -3),), ("รวม", "", -3), 0, ""))
    _, row, _ = read_csv(content)
    assert not row[1].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert meant(row[1]) == name
    assert row[0] == "00650001"
    assert row[2] == "-3", "a number is a number, whatever its sign"
