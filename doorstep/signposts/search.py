"""Which services a text may be about: by the words it has in common with what each says of itself.

Plain counting, so that every proposal can be explained by the words that led to it. Nothing leaves this
process, and a text is neither kept nor logged. Limits were measured on sentences that are kept apart
from those that show how good it is: `bench/own_words.yaml`.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from doorstep.signposts.stems import Word, stem, words

MOST = 3


@dataclass(frozen=True)
class Topic:
    """What a text may be about: its key, and texts that say it, the most telling first."""

    key: str
    keywords: tuple[str, ...]
    titles: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """A topic that a text may be about, how well it fits, and the words of the text that say so."""

    key: str
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True)
class Weights:
    """How much each kind of word says, and from where on a proposal is made."""

    keyword: float = 4.0
    part: float = 1.25  # a word of a keyword of several words
    title: float = 2.0
    summary: float = 0.2
    phrase: float = 2.0  # all words of such a keyword, near each other
    typo: float = 0.9
    length: float = 0.3  # how much more a long text must say
    least: float = 4.5
    share: float = 0.3  # the least part of the best score that a further proposal has
    long_word: int = 8  # letters from which on two mistakes are forgiven
    gap: int = 4  # words that may stand between those of a keyword


@dataclass(frozen=True)
class _Found:
    """A term of the index that a word of the text stands for."""

    at: int
    term: str
    weight: float
    written: str


class Index:
    """What the topics say of themselves, ready to be compared with a text."""

    def __init__(self, topics: Iterable[Topic], weights: Weights = Weights()) -> None:
        self.weights = weights
        self._by_term: dict[str, dict[str, float]] = {}
        self._phrases: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        self._spelt: dict[str, str] = {}
        self._near: dict[str, str | None] = {}
        listed = list(topics)
        self._keys = [topic.key for topic in listed]
        for topic in listed:
            self._add(topic)
        self._rare = {
            term: math.log(1 + len(listed) / len(by_key)) for term, by_key in self._by_term.items()
        }
        self._spellings: dict[str, list[str]] = {}
        for spelling in sorted(self._spelt):
            self._spellings.setdefault(spelling[0], []).append(spelling)

    def _add(self, topic: Topic) -> None:
        w = self.weights
        for text in topic.keywords:
            every, chosen_words = words(text), _telling(text)
            self._weigh(topic.key, chosen_words, w.keyword if len(every) == 1 else w.part)
            if len(every) == 2:  # "lamp post" is also written "lamppost"
                self._weigh(topic.key, words("".join(word.plain for word in every)), w.keyword)
            # Of "no tax", "tax" alone says something else: the small word belongs to it.
            whole = every if len(chosen_words) == 1 else chosen_words
            if len(whole) > 1:
                self._weigh(topic.key, (word for word in whole if word not in chosen_words), 0.0)
                terms = tuple(word.stem for word in whole)
                for term in set(terms):
                    self._phrases.setdefault(term, []).append((topic.key, terms))
        for texts, weight in ((topic.titles, w.title), (topic.summaries, w.summary)):
            for text in texts:
                self._weigh(topic.key, [word for word in words(text) if word.says], weight)

    def _weigh(self, key: str, typed: Iterable[Word], weight: float) -> None:
        for word in typed:
            by_key = self._by_term.setdefault(word.stem, {})
            by_key[key] = max(by_key.get(key, 0.0), weight)
            self._spelt.setdefault(word.plain, word.stem)

    def keys(self) -> list[str]:
        """Return the keys of everything that can be proposed."""
        return list(self._keys)

    def propose(self, text: str) -> list[Proposal]:
        """Return up to three topics, the best first; none where the text does not say enough."""
        w = self.weights
        ranked = self.rank(text)
        count = sum(1 for word in words(text) if word.says)
        least = w.least * (1 + w.length * math.log(max(count, 1)))
        if not ranked or ranked[0].score < least:
            return []
        enough = ranked[0].score * w.share
        return [p for p in ranked[:MOST] if p.score >= enough]

    def rank(self, text: str) -> list[Proposal]:
        """Return every topic that a text has a word in common with, the best first."""
        matches = list(self._terms(words(text)))
        scores: dict[str, float] = defaultdict(float)
        because: dict[str, dict[int, str]] = {}
        best: dict[str, _Found] = {}
        for one in matches:
            if one.term not in best or best[one.term].weight < one.weight:
                best[one.term] = one
        for term, one in best.items():
            for key, weight in self._by_term[term].items():
                scores[key] += weight * self._rare[term] * one.weight
                if weight:
                    because.setdefault(key, {})[one.at] = one.written
        for key, terms in self._said_whole(matches, best):
            scores[key] += self.weights.phrase * sum(self._rare[t] * best[t].weight for t in terms)
        above_zero = [(key, score) for key, score in scores.items() if score]
        ranked = sorted(above_zero, key=lambda pair: (-pair[1], pair[0]))
        return [Proposal(key, score, _in_order(because[key])) for key, score in ranked]

    def _terms(self, typed: list[Word]) -> Iterable[_Found]:
        """Find the index's terms in a text: as they are, written in two words, or mistyped."""
        for at, word in enumerate(typed):
            if word.stem in self._by_term:
                yield _Found(at, word.stem, 1.0, word.written)
            elif word.says and (near := self._nearest(word.plain)):
                yield _Found(at, near, self.weights.typo, word.written)
        for at, (one, two) in enumerate(itertools.pairwise(typed)):
            if (term := stem(one.plain + two.plain)) in self._by_term:
                yield _Found(at, term, 1.0, f"{one.written} {two.written}")

    def _nearest(self, plain: str) -> str | None:
        """Return the term whose spelling is one mistake away, in words of five letters or more; in long ones, two.

        Hardly anyone mistypes the first letter, and many words differ by it.
        """
        if len(plain) < 5 or not plain.isalpha():
            return None
        if plain not in self._near:
            least = 2 if len(plain) >= self.weights.long_word else 1
            alike = [s for s in self._spellings.get(plain[0], ()) if len(s) >= 5]
            hit = process.extractOne(plain, alike, scorer=OSA.distance, score_cutoff=least)
            if len(self._near) > 20_000:
                self._near.clear()
            self._near[plain] = self._spelt[hit[0]] if hit else None
        return self._near[plain]

    def _said_whole(
        self, matches: list[_Found], best: Mapping[str, _Found]
    ) -> set[tuple[str, tuple[str, ...]]]:
        """Return the keywords of several words whose words stand near each other, in any order."""
        places: dict[str, list[int]] = {}
        for one in matches:
            places.setdefault(one.term, []).append(one.at)
        whole = set()
        for term in best:
            for key, terms in self._phrases.get(term, ()):
                if all(t in places for t in terms) and self._near_each_other(terms, places):
                    whole.add((key, terms))
        return whole

    def _near_each_other(self, terms: tuple[str, ...], places: Mapping[str, list[int]]) -> bool:
        reach = len(terms) - 1 + self.weights.gap
        return any(
            all(any(abs(at - start) <= reach for at in places[t]) for t in terms[1:])
            for start in places[terms[0]]
        )


def _telling(text: str) -> list[Word]:
    """Return the words of a keyword without those that say nothing; all, where none would be left."""
    every = words(text)
    return [word for word in every if word.says] or every


def _in_order(by_place: Mapping[int, str]) -> tuple[str, ...]:
    """Return words as they were written, in the text's order, each once; of "lid" and "broken lid" the latter."""
    spellings = {written.lower(): written for _, written in sorted(by_place.items())}
    pairs = " ".join(f" {small} " for small in spellings if " " in small)
    return tuple(
        written for small, written in spellings.items() if f" {small} " not in pairs or " " in small
    )
