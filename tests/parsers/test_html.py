import pytest

from mailproc.parsers import html


def _text(source: str) -> str:
    return html.to_text(source)[0]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p class=MsoNormal>a</p>\n<p class=MsoNormal>b</p>", "a\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("a  \n b&nbsp;&amp; c", "a b\u00a0& c"),
        ("<b>ชื่อ:</b>&nbsp;มะลิ<br>", "ชื่อ:\u00a0มะลิ"),
        ("<pre>a\nb  c</pre>", "a\nb  c"),
        ("a<style>b</style><script>c</script><!-- d -->e", "ae"),
        ("a<span style='display:none'>b</span>c", "ac"),
        ("", ""),
    ],
)
def test_html_becomes_the_lines_that_a_reader_sees(source: str, text: str) -> None:
    assert _text(source) == text


def test_a_row_of_two_cells_is_a_label_and_its_value() -> None:
    rows = "<tr><td><p>ชื่อ</p></td><td><p>มะลิ</p></td></tr><tr><th>ปี:</th><td>68</td></tr>"
    source = f"<table>{rows}</table>"
    assert _text(source) == "ชื่อ: มะลิ\nปี: 68"


def test_a_row_of_more_cells_keeps_its_empty_ones() -> None:
    source = "<table><tr><td>a</td><td></td><td>c</td></tr></table>"
    assert _text(source) == "a\t\tc"


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote">old</div>',
        '<blockquote type="cite">old</blockquote>',
        '<div id="appendonsend"></div><hr><div>old</div>',
        '<div><div id="divRplyFwdMsg">old</div></div><div>old</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:0">old</div><p>old</p>',
        '<div class="yahoo_quoted">old</div>',
    ],
)
def test_what_the_mail_program_marked_as_quoted_is_taken_out(quote: str) -> None:
    text, quoted = html.to_text(f"<html><body><div>new</div>{quote}</body></html>")
    assert text == "new"
    assert "old" in quoted


def test_a_forwarded_mail_is_no_quote() -> None:
    source = 'see<div class="gmail_quote">---------- Forwarded message ---------<br>form</div>'
    assert _text(source).endswith("form")
    assert html.to_text('<div class="gmail_quote">form</div>', forwarded=True)[0] == "form"


def test_a_signature_is_taken_out() -> None:
    assert _text('a<div class="gmail_signature">โทร. 1</div>') == "a"


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td", "blockquote", "p"])
def test_thousands_of_nested_tags_are_cut_and_survived(tag: str) -> None:
    source = f"first <{tag}>" * 30_000
    assert html.is_too_long(source)
    assert _text(source).startswith("first")
