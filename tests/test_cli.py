import io
import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import SaidReader, WordEncoder, flip_byte, make_old_library, read_only
from making import MORE, SAID, docx, pdf, web_page
from sites import answer, internet

from rag.cli import adding, main
from rag.evaluate.cases import part_of
from rag.evidence import Verdict
from rag.records import Article

pytestmark = pytest.mark.models

RAIN = "Rain in Baku\n\nHeavy rain closed four streets in Baku on Monday. Schools stayed open.\n"
SNOW = "Snow in Ganja\n\nSnow closed all schools in Ganja for nine days.\n"


class Shell:
    """Runs commands on one library and keeps what they print."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], *, library: Path | None = None) -> None:
        self.folder, self.capsys, self.library = folder, capsys, library or folder / "library"

    def run(self, *arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--index", str(self.library)])
        out, err = self.capsys.readouterr()
        return code, out, err

    def json(self, *arguments: str) -> list[Any]:
        code, out, _ = self.run(*arguments, "--json")
        assert code == 0
        return [json.loads(line) for line in out.splitlines()]

    def fails(self, *arguments: str) -> str:
        """The one clear line of a command that could not do its work."""
        code, out, err = self.run(*arguments)
        assert (code, out) == (1, "")
        assert err.count("\n") == 1
        return err.strip()

    def write(self, name: str, text: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


@pytest.fixture
def rain(shell: Shell) -> str:
    """The id of the article about rain, in a library of two."""
    ids = [shell.json("add", shell.write(f"{n}.txt", t))[0]["id"] for n, t in (("rain", RAIN), ("snow", SNOW))]
    return str(ids[0])


def test_adding_makes_a_library_and_prints_id_and_title(shell: Shell) -> None:
    code, out, err = shell.run("add", shell.write("rain.txt", RAIN))
    assert (code, err) == (0, "")
    article, title = out.strip().split("\t")
    assert article.startswith("rain-")
    assert title == "Rain in Baku"


def test_a_folder_is_added_whole_and_a_bad_file_is_named_and_skipped(shell: Shell) -> None:
    (shell.folder / "news").mkdir()
    shell.write("news/a.txt", RAIN)
    shell.write("news/b.txt", b"\x00\x01\x02" * 100)
    shell.write("news/c.md", "# Snow\n\nIt snowed in Ganja.\n")
    code, out, err = shell.run("add", str(shell.folder / "news"))
    assert code == 0
    assert [line.split("\t")[1] for line in out.splitlines()] == ["Rain in Baku", "Snow"]
    assert err.startswith("rag: skipped: b.txt holds binary data")
    assert err.count("\n") == 1


def test_adding_a_folder_again_reads_only_what_is_new(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (shell.folder / "news").mkdir()
    shell.write("news/a.txt", RAIN)
    shell.write("news/b.txt", SNOW)
    shell.run("add", str(shell.folder / "news"))
    shell.write("news/c.md", "# Wind\n\nA storm came to Lankaran.\n")
    shell.write("news/d.txt", RAIN)
    read: list[str] = []
    reads = adding._read

    def noted(name: str, *rest: Any) -> Article:
        read.append(Path(name).name)
        return reads(name, *rest)

    monkeypatch.setattr(adding, "_read", noted)
    code, out, err = shell.run("add", str(shell.folder / "news"))
    assert (code, [line.split("\t")[1] for line in out.splitlines()], read) == (0, ["Wind"], ["c.md"])
    assert [line.split(" is in the library already")[0][-5:] for line in err.splitlines()] == [
        "a.txt",
        "b.txt",
        "d.txt",
    ]


def test_adding_that_is_stopped_says_what_is_kept_and_goes_on_later(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shell.folder / "news").mkdir()
    for name, text in (("a", RAIN), ("b", SNOW), ("c", "Wind\n\nA storm came to Lankaran.\n")):
        shell.write(f"news/{name}.txt", text)
    reads = adding._read

    def until_b(name: str, *rest: Any) -> Article:
        if name.endswith("b.txt"):
            raise KeyboardInterrupt
        return reads(name, *rest)

    monkeypatch.setattr(adding, "_read", until_b)
    code, _, err = shell.run("add", str(shell.folder / "news"))
    there = "1 article is in the library. The same command goes on where it stopped."
    assert (code, err) == (1, f"rag: stopped: {there}\n")
    monkeypatch.setattr(adding, "_read", reads)
    code, out, _ = shell.run("add", str(shell.folder / "news"))
    assert (code, [line.split("\t")[1] for line in out.splitlines()]) == (0, ["Snow in Ganja", "Wind"])


def test_pages_pdfs_and_word_files_are_added_and_what_a_browser_saved_beside_a_page_is_not(shell: Shell) -> None:
    (shell.folder / "news" / "talks_files").mkdir(parents=True)
    shell.write("news/talks.html", web_page(f"<article><h1>Talks</h1><p>{SAID}</p><p>{MORE}</p></article>"))
    shell.write("news/talks_files/frame.html", web_page(f"<article><h1>Frame</h1><p>{SAID} {SAID}</p></article>"))
    shell.write("news/trade.PDF", pdf(f"# Trade\n{SAID}"))
    shell.write("news/zeal.docx", docx(lambda made: made.add_paragraph("It rained.")))
    shell.write("news/broken.pdf", b"no PDF")
    code, out, err = shell.run("add", str(shell.folder / "news"))
    assert (code, [line.split("\t")[1] for line in out.splitlines()]) == (0, ["Talks", "Trade", "It rained."])
    assert err.startswith("rag: skipped: broken.pdf is not a PDF, whatever its name says.")


def test_an_address_that_is_not_public_is_named_and_skipped(shell: Shell) -> None:
    message = shell.fails("add", "http://127.0.0.1/talks")
    assert message.startswith("rag: skipped: http://127.0.0.1/talks is not fetched: 127.0.0.1 is not a public address.")


def test_an_address_is_added_with_what_is_said_about_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with internet({"news.example/rain": answer(RAIN.encode(), kind="text/plain")}) as net:
        monkeypatch.setattr("rag.articles.dialing.INTERNET", net.network)
        shell.json("add", "HTTP://news.example/rain", "--title", "Wet")
    listed = shell.json("articles")[0]
    assert (listed["title"], listed["source"]) == ("Wet", "http://news.example/rain")


def test_pasted_text_is_added_with_what_is_said_about_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(RAIN.encode()), encoding="utf-8"))
    shell.json("add", "-", "--title", "Wet", "--author", "Jane Doe", "--published", "2024-05-01", "--source", "Paper")
    listed = shell.json("articles")[0]
    assert {name: listed[name] for name in ("title", "authors", "published", "source", "characters", "speakers")} == {
        "title": "Wet",
        "authors": ["Jane Doe"],
        "published": "2024-05-01",
        "source": "Paper",
        "characters": len(RAIN),
        "speakers": 0,
    }


def test_the_same_text_again_is_named_and_skipped(shell: Shell, rain: str) -> None:
    code, out, err = shell.run("add", shell.write("other.txt", RAIN))
    assert (code, out) == (0, "")
    assert err.strip().endswith(f"is in the library already, as {rain}")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.txt", b" \r\n\t ", "empty.txt is empty. Add a file or a text that has words in it."),
        ("binary.txt", bytes(range(256)) * 20, "binary.txt holds binary data, not text. Save it as plain UTF-8"),
        ("large.txt", b"word " * 1_100_000, "large.txt has 5,500,000 bytes, more than the 5,000,000"),
        ("page.xyz", b"text", "page.xyz is of a kind that cannot be read"),
    ],
)
def test_what_cannot_become_an_article_gets_one_clear_line(shell: Shell, name: str, data: bytes, message: str) -> None:
    assert shell.fails("add", shell.write(name, data)).startswith(f"rag: skipped: {message}")
    assert shell.json("articles") == []


def test_a_missing_file_gets_one_clear_line(shell: Shell) -> None:
    assert "cannot be read" in shell.fails("add", str(shell.folder / "none.txt"))


def test_show_prints_exactly_the_text_that_offsets_refer_to(shell: Shell) -> None:
    text = "Snow \U0001f328\r\n\r\nIt snowed.\r\n\tAgain  and again.\r\n"
    article = shell.json("add", shell.write("snow.txt", text))[0]["id"]
    assert shell.json("show", article)[0]["text"] == text
    shell.capsys.readouterr()


def test_a_reply_quotes_what_show_prints(shell: Shell, rain: str) -> None:
    reply = shell.json("ask", "How many streets did the rain close in Baku?")[0]
    assert (reply["kind"], reply["question"]) == ("answer", "How many streets did the rain close in Baku?")
    quote = reply["quotes"][0]
    assert RAIN[quote["start"] : quote["end"]] == quote["text"] == "Heavy rain closed four streets in Baku on Monday."
    assert (quote["number"], quote["article"], quote["title"]) == (1, rain, "Rain in Baku")
    assert (quote["speaker"], quote["attribution"], quote["cue"], quote["context"]) == (None, None, None, None)
    assert quote["passage"]["start"] <= quote["start"] < quote["end"] <= quote["passage"]["end"]
    assert 0 < quote["score"] <= 1 and 0 < reply["confidence"] <= 1 and reply["elapsed_ms"] > 0


def test_an_abstention_says_why_and_shows_the_nearest(shell: Shell, rain: str) -> None:
    reply = shell.json("ask", "What did Napoleon say?")[0]
    assert (reply["kind"], reply["quotes"], reply["reason"]) == ("abstention", [], "not_mentioned")
    assert reply["message"] == "The 2 articles do not mention “Napoleon”."
    assert [quote["number"] for quote in reply["nearest"]] == [1, 2, 3]


def test_a_reply_for_people_numbers_its_quotes_and_names_their_place(shell: Shell, rain: str) -> None:
    code, out, _ = shell.run("ask", "How many streets did the rain close in Baku?")
    assert code == 0
    assert out.startswith("[1] Heavy rain closed four streets in Baku on Monday.\n    Rain in Baku (")


def test_a_batch_prints_one_reply_a_line_and_ignores_unknown_fields(shell: Shell, rain: str) -> None:
    lines = [
        {"id": "a", "question": "How many streets were closed in Baku?", "kind": "x"},
        {"id": 2, "question": "Which schools closed?", "articles": [rain], "history": []},
    ]
    path = shell.write("batch.jsonl", "\n\n".join(map(json.dumps, lines)))
    replies = shell.json("ask", "--batch", path, "--quotes", "1")
    assert [reply["id"] for reply in replies] == ["a", "2"]
    assert all(len(reply["quotes"]) <= 1 for reply in replies)


@pytest.mark.parametrize("line", ["not json", "[1]", '{"id": "a"}'])
def test_a_batch_line_that_is_no_question_is_named(shell: Shell, rain: str, line: str) -> None:
    path = shell.write("batch.jsonl", line + "\n")
    assert "batch.jsonl, line 1," in shell.fails("ask", "--batch", path)


def test_earlier_questions_complete_a_question(shell: Shell, rain: str) -> None:
    reply = shell.json("ask", "How many?", "--after", "What did the snow close?", "Which streets did the rain close?")[
        0
    ]
    places = reply.get("nearest", []) + reply["quotes"]
    assert "Heavy rain closed four streets in Baku on Monday." in [quote["text"] for quote in places]


def test_a_search_prints_ranked_passages(shell: Shell, rain: str) -> None:
    hits = shell.json("search", "rain in Baku", "-k", "1")
    assert [set(hit) for hit in hits] == [{"article", "start", "end", "text", "score"}]
    assert hits[0]["article"] == rain
    assert RAIN[hits[0]["start"] : hits[0]["end"]] == hits[0]["text"]


def test_a_removed_article_is_gone(shell: Shell, rain: str) -> None:
    assert shell.json("remove", rain) == [{"id": rain, "title": "Rain in Baku"}]
    assert rain not in {hit["article"] for hit in shell.json("search", "rain in Baku")}
    assert f"The article id '{rain}' names no article here" in shell.fails("show", rain)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "rag: The question is empty. Type what you want to know, in words."),
        ("?", "rag: The question is empty. Type what you want to know, in words."),
        (
            "a" * 50_000,
            "rag: The question has 50,000 characters; at most 1,000 can be read. Ask for one thing at a time.",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_gets_one_clear_line(
    shell: Shell, rain: str, question: str, message: str
) -> None:
    assert shell.fails("ask", question) == message


@pytest.mark.parametrize("command", [["ask", "Who?"], ["articles"], ["show", "a"], ["verify"], ["build"]])
def test_a_folder_without_a_library_gets_one_clear_line(shell: Shell, command: list[str]) -> None:
    assert shell.fails(*command).startswith("rag: There is no library in ")
    assert list(shell.folder.iterdir()) == []


def test_an_unknown_article_gets_one_clear_line(shell: Shell, rain: str) -> None:
    assert "names no article here. List the ids with: rag articles" in shell.fails("ask", "Who?", "--article", "zebra")


def test_a_sound_library_is_verified(shell: Shell, rain: str) -> None:
    assert shell.run("verify")[:2] == (0, "all is well: 2 articles checked\n")


def test_a_damaged_index_is_named_and_repaired(shell: Shell, rain: str) -> None:
    dense = next((shell.folder / "library").glob("gen-*/dense.faiss"))
    flip_byte(dense)
    code, out, _ = shell.run("verify")
    assert code == 1
    assert out.startswith(f"{dense} is damaged: dense.faiss is not as it was built.") and "rag build" in out
    assert shell.run("build")[0] == 0
    assert shell.run("verify")[0] == 0


def test_asking_a_library_with_a_damaged_index_still_answers(shell: Shell, rain: str) -> None:
    flip_byte(next((shell.folder / "library").glob("gen-*/dense.faiss")))
    assert shell.json("ask", "How many streets did the rain close in Baku?")[0]["kind"] == "answer"


def test_a_library_that_cannot_be_written_can_still_be_asked_but_not_changed(shell: Shell, rain: str) -> None:
    def files() -> dict[str, bytes]:
        paths = sorted(path for path in (shell.folder / "library").rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in paths}

    before = files()
    with read_only(shell.folder / "library") as seen:
        other = Shell(shell.folder, shell.capsys, library=seen)
        assert other.json("ask", "How many streets did the rain close in Baku?")[0]["kind"] == "answer"
        assert other.run("verify")[0] == 0
        path = shell.write("wind.txt", "Wind\n\nTrees fell in the wind.\n")
        for command in (["add", path], ["remove", rain], ["build"]):
            line = other.fails(*command)
            assert "cannot be written" in line and "Nothing was changed." in line
    assert files() == before


def test_a_damaged_library_file_is_named_and_left_as_it_is(shell: Shell, rain: str) -> None:
    path = shell.folder / "library" / "library.db"
    path.write_bytes(b"?" * 5000)
    assert "library.db is damaged" in shell.fails("ask", "Who?")
    assert path.read_bytes() == b"?" * 5000


def test_a_changed_text_is_found_by_verify(shell: Shell, rain: str) -> None:
    with sqlite3.connect(shell.folder / "library" / "library.db") as db:
        db.execute("UPDATE texts SET text = replace(text, 'four', 'five')")
    db.close()
    code, out, _ = shell.run("verify")
    assert code == 1
    assert f"article {rain} is not as it was added" in out


def test_the_repository_library_opens_with_the_default_article(shell: Shell) -> None:
    shutil.copytree(Path(__file__).parents[1] / "index" / "articles", shell.folder / "library" / "articles")
    listed = shell.json("articles")
    assert [(one["title"], one["authors"]) for one in listed] == [
        ("Iran and Azerbaijan from conflict to friendship with Russia's help", ["Rhod Mackenzie"])
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ask"],
        ["ask", "Who?", "--batch", "x"],
        ["zebra"],
        ["search", "x", "-k", "0"],
        ["serve", "--port", "99999"],
        ["evaluate", "ranking"],
        ["evaluate", "zebra", "--data", "x"],
        ["statements", "--batch", "x", "--article", "y"],
        ["evaluate", "ranking", "--data", "x", "--resamples", "0"],
        ["score"],
    ],
)
def test_wrong_usage_exits_with_2(shell: Shell, arguments: list[str]) -> None:
    try:
        code = shell.run(*arguments)[0]
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2


# Who said what

TALK = "Talk in Baku\r\n\r\nAli said it rained \U0001f328.\r\nThe mayor said “It did.” Leyla said nothing else.\r\n"


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.library.collection.StatementReader", SaidReader)
    monkeypatch.setattr("rag.speakers.StatementReader", SaidReader)


def words(text: str, place: dict[str, int]) -> str:
    return text[place["start"] : place["end"]]


def test_statements_of_the_library_are_printed_an_article_a_line(shell: Shell, reader: None, rain: str) -> None:
    talk = shell.json("add", shell.write("talk.txt", TALK))[0]["id"]
    first, second, third = shell.json("statements")
    assert [first, second["statements"]] == [{"article": rain, "statements": []}, []]
    assert third["article"] == talk
    statement = third["statements"][-1]
    assert set(statement) == {"speaker", "attribution", "source", "cue", "content"}
    assert (statement["speaker"], statement["attribution"]) == ({"name": "Leyla", "role": None}, "indirect")
    assert [words(TALK, place) for place in (statement["source"], statement["cue"], *statement["content"])] == [
        "Leyla",
        "said",
        "nothing else.",
    ]
    assert third["statements"][-2]["speaker"] is None
    assert shell.json("statements", "--article", talk, rain) == [third, first]
    assert [line["speakers"] for line in shell.json("articles")] == [0, 0, 2]


def test_statements_for_people_show_the_words_who_says_them_and_the_place(shell: Shell, reader: None) -> None:
    talk = "Talk in Baku\n\nAli said it rained. The mayor said “It did.”\n"
    article = shell.json("add", shell.write("talk.txt", talk))[0]["id"]
    code, out, _ = shell.run("statements")
    assert (code, out.splitlines()) == (
        0,
        [
            "it rained.",
            f"    Ali: reported ({article}:23-33)",
            "“It did.”",
            f"    “The mayor”, not named: direct ({article}:49-58)",
        ],
    )
    assert shell.run("articles")[1].endswith(f"{len(talk)} characters\t1 speaker\n")


def test_statements_of_an_unknown_article_get_one_clear_line(shell: Shell, rain: str) -> None:
    assert "names no article here" in shell.fails("statements", "--article", "zebra")


def test_statements_of_a_batch_have_offsets_of_the_text_as_given_and_need_no_library(
    shell: Shell, reader: None
) -> None:
    texts = [TALK, "\ufeff" + TALK, "\n \u2028" + TALK.replace("\r\n", "\r")]
    lines = [{"id": at, "text": text, "title": "ignored"} for at, text in enumerate(texts)]
    printed = shell.json("statements", "--batch", write_lines(shell, "texts.jsonl", lines))
    assert [line["id"] for line in printed] == ["0", "1", "2"]
    for text, line in zip(texts, printed, strict=True):
        assert [[words(text, place) for place in one["content"]] for one in line["statements"][-2:]] == [
            ["“It did.”"],
            ["nothing else."],
        ]
    assert not shell.library.exists()


def test_a_text_of_a_batch_that_cannot_be_read_is_named_and_skipped(shell: Shell, reader: None) -> None:
    lines = [{"id": "a", "text": " \n"}, {"id": "b", "text": TALK}, {"id": "c", "text": "\x00" * 9}]
    code, out, err = shell.run("statements", "--batch", write_lines(shell, "texts.jsonl", lines))
    assert (code, [json.loads(line)["id"] for line in out.splitlines()]) == (0, ["b"])
    path = shell.folder / "texts.jsonl"
    assert [line.partition(". ")[0] for line in err.splitlines()] == [
        f"rag: skipped: the text of {path}, line 1, is empty",
        f"rag: skipped: the text of {path}, line 3, holds binary data, not text",
    ]
    assert "line 1, is empty" in shell.fails("statements", "--batch", write_lines(shell, "empty.jsonl", lines[:1]))


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("not json", "it is not JSON"),
        ('{"id": "a"}', "it has no text"),
        ('{"id": "a", "text": null}', "its text is not a string"),
    ],
)
def test_a_batch_line_that_is_no_text_is_named(shell: Shell, reader: None, line: str, cause: str) -> None:
    path = shell.write("texts.jsonl", f"\n{line}\n")
    assert f"texts.jsonl, line 2, cannot be used: {cause}." in shell.fails("statements", "--batch", path)


def test_a_library_of_the_format_before_is_built_anew_and_read(
    shell: Shell, reader: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("rag.library.collection.load_encoder", lambda settings: WordEncoder())
    monkeypatch.setattr("rag.library.opening._READ_AT_ONCE", 0)
    make_old_library(shell.library, TALK)
    assert shell.run("articles")[1].endswith("\t0 speakers\n")
    assert [record.getMessage() for record in caplog.records] == [
        f"who said what in 1 article of {shell.library} is not read, because they are many. Read it with: rag build"
    ]
    assert shell.run("build")[0] == 0
    caplog.clear()
    assert shell.run("articles")[1].endswith("\t2 speakers\n")
    assert caplog.records == []


POOLS = [
    {"id": 1, "question": "What fell?", "candidates": [{"text": "Snow.", "label": 0}, {"text": "Rain.", "label": 1}]},
    {"id": "b", "question": "Who slept?", "candidates": [{"text": "Wind.", "label": 0}]},
]
GOLD: list[dict[str, Any]] = [
    {"id": "g1", "kind": "fact", "question": "How many streets did the rain close in Baku?",
     "evidence": [["closed four streets in Baku"]]},
    {"id": "g2", "kind": "none", "question": "What did Napoleon say?", "evidence": []},
]  # fmt: skip


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge prefers what comes late; alone, every sentence is the first."""

    def judge(question: str, texts: Sequence[str], *, apart: bool = False) -> Verdict:
        return Verdict(np.array([0.0 if apart else float(at) for at in range(len(texts))]), len(texts) / 4, True, ())

    monkeypatch.setattr("rag.evaluate.judge.load_judge", lambda settings: judge)
    monkeypatch.setattr("rag.evaluate.baselines.load_plain_encoder", WordEncoder)


