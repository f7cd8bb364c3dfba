"""What still has to be asked before a request can be prepared. Decides; touches nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from mailproc import thai
from mailproc.model import Catalogue, Dataset, Doubts, Form, Item, Question, Round
from mailproc.workflow.collection import awaited, wait_offer

_NO_DOUBTS = Doubts()
OWN_WORDS = "own_words"  # problem of a question that an officer put into words of her own
REQUIRED = ("requester_name", "organisation", "purpose")
# What no catalogue file lists: an officer prints the file.
HANDED_OVER = ("paper",)


# Where words were not understood, going on would give other data than was asked for.
_DECIDING = ("academic_years", "round", "filters")
_STATED_ELSEWHERE = ("academic_years", "round")


def assess(
    form: Form, catalogue: Catalogue, doubts: Doubts = _NO_DOUBTS, *, inside: bool = False
) -> tuple[Question, ...]:
    """Everything that is missing, unclear or not to be had, at once; empty: can be prepared.

    `inside`: the requester belongs to the area and may have what is kept for it.
    """
    missing = of_person(form)
    items = form.items or (Item(),)
    of_items = (q for item in items for q in assess_item(item, catalogue, inside=inside))
    questions = tuple(dict.fromkeys((*missing, *of_items)))
    questions = tuple(_nearest_first(question, doubts, catalogue) for question in questions)
    gone = tuple(question for question in questions if is_not_held(question))
    if gone:
        return gone  # nobody is asked five things for data that is not there
    said = (_as_said(question, doubts) for question in questions)
    return (*said, *_unclear(form, questions, doubts))


def of_person(form: Form) -> tuple[Question, ...]:
    """What is missing of who asks and what for, whatever data it is."""
    return tuple(_of_field(form, name) for name in REQUIRED if not _stated(form, name))


def asks_own_words(questions: Collection[Question]) -> bool:
    """Whether an officer asked in words of her own, which no program understands."""
    return any(question.problem == OWN_WORDS for question in questions)


def is_not_held(question: Question) -> bool:
    """Whether it says that a dataset of the catalogue has no figures yet."""
    return question.field == "dataset" and question.problem == "unavailable"


def _as_said(question: Question, doubts: Doubts) -> Question:
    """What was said and not understood is not called missing."""
    said = dict(doubts.unclear).get(question.field)
    if said is None or question.problem != "missing":
        return question
    return replace(question, problem="unclear", said=said)


def _unclear(form: Form, questions: Sequence[Question], doubts: Doubts) -> Iterator[Question]:
    """Of what would change the data; the same thing may be stated clearly elsewhere."""
    settled = {question.field for question in questions}
    settled |= {n for n in _STATED_ELSEWHERE if any(getattr(item, n) for item in form.items)}
    for name, said in dict(doubts.unclear).items():
        if name in _DECIDING and name not in settled:
            yield Question(name, "unclear", said)


def _nearest_first(question: Question, doubts: Doubts, catalogue: Catalogue) -> Question:
    """The datasets that the words may mean stand first in the list."""
    if question.field != "dataset" or question.problem != "unknown":
        return question
    had = (catalogue.get(dataset_id) for dataset_id in doubts.nearest)
    near = tuple(d.title_th for d in had if d is not None and d.title_th in question.offers)
    rest = (offer for offer in question.offers if offer not in near)
    return replace(question, offers=(*near, *rest), near=len(near))


def assess_item(item: Item, catalogue: Catalogue, *, inside: bool = False) -> tuple[Question, ...]:
    """What is missing or not to be had of one dataset; filters are judged when it is prepared."""
    dataset = catalogue.get(item.dataset_id)
    if dataset is not None and dataset.who_may_ask == "roster" and not inside:
        return (_kept_inside(dataset, catalogue),)
    if dataset is None or not dataset.rounds:
        return (
            _which_dataset(item, dataset, catalogue, inside=inside),
            *_which_year(item, catalogue),
        )
    later = awaited(item, dataset)
    if later is not None:
        of_rounds = () if item.wait else _not_open(item, dataset, later, catalogue)
        return (*of_rounds, *_of_shape(item, dataset))
    return (*_of_rounds(item, dataset), *_of_shape(item, dataset))


def choose_round(item: Item, dataset: Dataset) -> Round | None:
    """The loaded round that is meant: the one named, else the newest of the year, or of all."""
    years = {r.academic_year for r in dataset.rounds} if item.latest else set(item.academic_years)
    if not item.latest and len(years) != 1:
        return None
    fitting = (r for r in dataset.rounds if r.academic_year in years)
    return next((r for r in fitting if item.round in (None, r.round)), None)


def choose_format(item: Item, formats: Collection[str] = ()) -> str:
    """The kind of file that is written: a workbook unless another was asked for.

    What is to be printed is set as pages, where the dataset is offered in such.
    """
    usual = "xlsx" if "xlsx" in formats or not formats else next(iter(formats))
    if item.format == "paper":
        return "pdf" if "pdf" in formats else usual
    return item.format or usual


def titles(catalogue: Catalogue, *, inside: bool = False) -> tuple[str, ...]:
    """The datasets that can be had, as a requester reads them."""
    had = (d for d in catalogue.datasets if d.rounds)
    return tuple(d.title_th for d in had if inside or d.who_may_ask == "anyone")


def _stated(form: Form, name: str) -> bool:
    """Whether it says something: «12345» is nobody's name and no purpose."""
    return any(letter.isalpha() for letter in getattr(form, name) or "")


