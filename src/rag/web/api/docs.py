"""The description of the interface, for programs and as a page; all of it comes from this machine."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute

from rag.version import VERSION
from rag.web.api.failures import PlainRoute

_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}

_ABOUT = (
    "Ask news articles and get their own words: every quote is the article's text from `start` to `end`, in "
    'characters. Failures are a status and `{"error": sentence}`. Unknown fields are ignored, and fields may be '
    "added to what is answered.\n\nThe same functions are MCP tools at `/gradio_api/mcp/` and Gradio endpoints."
)

# Without `validatorUrl` the page would show every description to another site.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ask the Article: interface for programs</title>
<link rel="stylesheet" href="docs-files/swagger-ui.css">
</head>
<body>
<main id="swagger-ui"></main>
<script src="docs-files/swagger-ui-bundle.js"></script>
<script>
SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", validatorUrl: null, deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout", defaultModelsExpandDepth: 0,
});
</script>
</body>
</html>
"""


def docs_routes(routes: Sequence[BaseRoute]) -> APIRouter:
    """The description of `routes`."""
    router = APIRouter(route_class=PlainRoute, include_in_schema=False)

    @router.get("/api/openapi.json")
    def description(request: Request) -> JSONResponse:
        base = str(request.scope.get("root_path", ""))
        told = get_openapi(
            title="Ask the Article", version=VERSION, description=_ABOUT, routes=routes, servers=[{"url": base or "/"}]
        )
        for methods in told["paths"].values():
            for operation in methods.values():
                operation["summary"] = operation["description"].split("\n")[0].rstrip(".")
        return JSONResponse(told)

    @router.get("/api/docs")
    def page() -> HTMLResponse:
        return HTMLResponse(_PAGE)

    @router.get("/api/docs-files/{name}")
    def file(name: str) -> Response:
        if name not in _FILES:
            raise HTTPException(404, "There is no such file.")
        return Response(files("fastapi_offline").joinpath("static", name).read_bytes(), media_type=_FILES[name])

    return router
