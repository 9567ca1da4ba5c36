"""`doorstep services check|play|explain|import`."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from doorstep.cases import queries as cases
from doorstep.catalogue import actions as publishing
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.building import build_all
from doorstep.catalogue.errors import DefinitionError
from doorstep.catalogue.reading import Source
from doorstep.council import queries as council
from doorstep.rehearsal import actions as rehearsal


class Command(BaseCommand):
    """Checks, plays, explains and imports services."""

    help = "Check the services, play their examples, explain a case's decision, import the library."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a verb and what it is about."""
        parser.add_argument("verb", choices=["check", "play", "explain", "import"])
        parser.add_argument("what", nargs="*")
        parser.add_argument("--service", default="", help="the installed service a FILE is for")

    def handle(self, *args: object, **options: object) -> None:
        """Do the verb; exits 1 on any mistake or difference."""
        self.of = str(options["service"])
        getattr(self, f"_{options['verb']}")(options["what"])

    def _check(self, what: list[str]) -> None:
        wrong = 0
        for folder in catalogue.library():
            try:
                build_all(catalogue.read_folder(folder))
                self.stdout.write(f"{folder.name}: well formed")
            except DefinitionError as exc:
                wrong += 1
                for problem in exc.problems:
                    self.stderr.write(f"services/{folder.name}/{problem}")
        if wrong:
            sys.exit(1)

    def _play(self, what: list[str]) -> None:
        bad = 0
        if what:
            for name in what:
                bad += self._play_file(Path(name))
        else:
            for folder in catalogue.library():
                bad += self._play_folder(folder)
        if bad:
            sys.exit(1)

    def _play_file(self, path: Path) -> int:
        """Play a file against the version residents use now; its folder names the service, or --service."""
        slug = self.of or path.resolve().parent.name
        service = catalogue.current(slug)
        if service is None:
            raise CommandError(f"{path}: which service? Say --service SLUG of an installed one.")
        contents = catalogue.contents(service.digest)
        return self._report(contents, Source(path.name, path.read_text()).data)

    def _play_folder(self, folder: Path) -> int:
        contents = catalogue.read_folder(folder)
        service = build_all(contents)
        bad = self._report(contents, service.examples)
        if not bad:
            publishing.played(service=service, examples=len(service.examples), now=timezone.now())
        return bad

    def _report(self, contents: dict[str, str], examples: Sequence[Mapping[str, object]]) -> int:
        service = build_all(contents)
        catalogue.service(service.digest, contents)
        reports = rehearsal.play(service, contents, examples)
        wrong = [r for r in reports if r.differences]
        for report in wrong:
            self.stderr.write(f"{service.slug}: {report.name}")
            for line in report.differences:
                self.stderr.write(f"    {line}")
        self.stdout.write(f"{service.slug}: {len(reports)} examples played, {len(wrong)} differ")
        return len(wrong)

    def _import(self, what: list[str]) -> None:
        wanted = what or council.current().services
        for slug in wanted:
            folder = council.home() / "services" / slug
            if catalogue.current(slug) and not what:
                continue
            if self._play_folder(folder):
                raise CommandError(f"{slug} was not published: its examples differ.")
            publishing.publish(contents=catalogue.read_folder(folder), now=timezone.now())
            self.stdout.write(f"{slug}: published")

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
