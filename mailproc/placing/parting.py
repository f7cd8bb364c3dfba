"""A form for several datasets or years, parted into the requests that it makes."""

from __future__ import annotations

from dataclasses import replace

from mailproc.model import Form, Item


def one_each(form: Form, spanning: frozenset[str] = frozenset()) -> tuple[Form, ...]:
    """Each dataset and year becomes a request of its own, decided and delivered by itself.

    A dataset that spans years is one request, which ends with the last of them.
    """
    items = [one for item in form.items or (Item(),) for one in _one_year_each(item, spanning)]
    return tuple(replace(form, items=(item,)) for item in dict.fromkeys(items))


def _one_year_each(item: Item, spanning: frozenset[str]) -> list[Item]:
    if len(item.academic_years) < 2:
        return [item]
    if item.dataset_id in spanning:
        return [replace(item, academic_years=(max(item.academic_years),))]
    return [replace(item, academic_years=(year,)) for year in item.academic_years]