def write_lines(shell: Shell, name: str, lines: Sequence[object]) -> str:
    return shell.write(name, "\n".join(map(json.dumps, lines)))


def test_scores_are_printed_as_json_a_line_in_the_order_of_the_candidates(shell: Shell, judge: None) -> None:
    path = write_lines(shell, "pools.jsonl", POOLS)
    code, out, err = shell.run("score", path)
    assert (code, err) == (0, "")
    assert [json.loads(line) for line in out.splitlines()] == [
        {"id": "1", "scores": [0.0, 1.0]},
        {"id": "b", "scores": [0.0]},
    ]
    assert json.loads(shell.run("score", path, "--apart")[1].splitlines()[0])["scores"] == [0.0, 0.0]


def test_candidates_to_score_come_from_stdin_too(shell: Shell, judge: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(POOLS[1])))
    assert shell.json("score", "-") == [{"id": "b", "scores": [0.0]}]


def test_an_evaluation_prints_a_table_or_an_object(shell: Shell, judge: None) -> None:
    path = write_lines(shell, "pools.jsonl", POOLS)
    code, text, err = shell.run("evaluate", "ranking", "--data", path)
    assert (code, err) == (0, "")
    out = text.splitlines()
    assert out[0].split() == ["system", "MAP", "(n=1)", "MRR", "(n=1)", "P@1", "(n=1)"]
    assert out[1].split() == ["ours", *["1.000", "[1.000,", "1.000]"] * 3]
    (report,) = shell.json("evaluate", "refusal", "--data", path, "--seed", "3", "--resamples", "20")
    assert (report["suite"], report["data"], report["n"], report["seed"]) == ("refusal", path, 2, 3)
    assert report["systems"]["ours"]["AUC"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 2}


