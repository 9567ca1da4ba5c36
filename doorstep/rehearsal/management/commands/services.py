"""`doorstep services check|play|explain|diff|export|import|schema|reference`; `try` begins in doorstep.cli.trying."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from doorstep.cases import queries as cases
from doorstep.catalogue import actions as publishing
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.build_service import build_all, read_examples
from doorstep.catalogue.differences import differences, lines
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.problem import Problem
from doorstep.catalogue.schema import schemas
from doorstep.catalogue.service import Service
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.outside import away
from doorstep.rehearsal import folders, reference
from doorstep.rehearsal import playing as rehearsal
from doorstep.rehearsal.folders import Folder


class Command(BaseCommand):
    """Checks, plays, explains, compares, exports and imports services."""

    # What it says of definitions needs no look at addresses and templates, which takes half a second.
    requires_system_checks: tuple[str, ...] = ()
    help = (
        "check [SLUG|FOLDER…]: read services, the library's without a name; wants no database. play [SLUG|FOLDER|FILE…]:"
        " play the examples of services, published or not, or files of examples against a running service."
        " try SLUG|FOLDER [--port 8600]: walk one in the browser, where nothing is kept (doorstep.cli.trying). import [SLUG…]: publish what does not run yet, or the"
        " named. diff SLUG: compare the running version with the library. export SLUG FOLDER: write"
        " the running version as a folder. explain REFERENCE: why a case was decided as it was."
        " schema: write the JSON Schema that editors use. reference: write the page that says all that a service can be made of."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a verb and what it is about."""
        verbs = ["check", "play", "explain", "diff", "export", "import", "schema", "reference"]
        parser.add_argument("verb", choices=verbs)
        parser.add_argument("what", nargs="*")
        parser.add_argument("--service", default="", help="the installed service a FILE is for")
        parser.add_argument(
            "--gaps", action="store_true", help="of play: list what no example walks"
        )
        says = "of play: a service with fewer examples is told so (left out: the council's fewest_examples)"
        parser.add_argument("--fewest", type=int, help=says)

    def handle(self, *args: object, **options: object) -> None:
        """Do the verb; exits 1 on any mistake, and of `play` on any example that differs."""
        self.of, self.with_gaps = str(options["service"]), bool(options["gaps"])
        fewest: Any = options["fewest"]
        self.fewest: int = council.current().fewest_examples if fewest is None else fewest
        try:
            getattr(self, f"_{options['verb']}")(options["what"])
        except ProgrammingError as exc:
            if not _is_to_migrate():
                raise
            raise CommandError(
                "The database is of an earlier version: run `doorstep migrate`, then this again."
            ) from exc
        except OperationalError as exc:
            raise CommandError(f"The database cannot be used: {away.why(exc)[0]}.") from exc

    def _problems(self, shown: str, exc: DefinitionError) -> None:
        for problem in exc.problems:
            self.stderr.write(f"{shown}/{problem}")

    def _check(self, what: list[str]) -> None:
        wrong = 0
        for folder in self._folders(what):
            try:
                examined = catalogue.examine(folder.path)
            except DefinitionError as exc:
                self._problems(folder.shown, exc)
                wrong += 1
                continue
            own = catalogue.own_settings_problems(examined.service)
            self._found(folder.shown, examined.problems, in_full=bool(what))
            for problem in own:
                self.stderr.write(str(problem))
            if own or any(not problem.is_warning for problem in examined.problems):
                wrong += 1
            else:
                self.stdout.write(f"{folder.path.name}: well formed")
        if wrong:
            sys.exit(1)

    def _folders(self, what: list[str]) -> list[Folder]:
        """Return the folders that are meant; without a name, every one of the library. Raises CommandError."""
        try:
            return [folders.find(name) for name in what] if what else folders.library()
        except Refused as exc:
            raise CommandError(str(exc.values["words"])) from exc

    def _found(self, shown: str, problems: Sequence[Problem], *, in_full: bool) -> None:
        """Say what was found; warnings in full where a service is asked about by name, else how many there are."""
        warnings = [problem for problem in problems if problem.is_warning]
        mistakes = [problem for problem in problems if not problem.is_warning]
        # A mistake is not to be looked for among fifty warnings.
        for problem in mistakes or (warnings if in_full else ()):
            self.stderr.write(f"{shown}/{problem}")
        if warnings and (mistakes or not in_full):
            many = "1 warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
            name = shown.removeprefix("services/")
            once = ", once that is mended" if mistakes else ""
            self.stderr.write(f"{shown}: {many}; `services check {name}` says them{once}")

    def _play(self, what: list[str]) -> None:
        if any(Path(name).is_file() for name in what):
            bad = sum(self._play_file(Path(name)) for name in what)
        else:
            bad = sum(self._play_folder(folder) is None for folder in self._folders(what))
        if bad:
            sys.exit(1)

    def _play_file(self, path: Path) -> int:
        """Play a file against the version residents use now; its folder names the service, or --service."""
        slug = self.of or path.resolve().parent.name
        service = catalogue.current(slug)
        if service is None:
            raise CommandError(f"{path}: which service? Say --service SLUG of an installed one.")
        contents = catalogue.contents(service.digest)
        try:
            examples = read_examples(str(path), path.read_text())
        except DefinitionError as exc:
            raise CommandError(str(exc)) from exc
        except OSError as exc:
            raise CommandError(f"{path} cannot be read: {exc.strerror}.") from exc
        return self._report(service, contents, examples)

    def _play_folder(self, folder: Folder) -> dict[str, str] | None:
        """Play a folder's examples; return its files when all came out."""
        try:
            service, contents = catalogue.of_folder(folder.path)
        except DefinitionError as exc:
            self._problems(folder.shown, exc)
            return None
        if self._report(service, contents, service.examples, of_folder=True):
            return None
        if folder.in_library:
            publishing.played(service=service, examples=len(service.examples), now=timezone.now())
        return contents

    def _report(
        self,
        service: Service,
        contents: dict[str, str],
        examples: Sequence[Mapping[str, object]],
        *,
        of_folder: bool = False,
    ) -> int:
        """Play examples and say what came of them, and of a folder what they walk of it; return how many differ."""
        reports = rehearsal.play(service, contents, examples)
        wrong = [r for r in reports if r.differences]
        for report in wrong:
            self.stderr.write(f"{service.slug}: {report.name}")
            for line in report.differences:
                self.stderr.write(f"    {line}")
        many = "1 example" if len(reports) == 1 else f"{len(reports)} examples"
        said = f"{service.slug}: {many} played, {len(wrong)} differ"
        if of_folder:
            found = rehearsal.walked_by(service, reports)
            said = f"{said}; {found.said()}"
        self.stdout.write(said)
        if of_folder and len(reports) < self.fewest:
            self.stderr.write(f"{service.slug}: fewer than {self.fewest} examples")
        for gap in found.gaps() if of_folder and self.with_gaps else ():
            self.stdout.write(f"    {gap}")
        return len(wrong)

    def _import(self, what: list[str]) -> None:
        """Publish the named; without names, what the council wants and does not run yet."""
        failed = []
        for slug in what or council.current().services:
            if not what and catalogue.current(slug):
                self._offer(slug)
            elif not self._import_one(slug):
                failed.append(slug)
        if failed:
            raise CommandError(f"Not published: {', '.join(failed)}. What is wrong stands above.")

    def _offer(self, slug: str) -> None:
        """Say that the library holds another version; the council's own stays until it is asked for."""
        if catalogue.standing(slug) not in ("newer", "wrong"):
            return
        try:
            catalogue.of_folder(catalogue.folder_of(slug))
        except DefinitionError as exc:
            self._problems(f"services/{slug}", exc)
            self.stderr.write(f"{slug}: the library's folder has mistakes; the running one stays.")
            return
        self.stdout.write(
            f"{slug}: a newer version in the library is offered; the running one stays. See"
            f" `doorstep services diff {slug}`; publish it at /desk/services, or by"
            f" `doorstep services import {slug}`."
        )

    def _import_one(self, slug: str) -> bool:
        contents = self._play_folder(folders.find(self._folder(slug).name))
        if contents is None:
            return False
        publishing.publish(contents=contents, now=timezone.now())
        self.stdout.write(f"{slug}: published")
        return True

    def _folder(self, slug: str) -> Path:
        try:
            return catalogue.folder_of(slug)
        except Refused as exc:
            raise CommandError(f"There is no services/{slug}/service.yaml.") from exc

    def _running(self, what: list[str]) -> Service:
        service = catalogue.current(what[0]) if what else None
        if service is None:
            running = ", ".join(s.slug for s in catalogue.running()) or "none"
            raise CommandError(f"Give the name of a service that runs; there are: {running}.")
        return service

    def _diff(self, what: list[str]) -> None:
        """Say what would change if the library's folder were published: by parts, then by lines."""
        service = self._running(what)
        folder, old = self._folder(service.slug), catalogue.contents(service.digest)
        try:
            new = catalogue.read_folder(folder)
            parts, changed = differences(old, new), lines(old, new)
            build_all(new)
        except DefinitionError as exc:
            self._problems(f"services/{folder.name}", exc)
            sys.exit(1)
        if not changed:
            self.stdout.write(f"{service.slug}: no difference")
            return
        for part in parts:
            self.stdout.write(str(part))
        if not parts:
            self.stdout.write("Only comments or layout differ.")
        for text in changed.values():
            self.stdout.write("\n" + "\n".join(text))

    def _export(self, what: list[str]) -> None:
        """Write the running version as a folder; one that holds anything is never written into."""
        if len(what) != 2:
            raise CommandError("Say which service, and the folder to write: export SLUG FOLDER.")
        service, folder = self._running(what), Path(what[1])
        try:
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise CommandError(f"{folder} is not empty; name a folder that is new or empty.")
            for name, text in catalogue.contents(service.digest).items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8")
        except OSError as exc:
            raise CommandError(f"{folder} cannot be written: {exc.strerror}.") from exc
        self.stdout.write(f"{service.slug}: written to {folder}")

    def _schema(self, what: list[str]) -> None:
        folder = council.home() / "services" / "schema"
        folder.mkdir(exist_ok=True)
        for name, text in schemas().items():
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
            self.stdout.write(f"services/schema/{name}.json: written")

    def _reference(self, what: list[str]) -> None:
        path = council.home() / "docs" / "reference.md"
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent} to write the reference into.")
        path.write_text(reference.page(), encoding="utf-8")
        self.stdout.write("docs/reference.md: written")

    def _explain(self, what: list[str]) -> None:
        case = cases.by_reference(what[0]) if what else None
        if case is None:
            raise CommandError("Give the reference of a case, such as MB-4K7T-9XQ2.")
        for page, decision in case.decisions.items():
            self.stdout.write(
                f"{page}: {decision['result']} {decision['code']} at {decision['at']}"
            )
            for tried in decision["tried"]:
                self.stdout.write(f"  {'holds ' if tried['held'] else 'not   '} {tried['rule']}")
                self.stdout.write(f"         read {tried['read']}")


def _is_to_migrate() -> bool:
    """Say whether the database lacks what this version wants."""
    plan = MigrationExecutor(connection)
    return bool(plan.migration_plan(plan.loader.graph.leaf_nodes()))
