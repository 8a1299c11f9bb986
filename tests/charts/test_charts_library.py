"""The library of charts is there, whole, with its licence, in what is installed too."""

from __future__ import annotations

from freeagentics.charts import chart_licence, chart_script, chart_style


def test_the_library_is_one_script_that_may_stand_within_a_page() -> None:
    script = chart_script()
    assert "var uPlot=function()" in script
    assert script.startswith("/*! https://github.com/leeoniya/uPlot (v1.6.32) */")
    assert "</script" not in script.lower()


def test_it_asks_no_other_machine_for_anything() -> None:
    assert "url(" not in chart_style()
    assert "@import" not in chart_style()
    assert not any(word in chart_script() for word in ("fetch(", "XMLHttpRequest", "import("))


def test_its_licence_goes_with_it() -> None:
    assert "The MIT License (MIT)" in chart_licence()
    assert "Leon Sorokin" in chart_licence()