def test_what_was_held_out_of_a_training_file_is_evaluated_alone(shell: Shell, judge: None) -> None:
    texts = [f"Rain {n}." for n in range(60)]
    pools = {text: {"id": text, "question": "What?", "candidates": [{"text": text, "label": 1}]} for text in texts}
    held = [text for text in texts if part_of([text]) == "judging"]
    path = write_lines(shell, "pools.jsonl", list(pools.values()))
    (report,) = shell.json("evaluate", "refusal", "--data", path, "--held-out", "--resamples", "20")
    assert report["n"] == len(held) in range(1, 15)
    none = write_lines(shell, "none.jsonl", [pool for text, pool in pools.items() if text not in held])
    code, _, err = shell.run("evaluate", "refusal", "--data", none, "--held-out")
    assert (code, err) == (
        1,
        f"rag: {none} cannot be used: it holds no question that was held out. Leave out --held-out.\n",
    )
    code, _, err = shell.run("evaluate", "answers", "--data", path, "--held-out")
    assert (code, "knows no held-out questions" in err) == (1, True)


def test_an_evaluation_is_written_into_a_file_with_its_command(shell: Shell, judge: None) -> None:
    path, document = write_lines(shell, "pools.jsonl", POOLS), shell.folder / "evaluation.md"
    for seed in ("0", "5"):
        command = ["evaluate", "refusal", "--data", path, "--resamples", "20", "--seed", seed]
        assert shell.run(*command, "--write", str(document))[0] == 0
    text = document.read_text()
    assert f"`rag evaluate refusal --data {path} --seed 5 --resamples 20`" in text
    assert text.count("## Refusal: pools.jsonl") == 1
    assert (shell.folder / "reliability-pools.svg").read_text().startswith("<svg ")


