from __future__ import annotations

import pytest

from mailproc.datasets.output.pages import TURNED, UPRIGHT, lay_out
from mailproc.datasets.table import Column
from tests.datasets.output.conftest import column, table

NAMES = (column("รหัสโรงเรียน", "code"), column("ชื่อโรงเรียน", "text"))
SEXES = ("ชาย", "หญิง", "รวม")


def grades(count: int) -> tuple[Column, ...]:
    of = (column(sex, group=f"ป.{at}") for at in range(1, count + 1) for sex in SEXES)
    return (*NAMES, *of)


def row(columns: tuple[Column, ...]) -> tuple[str | int, ...]:
    return ("57030001", "โรงเรียนบ้านตัวอย่าง", *range(1000, 1000 + len(columns) - 2))


@pytest.mark.parametrize(("count", "turned"), [(1, False), (3, False), (5, True)])
def test_a_page_is_turned_where_the_columns_need_it(count: int, turned: bool) -> None:
    columns = grades(count)
    pages = lay_out(table(columns, row(columns)))
    assert pages.turned is turned
    assert len(pages.blocks) == 1
    assert sum(pages.blocks[0].widths) <= (TURNED if turned else UPRIGHT)


def test_many_columns_are_shared_out_over_blocks_with_the_names_in_each() -> None:
    columns = grades(32)
    pages = lay_out(table(columns, row(columns)))
    assert pages.turned
    assert len(pages.blocks) > 3
    shown = [cell for block in pages.blocks for cell in block.rows[0][2:]]
    assert shown == [f"{n:,}" for n in range(1000, 1000 + len(columns) - 2)]
    for block in pages.blocks:
        assert block.rows[0][:2] == ("57030001", "โรงเรียนบ้านตัวอย่าง")
        assert sum(block.widths) <= TURNED + 0.5
        assert len(block.widths) % 3 == 2, "a grade is never parted"
        assert [h.words for h in block.heads[1]] == list(SEXES) * ((len(block.widths) - 2) // 3)
    sizes = [len(block.widths) for block in pages.blocks]
    assert max(sizes) - min(sizes) <= 6, "no block is a leftover"


def test_numbers_are_written_as_they_are_read() -> None:
    columns = (
        *(column("ก"), column("ข", "decimal", decimals=2), column("ค", "percent", decimals=1)),
        *(column("ง", "date"), column("จ", "code"), column("ฉ")),
    )
    cells = (12345, "1234.50", "45.2", "2025-06-10", "0065", "*")
    (block,) = lay_out(table(columns, cells)).blocks
    assert block.rows == (("12,345", "1,234.50", "45.2%", "10 มิ.ย. 2568", "0065", "*"),)


def test_a_table_without_rows_has_a_head() -> None:
    (block,) = lay_out(table(NAMES)).blocks
    assert [head.words for head in block.heads[0]] == ["รหัสโรงเรียน", "ชื่อโรงเรียน"]


def test_code_and_name_are_repeated_in_each_block_also_where_many_texts_follow() -> None:
    texts = ("รหัส", "ชื่อ", "ตำบล", "อำเภอ", "กลุ่ม", "ที่อยู่", "เว็บไซต์", "ขนาด")
    columns = (*(column(name, "text") for name in texts), column("จำนวน"))
    laid = lay_out(table(columns, (*["บ้านป่าซางนาเงินวิทยาคม"] * 8, 12)))
    assert len(laid.blocks) > 1
    for block in laid.blocks:
        assert [head.words for head in block.heads[0][:2]] == ["รหัส", "ชื่อ"]
