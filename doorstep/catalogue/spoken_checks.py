"""What is said to people: an officer's reply where there is one, and each text in each language of the council."""

from collections.abc import Iterator, Mapping
from typing import Any

from doorstep.catalogue import files as f
from doorstep.catalogue import stand_ins, steps
from doorstep.catalogue.build_service import Reading
from doorstep.catalogue.problem import Place, Problem
from doorstep.catalogue.words import places
from doorstep.council import queries as council
from doorstep.council.spoken import Words

# What staff alone read, in the council's own language.
OF_STAFF = {
    (f.SettingFile, "label"),
    (f.EscalateFile, "label"),
    (f.WorkflowFile, "decisions"),
    (f.StopFile, "adviser"),
    (f.PageFile, "adviser"),
    (f.ServiceFile, "knowledge"),
    (f.ServiceFile, "keywords"),
    (f.ServiceFile, "before"),
}


def problems(reading: Reading) -> Iterator[Problem]:
    """Find replies that nobody writes, and warn of texts that a language of the council lacks."""
    yield from _replies(reading)
    yield from _languages(reading)


def _replies(reading: Reading) -> Iterator[Problem]:
    """Find `{reply}` where no decision with which an officer writes leads: it would stand there empty."""
    flow, unread = reading.service.workflow, reading.unread
    if (
        any(
            unread.is_mended("workflow.yaml", *path)
            for path in (("replies",), ("stages", None, "decisions"))
        )
        or unread.files
    ):
        return
    decided = {decision for stage in flow.stages.values() for decision in stage.decisions}
    if not flow.replies <= decided:
        return  # one of them is a slip, and said as such
    written = {
        stage
        for s in flow.stages.values()
        for decision, stage in s.decisions.items()
        if decision in flow.replies
    }
    speaker = steps.speaker().name
    told = {
        str(doing.words.get("message"))
        for sid in written
        if sid in flow.stages
        for doing in flow.stages[sid].do
        if doing.step == speaker
    }
    said = "an officer writes it with a decision under `replies`, and only a message told in the stage it leads to has it"
    for name, message in reading.service.messages.items():
        if name not in told and any(
            p == "reply" for p, _ in places(message.subject + message.body)
        ):
            where = Place(f"messages/{name}.md", (), 1)
            yield where.wrong("no_reply", f"nobody has written `{{reply}}` here: {said}")
    for sid, stage in reading.flow.stages.items():
        ahead = [text for a in stage.ahead for text in (a.what, a.when)]
        for text in (stage.resident, stage.headline, *ahead):
            if any(path == "reply" for path, _ in places(text)):
                where = reading.where("workflow", "stages", sid, "resident")
                yield where.wrong("no_reply", f"`{{reply}}` stands empty here: {said}")


def _languages(reading: Reading) -> Iterator[Problem]:
    """Warn of what residents read that is not said in each language."""
    own, *others = council.languages()
    for name, model in (
        ("service", f.ServiceFile),
        ("form", f.FormFile),
        ("workflow", f.WorkflowFile),
    ):
        data = reading.sources[f"{name}.yaml"].data
        for path, text in texts(model, data, ()):
            there = set(text) if isinstance(text, Mapping) else {own}
            for code in [c for c in others if c not in there]:
                words = f"`{_last_name(path)}` is not said in {council.languages()[code]}: {{{own}: …, {code}: …}}"
                yield reading.where(name, *path).doubtful("language", words)
    for name in reading.service.messages:
        file = f"messages/{name}.md"
        for code in others:
            if file in reading.contents and f"messages/{name}.{code}.md" not in reading.contents:
                words = f"there is no messages/{name}.{code}.md: it is sent in {council.languages()[own]} alone"
                yield Place(file).doubtful("language", words)


def _last_name(path: tuple[object, ...]) -> object:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def texts(
    of: object, data: Any, path: tuple[object, ...]
) -> Iterator[tuple[tuple[object, ...], Any]]:
    """Go through the texts that residents read, as they stand in a file of this shape, each with its path."""
    those = [one for one in stand_ins.alternatives(of) if one is not type(None)]
    if Words in those:
        if data and isinstance(data, str | Mapping):
            yield path, data
        return
    for one in those:
        if stand_ins.is_model(one) and isinstance(data, Mapping):
            for name, field in stand_ins.fields(one).items():
                if name in data and (one, name) not in OF_STAFF:
                    yield from texts(stand_ins.type_of(field), data[name], (*path, name))
        elif stand_ins.shape(one) is list and isinstance(data, list):
            for n, item in enumerate(data):
                yield from texts(stand_ins.item_of(one), item, (*path, n))
        elif stand_ins.shape(one) is dict and isinstance(data, Mapping):
            for name, part in data.items():
                yield from texts(stand_ins.entry_of(one), part, (*path, name))
