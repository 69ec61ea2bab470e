"""The REST interface over a fake library, as far as the library view asks it; adding waits for the test."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile
from web_fakes import FakeLibrary, article_of

from rag.records import Article, ArticleSummary
from rag.shapes import summary_shape


@dataclass
class FakeShelf:
    """Routes over `library`. A text that holds `bad` is refused, one that is there already is known.

    `hold` keeps what is being added back until it is set. `trouble` answers the next requests that add, one after
    the other. `taken` are the sizes of requests with files, `limit` is the largest number of files that one may bring.
    """

    library: FakeLibrary
    removed: dict[str, Article] = field(default_factory=dict)
    jobs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    hold: threading.Event = field(default_factory=threading.Event)
    trouble: list[JSONResponse] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    limit: int = 1_000
    workers: list[threading.Thread] = field(default_factory=list)
    user: str | None = None
    read_only: bool = False
    max_articles: int | None = None
    changes: int = 0

    def rest(self) -> None:
        """Let everything that is being added end."""
        self.hold.set()
        for worker in self.workers:
            worker.join(20)

    def summaries(self) -> list[ArticleSummary]:
        return [
            ArticleSummary(
                *(one.id, one.title, one.authors, one.published, one.source),
                *(len(one.text), 1, 1, 2, "2026-01-01T12:00:00+00:00"),
            )
            for one in self.library.shelf.values()
        ]

    def router(self) -> APIRouter:
        routes = APIRouter()
        routes.add_api_route("/api/session", self.session, methods=["GET"])
        routes.add_api_route("/api/articles", self.listed, methods=["GET"])
        routes.add_api_route("/api/articles", self.add, methods=["POST"], response_model=None)
        routes.add_api_route("/api/articles/remove", self.remove_many, methods=["POST"], response_model=None)
        routes.add_api_route("/api/articles/restore", self.restore, methods=["POST"])
        routes.add_api_route("/api/articles/{name}", self.rename, methods=["PATCH"], response_model=None)
        routes.add_api_route("/api/articles/{name}", self.remove, methods=["DELETE"], response_model=None)
        routes.add_api_route("/api/jobs/{job}", self.job, methods=["GET"], response_model=None)
        routes.add_api_route("/api/jobs/{job}", self.cancel, methods=["DELETE"])
        return routes

    def session(self) -> dict[str, Any]:
        return {
            "user": self.user,
            "read_only": self.read_only,
            "version": f"fake.{self.changes}",
            "articles": len(self.library.shelf),
            "max_articles": self.max_articles,
        }

    def listed(
        self, search: str = "", sort: str = "added", descending: bool = False, offset: int = 0, limit: int = 1_000
    ) -> dict[str, Any]:
        found = [one for one in self.summaries() if search.casefold() in f"{one.title} {one.source}".casefold()]
        if sort != "added":
            found.sort(key=lambda one: getattr(one, sort) or "", reverse=descending)
        elif descending:
            found.reverse()
        part = [summary_shape(one) for one in found[offset : offset + limit]]
        return {"articles": part, "total": len(found), "version": f"fake.{self.changes}"}

    async def add(self, request: Request) -> JSONResponse:
        assert request.headers["prefer"] == "respond-async"
        if self.trouble:
            await request.body()
            return self.trouble.pop(0)
        given: list[tuple[str, str, dict[str, Any]]]
        if request.headers["content-type"].startswith("multipart/form-data"):
            async with request.form() as form:
                files = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
                given = [(one.filename or "", (await one.read()).decode(), {}) for one in files]
            self.taken.append(len(files))
            if len(files) > self.limit:
                return JSONResponse({"error": "too large"}, 413)
        else:
            body = await request.json()
            given = [(body.get("title") or body.get("address") or "pasted text", body.get("text", "from there"), body)]
        items = [
            {"name": name, "stage": "waiting", "share": 0, "article": None, "title": None, "message": None}
            for name, *_ in given
        ]
        job = f"job{len(self.jobs)}"
        self.jobs[job] = items
        self.workers.append(threading.Thread(target=self._work, args=(items, given), daemon=True))
        self.workers[-1].start()
        return JSONResponse({"job": job}, 202)

    def _work(self, items: list[dict[str, Any]], given: list[tuple[str, str, dict[str, Any]]]) -> None:
        for item, (name, text, facts) in zip(items, given, strict=True):
            if item["stage"] == "cancelled":
                continue
            item |= {"stage": "adding", "share": 0.5}
            self.hold.wait(20)
            same = [one for one in self.library.shelf.values() if text in one.text]
            if "bad" in text:
                item |= {"stage": "failed", "share": 1, "message": f"{name} could not be read. Is it <b>text</b>?"}
            elif same:
                item |= {"stage": "known", "share": 1, "article": same[0].id, "title": same[0].title}
            else:
                title = facts.get("title") or text.split("\n")[0]
                source = facts.get("source") or facts.get("address")
                article = article_of(f"new{self.changes}", [("title", title), ("body", text)], source=source)
                self.library.shelf[article.id] = article
                self.changes += 1
                item |= {"stage": "added", "share": 1, "article": article.id, "title": title}

    def job(self, job: str) -> Any:
        if job not in self.jobs:
            return JSONResponse({"error": f"There is no job {job}."}, 404)
        over = ("added", "known", "failed", "cancelled")
        return {"job": job, "done": all(one["stage"] in over for one in self.jobs[job]), "items": self.jobs[job]}

    def cancel(self, job: str) -> dict[str, Any]:
        for item in self.jobs[job]:
            if item["stage"] == "waiting":
                item["stage"] = "cancelled"
        return {"job": job, "done": False, "items": self.jobs[job]}

    async def rename(self, name: str, request: Request) -> Any:
        title = (await request.json())["title"]
        if "refuse" in title:
            return JSONResponse({"error": "The title is <i>refused</i>. Take another."}, 422)
        old = self.library.shelf[name]
        self.library.shelf[name] = replace(old, title=title)
        self.changes += 1
        return summary_shape(next(one for one in self.summaries() if one.id == name))

    def remove(self, name: str) -> Any:
        return self._remove([name])

    async def remove_many(self, request: Request) -> Any:
        return self._remove((await request.json())["articles"])

    def _remove(self, names: list[str]) -> Any:
        missing = [one for one in names if one not in self.library.shelf]
        if missing:
            return JSONResponse({"error": f"There is no article {missing[0]}. List them anew."}, 404)
        gone = [self.library.shelf.pop(one) for one in names]
        self.removed |= {one.id: one for one in gone}
        self.changes += 1
        return {"removed": [{"id": one.id, "title": one.title} for one in gone]}

    async def restore(self, request: Request) -> dict[str, Any]:
        for name in (await request.json())["articles"]:
            self.library.shelf[name] = self.removed.pop(name)
        self.changes += 1
        return {}
