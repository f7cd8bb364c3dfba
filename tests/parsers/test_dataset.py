import pytest

from mailproc.datasets.catalogue import shipped_names
from mailproc.model import Known
from mailproc.parsers import dataset
from tests.parsers.known import KNOWN


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("จำนวนห้องเรียน", "classrooms"),
        ("จำนวน ห้องเรียน", "classrooms"),
        ("ข้อมูลจำนวนห้องเรียน", "classrooms"),
        ("จํานวนห้องเรียน", "classrooms"),  # NIKHAHIT and SARA AA
        ("จำนวนห้องเรีน", "classrooms"),  # a letter missing
        ("จำนวนนักเรียน", "student_count"),
        ("จำนวนนักเรียนจำแนกตามชั้น และเพศ", "student_count"),
        ("students by grade & sex", "student_count"),
        ("ทำเนียบโรงเรียนในสังกัด", "school_directory"),
        ("โรงเรียน", None),  # in several names
        ("จำนวน", None),
        ("งบประมาณ", None),
        ("ทำเนียบ", "school_directory"),
        ("ทำเนียบโรงเรียน ปีการศึกษา 2568", "school_directory"),
        ("จำนวนนักเรียนพิการจำแนกตามชั้นและเพศ", None),  # another, and a sensitive one
        ("จำนวนนักเรียนจำแนกตามศาสนาและเพศ", None),
        ("จำนวนห้องเรียนชำรุด", None),
        ("จำนวนห้องเรียนและทำเนียบโรงเรียน", None),  # two
        ("", None),
        ("ก" * 5_000, None),
    ],
)
def test_a_dataset_is_known_by_words_near_its_name(words: str, found: str | None) -> None:
    assert dataset.match(words, KNOWN) == found


def test_a_name_of_two_datasets_is_no_match() -> None:
    known = Known(datasets=(("a", ("จำนวนครู",)), ("b", ("จำนวนครู",))))
    assert dataset.match("จำนวนครู", known) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ขอข้อมูลจำนวนห้องเรียน", [("จำนวนห้องเรียน", "classrooms")]),
        ("ขอข้อมูลสารสนเทศ – ทำเนียบโรงเรียน", [("ทำเนียบโรงเรียน", "school_directory")]),
        ("ขอความอนุเคราะห์ข้อมูลจำนวนห้องเรียน ปีการศึกษา 2568", [("จำนวนห้องเรียน", "classrooms")]),
        ("มีความประสงค์ขอข้อมูลจำนวนห้องเรียนเพื่อวิจัย", [("จำนวนห้องเรียน", "classrooms")]),
        (
            "We request data on School directory for 2025",
            [("School directory", "school_directory")],
        ),
        (
            "ขอข้อมูลจำนวนห้องเรียนและทำเนียบโรงเรียน ปีการศึกษา 2568",
            [("จำนวนห้องเรียน", "classrooms"), ("ทำเนียบโรงเรียน", "school_directory")],
        ),
        ("ขอข้อมูลหน่อยครับ", []),
        ("ขอข้อมูลจำนวนห้องเรียนชำรุด", []),
        ("ทางร้านขอส่งข้อมูลสินค้า", []),
        ("จำนวนห้องเรียนเพิ่มขึ้น", []),  # no request
    ],
)
def test_running_text_asks_for_a_dataset(text: str, found: list[tuple[str, str]]) -> None:
    assert list(dataset.find(text, KNOWN)) == found


SHIPPED = Known(datasets=shipped_names())


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("จำนวนนักเรยน", "student_count"),
        ("ทำเนียบ โรงเรีน", "school_directory"),
        ("จำนวน นร.", "student_count"),
        ("ทำเนียบ รร.", "school_directory"),
        ("จำนวนนักเรียน แยกเพศ แยกชั้น", "student_count"),
        ("จำนวนครู/บุคลากร", "staff_count"),
        ("จำนวนนักเรียนพิการ", "student_disability"),
        ("จำนวนนักเรียนพิการแยกชั้น", "student_disability"),
        ("นักเรียนยากจน", "student_disadvantage"),
        ("ผลสอบ NT ป.3", "nt_results"),
        ("RT ป.๑", "rt_results"),
        ("แนวโน้มจำนวนนักเรียน", "student_trend"),
        ("นักเรียนต่อห้อง", "students_per_room"),
        ("จำนวนนักเรียน G", None),
        ("จำนวนนักเรียนออกกลางคัน", None),
        ("เงินเดือนครู", None),
    ],
)
def test_every_dataset_that_is_known_by_name_is_told_apart(words: str, found: str | None) -> None:
    assert dataset.match(words, SHIPPED) == found


def test_the_nearest_datasets_are_offered_most_similar_first() -> None:
    nearest = dataset.nearest("จำนวนนักเรียนออกกลางคัน", SHIPPED)
    assert nearest[0] == "student_count"
    assert 1 < len(nearest) <= 5
    assert dataset.nearest("งานเลี้ยง", SHIPPED) == ()
