"""A real server, tried by the programs that people use: over HTTP, with Gradio's client, with an MCP client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from api_fakes import ShelfLibrary, two_articles
from browsing import Watched
from gradio_client import Client  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from playwright.sync_api import Browser, expect
from web_fakes import serving

from rag.shapes import reply_shape, summary_shape

TOOLS = ["ask_article", "compare_opinions", "list_articles", "search_passages"]
QUESTION = "When did rain fall?"


@pytest.fixture(scope="module")
def shelf() -> ShelfLibrary:
    return two_articles()


@pytest.fixture(scope="module")
def address(shelf: ShelfLibrary) -> Iterator[str]:
    with serving(shelf) as address:
        yield address


@pytest.fixture(scope="module")
def gradio(address: str) -> Iterator[Client]:
    client = Client(address, verbose=False, analytics_enabled=False)
    yield client
    client.close()


def on_the_way(shape: dict[str, Any]) -> Any:
    """A shape as it is after it was JSON."""
    return json.loads(json.dumps(shape))


# Over HTTP


def test_http_asks_and_adds_and_removes(address: str, shelf: ShelfLibrary) -> None:
    with httpx.Client(base_url=address) as client:
        assert client.post("/api/ask", json={"question": QUESTION}).json() == on_the_way(
            reply_shape(shelf.ask(QUESTION))
        )
        added = client.post("/api/articles", files=[("files", ("hail.txt", b"Hail in March\n\nIt hailed."))])
        assert [one["title"] for one in added.json()["articles"]] == ["Hail in March"]
        article_id = added.json()["articles"][0]["id"]
        assert client.delete(f"/api/articles/{article_id}").json()["removed"][0]["id"] == article_id


def test_http_adds_a_file_larger_than_a_question_may_be(address: str) -> None:
    data = b"Large\n\n" + b"It rained all day. " * 100_000
    with httpx.Client(base_url=address) as client:
        added = client.post("/api/articles", files=[("files", ("large.txt", data))]).json()["articles"]
        client.delete(f"/api/articles/{added[0]['id']}")
    assert [one["title"] for one in added] == ["Large"]


def test_a_defect_is_answered_in_a_sentence_that_tells_nothing(address: str) -> None:
    response = httpx.post(f"{address}/api/ask", json={"question": "break"})
    assert response.status_code == 500
    assert response.json() == {"error": "This did not work because of a defect here; the log has the details."}


def test_other_sites_change_nothing_through_the_interface(address: str) -> None:
    headers = {"origin": "https://evil.example"}
    assert httpx.post(f"{address}/api/articles", json={"text": "a"}, headers=headers).status_code == 403
    assert httpx.post(f"{address}/gradio_api/mcp/", json={}, headers=headers).status_code == 403


def test_nothing_is_uploaded_to_gradio(address: str) -> None:
    response = httpx.post(f"{address}/gradio_api/upload", files={"files": b"x"})
    assert response.status_code == 403


# With Gradio's client


def test_gradios_client_sees_these_functions_and_no_event_of_the_page(gradio: Client) -> None:
    told = gradio.view_api(return_format="dict", print_info=False)
    assert sorted(told["named_endpoints"]) == [f"/{name}" for name in TOOLS]
    assert told["unnamed_endpoints"] == {}


def test_gradios_client_asks(gradio: Client, shelf: ShelfLibrary) -> None:
    reply = gradio.predict(question=QUESTION, articles=["rain-1"], api_name="/ask_article")
    assert reply == on_the_way(reply_shape(shelf.ask(QUESTION)))


def test_gradios_client_compares(gradio: Client, shelf: ShelfLibrary) -> None:
    reply = gradio.predict(topic="rain", api_name="/compare_opinions")
    assert reply == on_the_way(reply_shape(shelf.compare("rain")))


def test_gradios_client_searches(gradio: Client) -> None:
    found = gradio.predict(query="rain", k=1, api_name="/search_passages")
    assert found == {"passages": [{"article": "rain-1", "start": 0, "end": 12, "text": "Rain in Baku", "score": 0.5}]}


def test_gradios_client_lists(gradio: Client, shelf: ShelfLibrary) -> None:
    found = gradio.predict(search="baku", api_name="/list_articles")
    assert found == on_the_way({"articles": [summary_shape(shelf.articles()[0])], "total": 1})


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("/ask_article", {"question": 3}, "The field question must be text."),
        ("/ask_article", {"question": QUESTION, "quotes": 0}, "The field quotes must be at least 1."),
        ("/ask_article", {"question": QUESTION, "articles": "x"}, "The field articles must be a list."),
        ("/ask_article", {"question": "refuse"}, "<b>This</b> cannot be read: it is not welcome. Choose it again."),
        ("/ask_article", {"question": "break"}, "This did not work because of a defect here; the log has the details."),
        ("/search_passages", {"query": QUESTION, "k": 101}, "The field k may be at most 100."),
        ("/list_articles", {"limit": "all"}, "The field limit must be a whole number."),
    ],
)
def test_gradios_client_is_told_what_is_wrong(gradio: Client, name: str, given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AppError) as caught:
        gradio.predict(**given, api_name=name)
    assert str(caught.value) == sentence


# With an MCP client


def with_mcp(address: str, use: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    async def used() -> Any:
        async with (
            streamable_http_client(f"{address}/gradio_api/mcp/") as (incoming, outgoing, _),
            ClientSession(incoming, outgoing) as session,
        ):
            await session.initialize()
            return await use(session)

    return asyncio.run(used())


def call(address: str, name: str, **given: Any) -> tuple[bool, str]:
    """Whether a tool failed, and what it says."""
    result = with_mcp(address, lambda session: session.call_tool(name, given))
    assert [part.type for part in result.content] == ["text"]
    return bool(result.isError), str(result.content[0].text)


def test_mcp_sees_these_tools_and_no_event_of_the_page(address: str) -> None:
    listed = with_mcp(address, lambda session: session.list_tools()).tools
    assert sorted(tool.name for tool in listed) == TOOLS
    parameters = {tool.name: tool.inputSchema for tool in listed}["ask_article"]
    assert (sorted(parameters["properties"]), parameters["required"]) == (
        ["after", "articles", "question", "quotes"],
        ["question"],
    )


def test_mcp_is_told_what_every_tool_and_every_parameter_is_for(address: str) -> None:
    listed = with_mcp(address, lambda session: session.list_tools()).tools
    without = [
        f"{tool.name}.{name}"
        for tool in listed
        for name, facts in tool.inputSchema["properties"].items()
        if not facts.get("description")
    ]
    assert without == []
    assert all(" Returns: " in tool.description for tool in listed)


def test_mcp_offers_nothing_but_tools(address: str) -> None:
    async def others(session: ClientSession) -> tuple[int, int]:
        resources, prompts = await session.list_resources(), await session.list_prompts()
        return len(resources.resources), len(prompts.prompts)

    assert with_mcp(address, others) == (0, 0)


def test_mcp_asks_and_gets_json(address: str, shelf: ShelfLibrary) -> None:
    failed, text = call(address, "ask_article", question=QUESTION)
    assert (failed, json.loads(text)) == (False, on_the_way(reply_shape(shelf.ask(QUESTION))))


def test_mcp_compares(address: str, shelf: ShelfLibrary) -> None:
    failed, text = call(address, "compare_opinions", topic="rain", articles=["rain-1"])
    assert (failed, json.loads(text)) == (False, on_the_way(reply_shape(shelf.compare("rain", articles=["rain-1"]))))


def test_mcp_searches(address: str) -> None:
    failed, text = call(address, "search_passages", query="rain", k=1)
    assert (failed, [hit["text"] for hit in json.loads(text)["passages"]]) == (False, ["Rain in Baku"])


def test_mcp_lists(address: str) -> None:
    failed, text = call(address, "list_articles", offset=1)
    assert (failed, [one["id"] for one in json.loads(text)["articles"]]) == (False, ["rain-2"])


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("ask_article", {"question": "x" * 10_001}, "The field question may have at most 10,000 characters."),
        ("ask_article", {"question": "refuse"}, "<b>This</b> cannot be read: it is not welcome. Choose it again."),
        ("ask_article", {"question": "break"}, "This did not work because of a defect here; the log has the details."),
        (
            "search_passages",
            {"query": "rain", "articles": ["nowhere"]},
            "The article id 'nowhere' names no article here. GET /api/articles lists the ids.",
        ),
        ("list_articles", {"limit": 1_001}, "The field limit may be at most 1,000."),
    ],
)
def test_mcp_is_told_what_is_wrong(address: str, name: str, given: dict[str, Any], sentence: str) -> None:
    assert call(address, name, **given) == (True, sentence)


def test_mcp_calls_no_event_of_the_page(address: str) -> None:
    config = httpx.get(f"{address}/config").json()
    private = {one["api_name"] for one in config["dependencies"] if one["api_visibility"] == "private"}
    assert private.isdisjoint(TOOLS)
    for name in sorted(map(str, private)):
        assert call(address, name)[0]


# What the page's own events do when a program calls them


def test_an_event_of_the_page_takes_no_conversation_from_whoever_calls_it(address: str) -> None:
    config = httpx.get(f"{address}/config").json()
    states = {part["id"] for part in config["components"] if part["type"] == "state"}
    events = [one for one in config["dependencies"] if not one["queue"] and states & set(one["inputs"])]
    assert events
    foreign = {"turns": [{"question": "FOREIGN", "articles": [], "reply": "FOREIGN"}], "opened": ["FOREIGN"]}
    for event in events:
        body = {
            "fn_index": event["id"],
            "session_hash": f"test{event['id']}",
            "data": [foreign if one in states else None for one in event["inputs"]],
            "event_data": None,
        }
        response = httpx.post(f"{address}/gradio_api/run/predict", json=body)
        assert "FOREIGN" not in response.text


# The page that describes the interface


@pytest.mark.browser
def test_the_description_is_a_page_that_asks_nothing_of_other_sites(address: str, browser: Browser) -> None:
    context = browser.new_context()
    watched = Watched(context.new_page(), address)
    watched.listen()
    watched.page.goto(f"{address}/api/docs")
    expect(watched.page.locator(".opblock")).to_have_count(15)
    watched.page.locator("#operations-Questions-ask_api_ask_post button").first.click()
    told = watched.page.locator(".opblock-description")
    expect(told).to_contain_text("Answer a question with the articles' own sentences")
    assert (watched.faults, watched.outside()) == ([], [])
    context.close()
