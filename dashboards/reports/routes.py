"""The addresses of the papers: each asks anew who looks, what they may see, and makes the PDF.

Never by Streamlit's `/media`, whose addresses anybody may open (trust.md 0, finding 8). What is not
there and what is not yours get the same answer. Not here: what a paper says.
"""

from __future__ import annotations

from functools import partial

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboards.reports.ask import NotYoursError
from dashboards.reports.paper import Paper
from dashboards.reports.shelf import paper_of
from dashboards.texts import papers as words
from dashboards.warehouse import WarehouseError

# A paper is made for whom asks, and for now.
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
# Making one takes a second of a core; the pages of everybody else go on meanwhile.
_ONE_AT_A_TIME = anyio.CapacityLimiter(1)


async def _answer(request: Request) -> Response:
    kind = request.path_params["kind"]
    name = request.path_params.get("name")
    try:
        make = partial(paper_of, kind, name, dict(request.query_params))
        paper = await anyio.to_thread.run_sync(make, limiter=_ONE_AT_A_TIME)
    except NotYoursError:
        return PlainTextResponse(words.NO_PAPER, 404, _HEADERS)
    except WarehouseError as error:
        return PlainTextResponse(str(error), 503, _HEADERS)
    return _sent(paper)


def _sent(paper: Paper) -> Response:
    named = {"Content-Disposition": f'inline; filename="{paper.name}"'}
    return Response(paper.pdf, 200, {**_HEADERS, **named}, "application/pdf")


def routes() -> list[BaseRoute]:
    """Give the routes for the server around the pages."""
    return [
        Route("/papers/{kind}.pdf", _answer, methods=["GET"]),
        Route("/papers/{kind}/{name}.pdf", _answer, methods=["GET"]),
    ]
