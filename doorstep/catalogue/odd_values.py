"""Values that can be read and cannot be meant: a word that a step does not know, bounds that nothing fits, a blank text."""

import re
from collections.abc import Iterator, Mapping

from doorstep.catalogue import files as f
from doorstep.catalogue import spoken_checks, steps
from doorstep.catalogue.build_service import Reading
from doorstep.catalogue.problem import Place, Problem
from doorstep.catalogue.service import Doing
from doorstep.council import queries as council
from doorstep.forms.questions.kinds import KINDS
from doorstep.forms.rules.errors import suggest

MOST_LETTERS = 20_000
# What may be wrong with any answer, besides what its kind refuses.
COMMON = ("missing", "too_long", "one_line", "not_an_option", "pattern", "least", "most", "not_had")
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def problems(reading: Reading) -> Iterator[Problem]:
    """Find them, each with file and line."""
    for i, page in enumerate(reading.form.pages):
        yield from _page(reading, page, i)
    yield from _steps(reading)
    yield from _words_of_steps(reading)
    yield from _texts(reading)
    yield from _messages(reading)


def _page(reading: Reading, page: f.PageFile, i: int) -> Iterator[Problem]:
    if not (
        page.questions or page.facts or page.check or page.values or page.repeat
    ) and not reading.is_lost(page.page):
        words = f"the page `{page.page}` asks nothing and decides nothing: give it a question, or leave it out"
        yield reading.where("form", "pages", i).wrong("page_empty", words)
    for n, question in enumerate(page.questions):
        at = ("pages", i, "questions", n)
        most = question.max_length
        if most is not None and not 1 <= most <= MOST_LETTERS:
            words = f"`max_length` is from 1 to {MOST_LETTERS}"
            yield reading.where("form", *at, "max_length").wrong("out_of_range", words)
        if "types" in question.model_fields_set and not question.types:
            words = "`types` names at least one type of file, or is left out"
            yield reading.where("form", *at, "types").wrong("file_types", words)
        low, high = question.least, question.most
        if _is_number(low) and _is_number(high) and int(str(low)) > int(str(high)):
            words = f"nothing is both {low} or more and {high} or less"
            yield reading.where("form", *at, "least").wrong("out_of_range", words)
        yield from _codes(reading, question, *at)


def _is_number(value: object) -> bool:
    return re.fullmatch(r"-?\d{1,15}", str(value)) is not None


def _codes(reading: Reading, question: f.QuestionFile, *at: object) -> Iterator[Problem]:
    """Find own words for a mistake that there is not."""
    kind = KINDS.get(question.kind)
    if kind is None:
        return
    known = {*COMMON, *kind.refusals, *(example.refused for example in kind.examples)} - {""}
    for code in question.errors:
        if code not in known:
            words = f"`{question.kind}` has no mistake `{code}`{suggest(code, known)}; there are: {', '.join(sorted(known))}"
            where = reading.where("form", *at, "errors", code)
            yield where.doubtful("no_such_mistake", words)


def _steps(reading: Reading) -> Iterator[Problem]:
    """Find words of a step that it does not know."""
    flow = reading.service.workflow
    lists: list[tuple[tuple[str, ...], tuple[Doing, ...]]] = [(("reserve",), flow.reserve)]
    lists += [(("stages", stage.id, "do"), stage.do) for stage in flow.stages.values()]
    for path, doings in lists:
        for doing in doings:
            for name, known in steps.kind(doing.step).values.items():
                said = doing.words.get(name)
                if name in doing.words and said not in known:
                    there = ", ".join(
                        str(v).lower() if isinstance(v, bool) else str(v) for v in known
                    )
                    hint = suggest(str(said), [str(v) for v in known])
                    words = f"`{name}` of `{doing.step}` cannot be `{said}`{hint}; it is one of: {there}"
                    where = reading.where("workflow", *path, doing.number, doing.step, name)
                    yield where.wrong("not_among", words)


# Plain words of steps that are lists or parts, and none that people read.
_NO_TEXTS = ("outcomes", "what", "attributes", "approved", "with_contact", "with_photos")


def _words_of_steps(reading: Reading) -> Iterator[Problem]:
    """Find plain words of a step that are no text, or that name something: they are read as they stand."""
    for stage in reading.service.workflow.stages.values():
        for doing in stage.do:
            for name, said in doing.words.items():
                where = reading.where(
                    "workflow", "stages", stage.id, "do", doing.number, doing.step, name
                )
                if name in _NO_TEXTS:
                    continue
                if not isinstance(said, str):
                    words = f"`{name}` of `{doing.step}` must be a text"
                    yield where.wrong("wrong_type", words)
                elif "{" in said:
                    words = f"`{name}` of `{doing.step}` is read as it stands: no names in braces"
                    yield where.wrong("stray_brace", words)


def _texts(reading: Reading) -> Iterator[Problem]:
    """Find texts that are blank, in no language of the council, or not in its own."""
    own, *_others = languages = list(council.languages())
    for name, model in (
        ("service", f.ServiceFile),
        ("form", f.FormFile),
        ("workflow", f.WorkflowFile),
    ):
        for path, text in spoken_checks.texts(model, reading.sources[f"{name}.yaml"].data, ()):
            where = reading.where(name, *path)
            said = text if isinstance(text, Mapping) else {own: text}
            for code in (code for code in said if str(code) not in languages):
                words = (
                    f"`{code}` is no language of this council; there are: {', '.join(languages)}"
                )
                yield where.wrong("no_such_language", words)
            if own not in said:
                words = f"it is not said in {council.languages()[own]}, the council's own language: {{{own}: …}}"
                yield where.wrong("own_language", words)
            if any(isinstance(one, str) and not one.strip() for one in said.values()):
                yield where.wrong("blank", "a text is blank: write it, or leave it out")


def _messages(reading: Reading) -> Iterator[Problem]:
    """Find messages in no language of the council, that nothing sends, or with signs that nobody sees."""
    told = _told(reading)
    for file, text in reading.contents.items():
        if not file.startswith("messages/"):
            continue
        if _HIDDEN.search(text):
            yield Place(file).wrong(
                "hidden_sign", "a sign that nobody sees stands in it: write it anew"
            )
        name, _, code = file.removeprefix("messages/").removesuffix(".md").partition(".")
        if code and code not in council.languages():
            words = f"`{code}` is no language of this council; there are: {', '.join(council.languages())}"
            yield Place(file).wrong("no_such_language", words)
        elif not code and told and name not in told:
            yield Place(file).doubtful("message_unused", f"nothing sends the message `{name}`")


def _told(reading: Reading) -> set[str]:
    """Return the messages that something sends; none where one of them is not there, which is said already."""
    flow = reading.service.workflow
    doings = [doing for stage in flow.stages.values() for doing in stage.do]
    speaker = steps.speaker().name
    named = [str(d.words.get("message", "")) for d in doings if d.step == speaker]
    if (
        "" in named
        or reading.unread.files
        or not {*named, flow.corrected} - {""} <= set(reading.service.messages)
    ):
        return set()
    return {flow.corrected, *(str(value) for doing in doings for value in doing.words.values())}
