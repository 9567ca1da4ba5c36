"""The API's addresses, its description, and how errors of every operation are drawn."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from doorstep.web.api import cases, properties, services
from doorstep.web.api.access import door, nowhere
from doorstep.web.api.problems import Fault, Problem, ProblemShape, drawn
from doorstep.web.api.reading import Strict

REFS = "#/components/schemas/{model}"


class Api(NinjaAPI):
    """The API; its description has one shape for every error."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """Return the OpenAPI description."""
        schema = super().get_openapi_schema(path_prefix="/api/v1/")
        shape = ProblemShape.model_json_schema(ref_template=REFS)
        schema["components"]["schemas"] |= {**shape.pop("$defs"), "Problem": shape}
        return schema


api = Api(
    title="Doorstep",
    version="1",
    description="Services of the council: what they ask, sending a request, where it stands, bin days.",
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    parser=Strict(),
)
for _router in (services.router, cases.router, properties.router):
    api.add_router("", _router)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, exc: Any) -> HttpResponse:
    return drawn(exc.json)


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, exc: Any) -> HttpResponse:
    return drawn(Problem(401, "no_token").json)


@api.exception_handler(HttpError)
def _not_json(request: HttpRequest, exc: Any) -> HttpResponse:
    # The only other one that django-ninja raises here.
    return drawn(Problem(400, "not_json").json)


@api.exception_handler(ValidationError)
def _not_as_described(request: HttpRequest, exc: Any) -> HttpResponse:
    """Say what of a call is not as described: 422 where it is the body alone, else 400."""
    faults = [_fault(e) for e in exc.errors]
    status = 422 if all(f.pointer for f in faults) else 400
    errors = [f.model_dump(exclude_none=True) for f in faults]
    return drawn(Problem(status, "not_as_described", errors=errors).json)


def _fault(error: dict[str, Any]) -> Fault:
    where, *rest = [str(part) for part in error["loc"]]
    if where == "body":
        parts = [part.replace("~", "~0").replace("/", "~1") for part in rest[1:]]
        return Fault(pointer="/".join(["#", *parts]), code=error["type"], detail=error["msg"])
    name = "/".join(rest).replace("_", "-") if where == "header" else "/".join(rest)
    return Fault(parameter=name, code=error["type"], detail=error["msg"])


@require_safe
def describe(request: HttpRequest) -> HttpResponse:
    """Return the description (OpenAPI 3.1)."""
    return JsonResponse(_description())


@cache
def _description() -> dict[str, Any]:
    return dict(api.get_openapi_schema())


urlpatterns = [
    path("/v1/openapi.json", door(describe), name="openapi"),
    *(
        path(f"/v1/{entry.pattern}", door(entry.callback), name=f"api_{entry.name}")
        for entry in api.urls[0]
        if isinstance(entry, URLPattern) and entry.name != "api-root"
    ),
    # Whatever else, line breaks too, which `<path:rest>` would let by.
    re_path(r"^(/[\s\S]*)?\Z", door(nowhere)),
]
