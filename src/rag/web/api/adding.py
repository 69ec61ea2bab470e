"""Adding articles, at once or in the background, and restoring those that were removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from rag.articles import Metadata
from rag.web.api.bodies import AddBody, IdsBody, whole
from rag.web.api.failures import PlainRoute, refuse, status_of
from rag.web.api.replies import AddedShape, BegunShape, JobShape
from rag.web.api.session import changes_allowed, user_of
from rag.web.api.told import answers
from rag.web.jobs import Item, Job
from rag.web.refusals import sentence_of
from rag.web.sources import Readers, Source, addressed, known, pasted, uploaded
from rag.web.strings import tell

if TYPE_CHECKING:
    from rag.library import Library
    from rag.settings import Settings
    from rag.web.jobs import Jobs
    from rag.web.options import WebOptions
    from rag.web.removed import Removed

MOST_FILES = 200
"""Files that one request may bring."""

_ONE = "Send one of text and address, as JSON, or files as multipart/form-data."
_FILES = {
    "type": "object",
    "required": ["files"],
    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
}


@dataclass(frozen=True, slots=True)
class Adding:
    """What adds articles, what was removed, and how files and addresses are read."""

    jobs: Jobs
    removed: Removed
    readers: Readers


def adding_routes(library: Library, options: WebOptions, adding: Adding) -> APIRouter:
    """What brings articles: each request is a job, which is waited for unless it prefers not to wait."""
    jobs, readers = adding.jobs, adding.readers
    router = APIRouter(route_class=PlainRoute, tags=["Adding"])
    told = answers({200: AddedShape, 201: AddedShape, 202: BegunShape}, 400, 403, 409, 413, 429)

    @router.post("/api/articles", responses=told, openapi_extra={"requestBody": _taken()})
    async def add(request: Request) -> JSONResponse:
        """Add a text, the article at an address, or many files.

        What cannot be added is skipped and told, and so is a text that is there already: 201 says that something
        was added, 200 that nothing new came, and a failure that nothing could be added. With the header
        `Prefer: respond-async` the answer is 202 and a job to ask about.
        """
        changes_allowed(options)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            sources = await _files_of(request, library.settings, readers)
        elif kind == "application/json":
            sources = [await run_in_threadpool(_source_of, await request.body(), library.settings, readers)]
        else:
            raise HTTPException(422, _ONE)
        return await run_in_threadpool(_run, jobs, sources, request)

    @router.post("/api/articles/restore", responses=told | answers({}, 404))
    def restore(body: IdsBody, request: Request) -> JSONResponse:
        """Add again what was removed here within the last hour, all or nothing."""
        changes_allowed(options)
        articles = [adding.removed.find(article_id, owner=user_of(request)) for article_id in body.articles]
        gone = [article_id for article_id, one in zip(body.articles, articles, strict=True) if one is None]
        if gone:
            raise HTTPException(404, f"{gone[0][:80]!r} was not removed here within the last hour.")
        return _run(jobs, [known(one) for one in articles if one is not None], request)

    @router.get("/api/jobs/{job}", responses=answers({200: JobShape}, 404))
    def look(job: str, request: Request) -> JSONResponse:
        """Tell how far a job is; it can be asked about for an hour after it is done."""
        return _job(jobs.look(job, owner=user_of(request)))

    @router.delete("/api/jobs/{job}", responses=answers({200: JobShape}, 404))
    def cancel(job: str, request: Request) -> JSONResponse:
        """Add nothing more of a job; what was added stays."""
        return _job(jobs.cancel(job, owner=user_of(request)))

    return router


def _taken() -> dict[str, Any]:
    json_body = {"schema": AddBody.model_json_schema()}
    return {"required": True, "content": {"application/json": json_body, "multipart/form-data": {"schema": _FILES}}}


async def _files_of(request: Request, settings: Settings, readers: Readers) -> list[Source]:
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
        files = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
        if not files:
            raise HTTPException(422, f"No file came in the field files. {_ONE}")
        return [await run_in_threadpool(_copy, one, settings, readers) for one in files]


def _copy(file: UploadFile, settings: Settings, readers: Readers) -> Source:
    return uploaded(file.file, str(whole(file.filename or "")), settings, readers=readers)


def _source_of(data: bytes, settings: Settings, readers: Readers) -> Source:
    try:
        body = AddBody.model_validate(json.loads(data))
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body of the request is not JSON.") from error
    if (body.text is None) == (body.address is None):
        raise HTTPException(422, _ONE)
    given = Metadata(title=body.title, authors=tuple(body.author), published=body.published, source=body.source)
    if body.address is not None:
        return addressed(body.address, given, settings, readers=readers)
    return pasted(body.text or "", given, settings)


def _run(jobs: Jobs, sources: Sequence[Source], request: Request) -> JSONResponse:
    """Begin a job and answer with it, or wait for it and answer with what came of it."""
    preferred = {one.strip().lower() for one in request.headers.get("prefer", "").split(",")}
    if "respond-async" not in preferred:
        return _outcome(jobs.run(sources, owner=user_of(request)))
    job = jobs.begin(sources, owner=user_of(request))
    place = f"{request.scope.get('root_path', '')}/api/jobs/{job.id}"
    headers = {"Preference-Applied": "respond-async", "Location": place}
    return JSONResponse({"job": job.id}, status_code=202, headers=headers)


def _outcome(job: Job) -> JSONResponse:
    added = [{"id": one.article, "title": one.title} for one in job.items if one.stage == "added"]
    others = [one for one in job.items if one.stage != "added"]
    skipped = [{"name": one.name, "message": _message(one), "article": one.article} for one in others]
    if added or any(one.stage == "known" for one in others):
        return JSONResponse({"articles": added, "skipped": skipped}, status_code=201 if added else 200)
    statuses = {status_of(one.error) if one.error is not None else 503 for one in others}
    why = str(_message(others[0])) if len(others) == 1 else f"None of the {len(others):,} could be added."
    return refuse(statuses.pop() if len(statuses) == 1 else 422, why, articles=[], skipped=skipped)


def _message(item: Item) -> str | None:
    if item.error is not None:
        return sentence_of(item.error)
    if item.stage == "known":
        return tell("refusal.known", name=item.name, article=item.article)
    return {"cancelled": tell("refusal.cancelled", name=item.name), "failed": tell("refusal.defect")}.get(item.stage)


def _job(job: Job | None) -> JSONResponse:
    if job is None:
        raise HTTPException(404, "There is no such job, or it was done more than an hour ago.")
    items = [
        {"name": one.name, "stage": one.stage, "share": round(one.share, 3)}
        | {"article": one.article, "title": one.title, "message": _message(one)}
        for one in job.items
    ]
    return JSONResponse({"job": job.id, "done": job.done, "items": items})
