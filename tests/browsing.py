"""What tests in a real browser share: how it is started, a page that is watched, and questions to ask of a page."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.error import URLError

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Watched:
    """A page and everything it did that it should not: errors, and requests to other machines."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)

    def open(self) -> None:
        self.listen()
        self.page.goto(self.address)
        self.page.locator("#question textarea").wait_for()
        self.page.locator("#panel .article").first.wait_for(state="attached")

    def ask(self, question: str) -> None:
        replies = self.page.locator("#chat .reply:not(.waiting)")
        before = replies.count()
        self.page.locator("#question textarea").fill(question)
        self.page.locator("#question textarea").press("Enter")
        expect(replies).to_have_count(before + 1)

    def outside(self) -> list[str]:
        own = "/".join(self.address.split("/")[:3]) + "/"
        return [url for url in self.requests if not url.startswith((own, "data:", "blob:"))]


def press_until(page: Page, key: str, wanted: str) -> None:
    """Press a key until the focus is on an element that matches the selector `wanted`."""
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"60 times {key} lead to no {wanted}")


def inside(page: Page, element: str, box: str) -> bool:
    """Whether the whole element is within the visible part of its scrolling box, and the box within the window."""
    return bool(
        page.evaluate(
            """([element, box]) => {
                const e = document.querySelector(element).getBoundingClientRect();
                const b = document.querySelector(box).getBoundingClientRect();
                return e.height > 0 && e.top >= b.top && e.bottom <= b.bottom && b.top >= 0 && b.bottom <= innerHeight
                    && e.left >= b.left && e.right <= b.right;
            }""",
            [element, box],
        )
    )


CONTRAST = """selector => {
    const numbers = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = element => {
        for (let one = element; one; one = one.parentElement) {
            const [r, g, b, a = 1] = numbers(getComputedStyle(one).backgroundColor);
            if (a > 0.99) return [r, g, b];
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll(selector)].filter(e => e.getClientRects().length).flatMap(element => {
        const [one, other] = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
        const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        return ratio < 4.5 ? [`${element.className || element.id} ${ratio.toFixed(2)}`] : [];
    });
}"""
"""Elements whose text has less than the 4.5:1 contrast of WCAG AA, with the ratio."""


WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA in what is shown now: the rule and the elements of each violation."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def light_and_dark(page: Page, find: Callable[[Page], list[str]]) -> list[str]:
    """What `find` finds on the page in light, and in dark, each with the scheme it is found in, while nothing moves."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    found: list[str] = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function("dark => document.body.classList.contains('dark') === dark", arg=scheme == "dark")
        found += [f"{scheme}: {one}" for one in find(page)]
    return found


def healthy(address: str, program: subprocess.Popen[bytes], *, seconds: float = 90) -> object:
    """What `/healthz` says once it answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and program.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as response:
                return json.load(response)
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"the program gave no sign of health; it ended with {program.poll()}")