def test_answers_of_a_library_are_evaluated_and_its_misses_told(shell: Shell, rain: str) -> None:
    path = write_lines(shell, "gold.jsonl", GOLD)
    (report,) = shell.json("evaluate", "answers", "--data", path, "--resamples", "20")
    ours = {name: figure["value"] for name, figure in report["systems"]["ours"].items()}
    assert (ours["verbatim"], ours["recall"], ours["answered"], ours["refused"]) == (1, 1, 1, 1)
    assert list(report["systems"]) == ["ours", "bm25", "cosine", "first sentence"]
    assert list(report["kinds"]) == ["fact (1)", "none (1)"]
    wrong = write_lines(shell, "wrong.jsonl", [GOLD[0] | {"evidence": [["Schools stayed open."]]}])
    _, _, err = shell.run("evaluate", "answers", "--data", wrong, "--resamples", "20", "--verbose")
    assert "rag: g1 missed: How many streets did the rain close in Baku?" in err


def test_retrieval_is_evaluated_in_a_library_of_its_own(shell: Shell) -> None:
    context = "Heavy rain closed four streets in Baku on Monday. Schools stayed open."
    line = {"id": "x", "title": "Rain", "context": context, "question": "How many streets were closed?",
            "answers": ["four"], "starts": [18]}  # fmt: skip
    path = write_lines(shell, "places.jsonl", [line])
    (report,) = shell.json("evaluate", "retrieval", "--data", path, "--resamples", "20")
    figures = {name: figure["value"] for name, figure in report["systems"]["ours"].items()}
    assert figures == dict.fromkeys(["recall@1", "recall@5", "recall@10", "MRR", "sentence@1", "sentence@3"], 1.0)
    assert list(report["systems"]) == ["ours", "bm25", "cosine", "bm25 + cosine"]
    assert not shell.library.exists()


