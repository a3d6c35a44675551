"""The work list by root causes: together what one fix clears, in the order of the causes."""

from __future__ import annotations

from test_web_desk_items import item

from i2g_recon.web.desk_causes import causes_by_item, fixes, in_order_of_fixes


def cause(words: str, *, sources: tuple[str, ...] = (), targets: tuple[str, ...] = ()) -> dict[str, object]:
    return {"words": words, "remedy": "Do it.", "source_ids": list(sources), "target_ids": list(targets)}


A, B, C = (item(number=name, source_ids=[name]) for name in "ABC")
EXTRA = item("extra", number="X", source_ids=[], target_ids=["A"])
AGREES = item("agrees", "agrees", number="Y", source_ids=["Y"], target_ids=["Z"])
DOCUMENT = {
    "root_causes": [cause("Two", sources=("B", "C")), cause("One", sources=("A",)), cause("Odd", targets=("A",))]
}


def test_what_one_fix_clears_stands_together() -> None:
    listed = in_order_of_fixes(DOCUMENT, [AGREES, A, B, EXTRA, C])
    assert [one["number"] for one in listed] == ["B", "C", "A", "X", "Y"]


def test_each_line_says_what_clears_it() -> None:
    assert fixes(DOCUMENT, [A, AGREES, EXTRA]) == ["One. Do it.", "", "Odd. Do it."]


def test_a_run_from_before_root_causes_keeps_its_order() -> None:
    assert causes_by_item({}, [A, B]) == [0, 0]
    assert fixes({}, [A]) == [""]
    assert in_order_of_fixes({}, [B, A]) == [B, A]