def _of_field(form: Form, name: str) -> Question:
    said = (getattr(form, name) or "").strip()
    return Question(name, "unclear", said) if said else Question(name, "missing")


def _kept_inside(dataset: Dataset, catalogue: Catalogue) -> Question:
    """Offers what everybody may have: the public version of it, else all that is public."""
    public = catalogue.get(dataset.public_version)
    offers = (public.title_th,) if public and public.rounds else titles(catalogue)
    return Question("dataset", "roster_only", dataset.title_th, offers)


def _which_dataset(
    item: Item, dataset: Dataset | None, catalogue: Catalogue, *, inside: bool
) -> Question:
    offers = titles(catalogue, inside=inside)
    if dataset is not None:
        return Question("dataset", "unavailable", dataset.title_th, offers)
    problem = "unknown" if item.dataset.strip() else "missing"
    return Question("dataset", problem, item.dataset.strip(), offers)


def _which_year(item: Item, catalogue: Catalogue) -> tuple[Question, ...]:
    """A year is asked for together with the dataset, so that nobody is asked twice; so is one
    that lies ahead of all figures."""
    if item.latest:
        return ()
    if not item.academic_years:
        return (Question("academic_years", "missing"),)
    newest = max((r.academic_year for d in catalogue.datasets for r in d.rounds), default=0)
    ahead = [year for year in item.academic_years if newest and year > newest + 1]
    said = ", ".join(thai.year_title(year) for year in ahead)
    return (Question("academic_years", "unavailable", said),) if ahead else ()


def _of_rounds(item: Item, dataset: Dataset) -> Iterator[Question]:
    offers = tuple(_title(r) for r in dataset.rounds)
    loaded = {r.academic_year for r in dataset.rounds}
    years = sorted(set(item.academic_years), reverse=True)
    absent = [year for year in years if year not in loaded]
    if not years and not item.latest:
        yield Question("academic_years", "missing", offers=offers)
    elif absent and not item.latest:
        said = ", ".join(thai.year_title(year) for year in absent)
        yield Question("academic_years", "unavailable", said, offers)
    elif len(years) > 1 and not item.latest:
        said = ", ".join(thai.year_title(year) for year in years)
        yield Question("academic_years", "unclear", said, offers)
    elif choose_round(item, dataset) is None:
        yield Question("round", "unavailable", *_other_rounds(item, dataset))


def _not_open(
    item: Item, dataset: Dataset, later: tuple[int, int], catalogue: Catalogue
) -> tuple[Question, ...]:
    """The date of a round that is still to come, and the offer to wait for it."""
    field = "academic_years" if item.round is None else "round"
    said = thai.round_title(*later)
    offers = (wait_offer(catalogue.calendar, *later), *map(_title, dataset.rounds))
    return (Question(field, "not_open", said, offers),)


def _other_rounds(item: Item, dataset: Dataset) -> tuple[str, tuple[str, ...]]:
    year = dataset.rounds[0].academic_year if item.latest else item.academic_years[0]
    offers = tuple(_title(r) for r in dataset.rounds if item.latest or r.academic_year == year)
    return thai.round_title(year, item.round or 0), offers


def _of_shape(item: Item, dataset: Dataset) -> Iterator[Question]:
    if item.level and item.level not in dataset.levels:
        offers = tuple(thai.LEVELS.get(level, level) for level in dataset.levels)
        yield Question("level", "unavailable", thai.LEVELS.get(item.level, item.level), offers)
    if item.format and item.format not in (*dataset.formats, *HANDED_OVER):
        yield Question("format", "unavailable", item.format, dataset.formats)


def _title(loaded: Round) -> str:
    return thai.round_title(loaded.academic_year, loaded.round, loaded.as_of)