def test_attributions_are_evaluated_written_and_their_misses_told(shell: Shell, reader: None) -> None:
    text = "Talk in Baku\n\nAli said it rained. “It snowed,” the mayor said.\n"
    gold = [
        {"source": [[14, 17]], "cue": [[18, 22]], "content": [[23, 33]], "speaker": "Ali"},
        {"source": [[47, 56]], "cue": [[57, 61]], "content": [[34, 46]]},
    ]
    path = write_lines(shell, "talk.jsonl", [{"id": "t1", "text": text, "attributions": gold}])
    document = shell.folder / "evaluation.md"
    command = ["evaluate", "attribution", "--data", path, "--resamples", "20"]
    code, out, err = shell.run(*command, "--verbose", "--json", "--write", str(document))
    assert (code, err) == (0, "rag: t1:34 missed: the mayor | said | “It snowed,”\n")
    report = json.loads(out)
    figures = {name: figure["value"] for name, figure in report["systems"]["ours"].items()}
    assert figures.pop("words/s") > 0
    assert figures == {
        "precision": 1, "recall": 0.5, "F1": 0.6667, "quoted precision": 0, "quoted recall": 0, "quoted F1": 0,
        "content": 0.5, "name": 1, "unnamed": 0,
    }  # fmt: skip
    assert list(report["systems"]) == ["ours", "name, verb, quotation"]
    text = document.read_text()
    assert "## Attribution: talk.jsonl" in text and "\n1 articles; seed 0, 20 resamples." in text
    assert not shell.library.exists()


@pytest.mark.parametrize("command", [["score"], ["evaluate", "ranking", "--data"], ["evaluate", "retrieval", "--data"]])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "questions.jsonl cannot be read: No such file or directory. Check the path and its permissions."),
        ("{", "questions.jsonl, line 1, cannot be used: it is not JSON. Every line must be a JSON object with id, "),
        ('{"id": 1, "question": "Who?"}', "questions.jsonl, line 1, cannot be used: it has no c"),
        ("\n", "questions.jsonl cannot be used: it holds no question. Every line must be"),
    ],
)
def test_questions_that_cannot_be_used_get_one_clear_line(
    shell: Shell, command: list[str], text: str | None, message: str
) -> None:
    path = shell.write("questions.jsonl", text) if text is not None else str(shell.folder / "questions.jsonl")
    assert message in shell.fails(*command, path)


def test_evidence_that_is_in_no_article_gets_one_clear_line(shell: Shell, rain: str) -> None:
    path = write_lines(shell, "gold.jsonl", [GOLD[0] | {"evidence": [["Ten streets"]]}])
    assert "the evidence of question g1 stands in no article of the library" in shell.fails(
        "evaluate", "answers", "--data", path
    )
