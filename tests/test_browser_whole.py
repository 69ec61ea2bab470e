"""The program itself: files, text and an address are added in the browser, asked, cited, and taken away."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Watched, healthy, inside, violations
from making import docx, pdf, web_page
from playwright.sync_api import FilePayload, expect

pytestmark = [pytest.mark.browser, pytest.mark.models]

ROOT = Path(__file__).parents[1]


def water(document: Any) -> None:
    document.core_properties.author = "Omar Haddad"
    document.add_heading("Water shortage hits the valley", 0)
    document.add_paragraph("Farmers in the valley have used 40 percent less water since April.")
    document.add_paragraph("“Without the old canal we would have lost the wheat,” said Samir Odeh, who farms here.")


HARBOUR = pdf(
    "# Harbour strike ends after nine days\nBy Lena Fischer\n"
    "Dockers in the northern port went back to work on Monday after nine days of strike.\n"
    '"We did not get all we asked for, but nobody lost a job," said Karin Holm, the head of the union.',
    "Shipping companies had sent 31 vessels to other harbours during the strike.\n"
    "The minister of transport promised a new law on night work by May.",
)
CITY = web_page(
    "<nav><a href='/'>Home</a><a href='/sport'>Sport</a></nav><article><h1>City bans cars from the old town</h1>"
    "<p>From June no private car may drive into the old town, the council decided on Tuesday by 31 votes to 14.</p>"
    "<p>“The streets were built for feet,” said the mayor, Jon Dahl. Shop owners fear for their customers.</p>"
    "<h2>What shops fear</h2><p>Eva Lind, who sells shoes on the market square, said that every second customer came "
    "by car.</p></article><footer>Imprint</footer>",
    "<title>City bans cars from the old town</title><link rel=canonical href='https://news.example.org/city'>",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address, index = f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("whole") / "library"
    first = index.parent / "first.txt"
    first.write_text("Nothing to see\n\nThis text is only here so that there is a library.\n", encoding="utf-8")
    command = [sys.executable, "-m", "rag.cli"]
    subprocess.run([*command, "add", first, "--index", index], check=True, capture_output=True)
    command += ["serve", "--index", str(index), "--port", str(port)]
    program = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        healthy(address, program)
        yield address
    finally:
        program.terminate()
        program.wait(20)


def test_everything_is_added_asked_cited_and_taken_away(visit: Callable[..., Watched], address: str) -> None:
    watched = visit()
    page = watched.page

    # Phase 1: every way of adding.
    page.locator(".view[data-to=library]").click()
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Upload files").click()
    choosing.value.set_files(
        [
            FilePayload(name="harbour.pdf", mimeType="application/pdf", buffer=HARBOUR),
            FilePayload(name="water.docx", mimeType="application/octet-stream", buffer=docx(water)),
            FilePayload(name="city.html", mimeType="text/html", buffer=CITY),
            FilePayload(name="broken.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 nothing"),
        ]
    )
    view = page.locator("#library")
    expect(view).to_contain_text("3 added. 1 not added.", timeout=60_000)
    expect(view).to_contain_text("broken.pdf is damaged")
    page.get_by_role("button", name="Paste text").click()
    page.locator(".paste textarea").fill(
        "Lemons grow dear\n\nLemons cost twice as much as last year, the growers say.\n"
    )
    page.locator(".paste .main").click()
    expect(view).to_contain_text("Lemons grow dear", timeout=30_000)
    page.get_by_role("button", name="From addresses").click()
    page.locator(".addresses textarea").fill(f"{address}/")
    page.locator(".addresses .main").click()
    expect(view).to_contain_text("is not fetched", timeout=30_000)
    assert violations(page) == []

    # Phase 2: a question, a citation with its page, a follow-up, an export.
    page.locator(".view[data-to=chat]").click()
    watched.ask("Who said that nobody lost a job?")
    answer = page.locator("#chat .answer").last
    expect(answer.locator(".name").first).to_have_text("Karin Holm")
    expect(answer.locator(".strength").first).to_have_text("direct quotation")
    expect(answer.locator(".from").first).to_contain_text("Harbour strike ends after nine days · ")
    expect(answer.locator(".from").first).to_contain_text("p. 1")
    answer.locator("a.copy").click()
    expect(answer.locator("a.copy")).to_have_text("Copied")
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert re.search(r"^    Karin Holm(, [^()]+)? \(direct quotation\)\. Harbour strike ends", copied, re.MULTILINE)
    watched.requests.clear()
    answer.locator("a.cite").first.click()
    assert inside(page, "#panel [aria-current]", "#panel .shelf")
    assert watched.requests == []
    watched.ask("What did the mayor say about the streets?")
    expect(page.locator("#chat .answer").last).to_contain_text("Jon Dahl")
    page.locator("#chat .menu summary").first.click()
    page.locator("#chat .whole").first.check()
    with page.expect_download() as saving:
        page.get_by_role("button", name="HTML", exact=True).first.click()
    saved = Path(saving.value.path()).read_text(encoding="utf-8")
    assert "nobody lost a job" in saved
    assert "The streets were built for feet" in saved

    # Phase 3: the same by its address in a fresh browser, then without the article.
    page.locator("#chat .link").first.click()
    link = str(page.evaluate("navigator.clipboard.readText()"))
    other = visit(at=link).page
    expect(other.locator("#chat .question")).to_have_text(["Who said that nobody lost a job?"])
    expect(other.locator("#chat p.note")).to_have_count(0)
    page.locator(".view[data-to=library]").click()
    row = page.locator("#library tr, #library li").filter(has_text="Harbour strike").last
    row.hover()
    row.get_by_role("button", name="Remove").click()
    expect(view.get_by_role("button", name="Undo")).to_be_visible()
    changed = visit(at=link).page
    expect(changed.locator("#chat p.note").first).to_contain_text("This reply is not the one that was saved")
    view.get_by_role("button", name="Undo").click()
    expect(view).to_contain_text("Harbour strike ends after nine days", timeout=30_000)
