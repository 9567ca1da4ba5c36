"""The contract of an identity provider, held by the connector against the stand-in: who came, or what of it is not believed."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from doorstep.connectors import oidc as wire
from doorstep.connectors.oidc import Oidc
from doorstep.outside import breaker, http
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.outside.identity import Declined, IdentityProvider, NotBelieved, Person, Started
from standins.oidc import tokens
from standins.oidc.app import FAULTS, StandIn
from tests import signing_on
from tests.at_once import at_once
from tests.signing_on import BACK, Browser, fields

WHO = "owen"


@pytest.fixture(params=["RS256", "ES256"])
def standin(request: Any, settings: Any) -> Iterator[StandIn]:
    """Answer as Entra ID does, with either kind of key; the secret in the form, and in the header."""
    methods = {"RS256": ("client_secret_post",), "ES256": ("client_secret_basic",)}[request.param]
    with signing_on.provider(settings, kind=request.param, methods=methods) as app:
        yield app


@pytest.fixture
def plain(settings: Any) -> Iterator[StandIn]:
    """The same, with one kind of key."""
    with signing_on.provider(settings) as app:
        yield app


@pytest.fixture
def provider() -> IdentityProvider:
    return Oidc()


def now() -> datetime:
    return datetime.now(UTC)


def start(provider: IdentityProvider, fresh: bool = False) -> Started:
    return provider.start(back=BACK, fresh=fresh, now=now())


def come_back(
    provider: IdentityProvider, app: StandIn, started: Started, who: str = WHO, at: Any = None
) -> Person:
    """Sign in there as somebody, and bring back what the provider gave along."""
    answer = fields(Browser().press(started.url, app.person(who).oid))
    return provider.finish(started=started, answer=answer, back=BACK, now=at or now())


def signed_in(provider: IdentityProvider, app: StandIn, fresh: bool = False) -> Person:
    return come_back(provider, app, start(provider, fresh))


def test_who_signs_in_is_known_by_what_never_changes(
    standin: StandIn, provider: IdentityProvider
) -> None:
    owen = standin.person(WHO)
    person = signed_in(provider, standin)
    assert (person.issuer, person.key) == (standin.issuer, owen.oid)
    assert (person.username, person.name) == ("owen.hughes@council.example", "Owen Hughes")
    assert person.roles == {"Doorstep.Officer"} and person.groups == frozenset()
    assert person.proved is None and person.overage is False
    # Another name, and the mailbox given to somebody else: the person stays the same.
    owen.username, owen.name = "o.jones@council.example", "Owen Jones"
    later = come_back(provider, standin, start(provider), "o.jones")
    assert (later.key, later.name) == (person.key, "Owen Jones")


def test_what_is_asked_for_is_ours_alone_each_time(
    plain: StandIn, provider: IdentityProvider
) -> None:
    one, two = start(provider), start(provider)
    asked = fields(one.url)
    assert asked["response_type"] == "code" and asked["scope"] == "openid profile"
    assert (asked["state"], asked["nonce"]) == (one.state, one.nonce)
    assert asked["code_challenge_method"] == "S256" and one.verifier not in one.url
    assert signing_on.SECRET not in one.url and "max_age" not in asked
    assert len({one.state, two.state, one.nonce, two.nonce, one.verifier, two.verifier}) == 6
    assert fields(start(provider, fresh=True).url)["max_age"] == "0"


def test_a_fresh_proof_says_when(standin: StandIn, provider: IdentityProvider) -> None:
    before = now() - timedelta(seconds=1)
    proved = signed_in(provider, standin, fresh=True).proved
    assert proved is not None and before <= proved <= now()


def test_who_is_signed_in_there_passes_but_not_where_a_fresh_proof_is_asked_for(
    plain: StandIn, provider: IdentityProvider
) -> None:
    browser = Browser()
    browser.press(start(provider).url, plain.person(WHO).oid)
    assert "code" in fields(browser.ask(start(provider).url)[1])
    status, there, page = browser.ask(start(provider, fresh=True).url)
    assert (status, there) == (200, "") and "prove anew" in page


def test_groups_come_along_where_there_are_few(plain: StandIn, provider: IdentityProvider) -> None:
    plain.person(WHO).groups = ["g-1", "g-2"]
    person = signed_in(provider, plain)
    assert person.groups == {"g-1", "g-2"} and not person.overage


@pytest.mark.parametrize(
    ("fault", "roles"),
    [
        ("overage", set()),
        ("hasgroups", set()),
        ("overage_beside_roles", {"Doorstep.Officer"}),
        ("", {"Doorstep.Officer"}),
    ],
)
def test_too_many_groups_are_said_and_are_no_groups(
    plain: StandIn, provider: IdentityProvider, fault: str, roles: set[str]
) -> None:
    plain.person(WHO).groups = [f"g-{n}" for n in range(201 if not fault else 3)]
    plain.fault = fault
    person = signed_in(provider, plain)
    assert person.overage and person.groups == frozenset() and person.roles == roles


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b", "ключ", 17, ["a"], {"a": 1}, True])
def test_a_key_that_is_no_name_is_nobodys(
    plain: StandIn, provider: IdentityProvider, key: Any
) -> None:
    plain.person(WHO).oid, oid = key, plain.person(WHO).oid
    started = start(provider)
    answer = fields(Browser().press(started.url, oid))
    with pytest.raises(NotBelieved, match="oid"):
        provider.finish(started=started, answer=answer, back=BACK, now=now())


@pytest.mark.parametrize("moment", [1_800_000_000_000, -1e300, 1e300, "now", True, None, {}, []])
def test_a_moment_that_is_none_is_no_proof(
    plain: StandIn, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch, moment: Any
) -> None:
    started = start(provider, fresh=True)
    monkeypatch.setitem(tokens.WRONG, "odd_roles", lambda claims: claims.update(auth_time=moment))
    plain.fault = "odd_roles"
    with pytest.raises(NotBelieved, match="auth_time"):
        come_back(provider, plain, started)


def test_roles_that_are_no_list_are_none(plain: StandIn, provider: IdentityProvider) -> None:
    plain.fault = "odd_roles"
    person = signed_in(provider, plain)
    assert person.roles == person.groups == frozenset()


# What of the answer, by the stand-in's fault, and what is said of it.
NOT_BELIEVED = {
    "wrong_nonce": "nonce: invalid_claim",
    "no_nonce": "nonce: missing_claim",
    "wrong_aud": "aud: invalid_claim",
    "aud_list": "azp: the token is another client's",
    "wrong_azp": "azp: the token is another client's",
    "wrong_iss": "iss: invalid_claim",
    "wrong_tenant": "tid: invalid_claim",
    "no_tenant": "tid: missing_claim",
    "no_oid": "oid: missing_claim",
    "no_sub": "sub: missing_claim",
    "no_exp": "exp: missing_claim",
    "stale": "exp: expired_token",
    "future": "iat: invalid_claim",
    "no_iat": "iat: missing_claim",
    "other_key": "the signature does not hold: BadSignatureError",
    "unknown_key": "the signature does not hold: InvalidKeyIdError",
    "withdrawn_key": "the signature does not hold: InvalidKeyIdError",
    "alg_none": "the signature does not hold: UnsupportedAlgorithmError",
    "hs256": "the signature does not hold: UnsupportedAlgorithmError",
    "spent_code": "the code is not taken",
    "no_token": "there is no ID token",
    "wrong_response_iss": "the answer is another issuer's",
    "no_response_iss": "the answer is another issuer's",
}
# What is not believed where a fresh proof was asked for.
NOT_FRESH = {
    name: "auth_time: it was not proved anew"
    for name in ("stale_auth_time", "future_auth_time", "no_auth_time")
}
# What keeps a sign-in from beginning.
NOT_BEGUN = {
    "other_issuer": "the document names another issuer",
    "plain_http": "an address of the provider is not https",
    "garbage": "document: the answer is no JSON",
}


@pytest.mark.parametrize("fault", NOT_BELIEVED)
def test_what_is_not_as_it_must_be_proves_nothing(
    standin: StandIn, provider: IdentityProvider, fault: str
) -> None:
    started = start(provider)
    standin.fault = fault
    with capture_logs() as logs, pytest.raises(NotBelieved) as refused:
        come_back(provider, standin, started)
    assert refused.value.reason == NOT_BELIEVED[fault]
    # Nothing of what went to and fro is logged, nor said.
    secrets = (started.state, started.nonce, started.verifier, signing_on.SECRET, "owen", "Owen")
    assert not any(word in f"{logs} {refused.value}" for word in secrets)


@pytest.mark.parametrize("fault", NOT_FRESH)
def test_a_proof_that_is_not_fresh_is_none(
    plain: StandIn, provider: IdentityProvider, fault: str
) -> None:
    started = start(provider, fresh=True)
    plain.fault = fault
    with pytest.raises(NotBelieved) as refused:
        come_back(provider, plain, started)
    assert refused.value.reason == NOT_FRESH[fault]
    # Who only signs in need prove nothing anew; a proof that is yet to come is none.
    person = signed_in(provider, plain)
    assert person.key == plain.person(WHO).oid
    assert (person.proved is None) == (fault != "stale_auth_time")


@pytest.mark.parametrize("fault", NOT_BEGUN)
def test_a_provider_that_is_another_is_not_asked(
    plain: StandIn, provider: IdentityProvider, fault: str
) -> None:
    plain.fault = fault
    with pytest.raises(NotBelieved) as refused:
        start(provider)
    assert refused.value.reason == NOT_BEGUN[fault]
    assert all(path.endswith("openid-configuration") for _method, path in plain.seen)


def test_every_fault_of_the_stand_in_has_its_test() -> None:
    others = {"refuses", "down", "slow", "odd_roles"}
    others |= {"overage", "overage_beside_roles", "hasgroups"}
    assert set(FAULTS) - {""} == {*NOT_BELIEVED, *NOT_FRESH, *NOT_BEGUN, *others}


def test_who_is_not_let_in_or_goes_no_further_is_declined(
    plain: StandIn, provider: IdentityProvider
) -> None:
    started = start(provider)
    cancelled = fields(Browser().press(started.url, ""))
    plain.fault = "refuses"
    refused = fields(Browser().press(started.url, plain.person(WHO).oid))
    for answer in (cancelled, refused):
        with pytest.raises(Declined, match="access_denied"):
            provider.finish(started=started, answer=answer, back=BACK, now=now())


def test_a_provider_that_is_down_or_slow_may_answer_later(
    plain: StandIn, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = start(provider)
    plain.fault = "down"
    with pytest.raises(TryLater):
        Oidc().start(back=BACK, fresh=False, now=now())
    answer = {"state": started.state, "iss": plain.issuer, "error": "temporarily_unavailable"}
    with pytest.raises(TryLater):
        provider.finish(started=started, answer=answer, back=BACK, now=now())
    plain.fault, plain.seconds = "slow", 3.0
    limits = http.Limits(seconds=1.3, connect=0.5, most_bytes=100_000)
    monkeypatch.setattr(wire, "SHORT", limits)
    with pytest.raises(TryLater):
        Oidc().start(back=BACK, fresh=False, now=now())


def test_a_slow_provider_keeps_one_thread_waiting_for_what_it_says_of_itself(
    plain: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wire.SHORT.seconds <= 3
    limits = http.Limits(seconds=2.0, connect=0.5, most_bytes=100_000)
    monkeypatch.setattr(wire, "SHORT", limits)
    plain.fault, plain.seconds = "slow", 3.0
    here, took = Oidc(), []

    def begin() -> None:
        began = time.monotonic()
        with pytest.raises(TryLater):
            here.start(back=BACK, fresh=False, now=now())
        took.append(time.monotonic() - began)

    assert at_once(*[begin] * 6) == ["done"] * 6
    begin()  # that it failed is remembered
    assert sum(seconds > 0.5 for seconds in took) == 1 and len(took) == 7
    plain.fault = ""
    breaker.forget()
    with pytest.raises(TryLater):
        here.start(back=BACK, fresh=False, now=now())
    monkeypatch.setattr(here, "_rests_until", time.monotonic())
    assert here.start(back=BACK, fresh=False, now=now()).url


def test_two_codes_are_exchanged_at_once_and_a_third_waits_for_none(
    plain: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = http.Limits(seconds=1.5, connect=0.5, most_bytes=100_000)
    monkeypatch.setattr(wire, "LIMITS", limits)
    here, took = Oidc(), []
    started = here.start(back=BACK, fresh=False, now=now())
    plain.fault, plain.seconds = "slow", 3.0
    answer = {"state": started.state, "iss": plain.issuer, "code": "x"}

    def finish() -> None:
        began = time.monotonic()
        with pytest.raises(TryLater):
            here.finish(started=started, answer=answer, back=BACK, now=now())
        took.append(time.monotonic() - began)

    assert at_once(*[finish] * 5) == ["done"] * 5
    assert sum(seconds > 0.5 for seconds in took) == 2 and len(took) == 5


def test_what_is_kept_serves_while_one_asks_anew(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Oidc()
    here.start(back=BACK, fresh=False, now=now())
    monkeypatch.setattr(wire, "KEPT_SECONDS", 0.0)
    with here._reading:
        assert here.start(back=BACK, fresh=False, now=now()).url


def test_garbage_for_keys_or_a_token_is_not_believed(
    plain: StandIn, provider: IdentityProvider
) -> None:
    started = start(provider)
    answer = fields(Browser().press(started.url, plain.person(WHO).oid))
    plain.fault = "garbage"
    with pytest.raises(NotBelieved, match="token: the answer is no JSON"):
        provider.finish(started=started, answer=answer, back=BACK, now=now())


@pytest.mark.parametrize("what", ["state", "no_state", "no_code", "error"])
def test_an_answer_that_is_not_to_what_we_asked(
    plain: StandIn, provider: IdentityProvider, what: str
) -> None:
    started = start(provider)
    answer = fields(Browser().press(started.url, plain.person(WHO).oid))
    changes: dict[str, dict[str, str]] = {
        "state": {"state": start(provider).state},
        "no_state": {"state": ""},
        "no_code": {"code": ""},
        "error": {"error": "invalid_scope"},
    }
    with pytest.raises(NotBelieved):
        provider.finish(started=started, answer=answer | changes[what], back=BACK, now=now())
    assert not any(path.endswith("/token") for _method, path in plain.seen)


def test_a_code_works_once_and_only_with_its_own_verifier_and_place(
    standin: StandIn, provider: IdentityProvider
) -> None:
    ours, theirs = start(provider), start(provider)
    theirs_answer = fields(Browser().press(theirs.url, standin.person("ada").oid))
    # Somebody else's code, brought under our own state: the verifier is not theirs.
    foreign = theirs_answer | {"state": ours.state}
    with pytest.raises(NotBelieved, match="the code is not taken"):
        provider.finish(started=ours, answer=foreign, back=BACK, now=now())
    answer = fields(Browser().press(ours.url, standin.person(WHO).oid))
    with pytest.raises(NotBelieved, match="the code is not taken"):
        provider.finish(started=ours, answer=answer, back=f"{BACK}/", now=now())
    started = start(provider)
    answer = fields(Browser().press(started.url, standin.person(WHO).oid))
    provider.finish(started=started, answer=answer, back=BACK, now=now())
    with pytest.raises(NotBelieved, match="the code is not taken"):
        provider.finish(started=started, answer=answer, back=BACK, now=now())


def test_times_may_differ_by_two_minutes_and_no_more(
    plain: StandIn, provider: IdentityProvider
) -> None:
    for at in (now() - timedelta(seconds=110), now() + timedelta(seconds=3600 + 110)):
        assert come_back(provider, plain, start(provider), at=at).key
    for at in (now() - timedelta(seconds=130), now() + timedelta(seconds=3600 + 130)):
        with pytest.raises(NotBelieved):
            come_back(provider, plain, start(provider), at=at)


def keys_read(app: StandIn) -> int:
    return sum(path.endswith("/keys") for _method, path in app.seen)


def test_a_new_key_is_asked_for_once_a_minute_at_most(
    standin: StandIn, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(provider, standin)
    signed_in(provider, standin)
    assert keys_read(standin) == 1
    standin.rotate()
    with pytest.raises(NotBelieved, match="InvalidKeyIdError"):
        signed_in(provider, standin)
    assert keys_read(standin) == 1
    monkeypatch.setattr(wire, "KEYS_AGAIN_SECONDS", 0.0)
    assert signed_in(provider, standin).key
    assert keys_read(standin) == 2
    # One that is kept is not asked for again, until the hour is over.
    signed_in(provider, standin)
    assert keys_read(standin) == 2
    monkeypatch.setattr(wire, "KEPT_SECONDS", 0.0)
    signed_in(provider, standin)
    assert keys_read(standin) == 3


def test_a_key_that_is_no_longer_shown_is_not_believed_for_ever(
    plain: StandIn, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(provider, plain)
    plain.rotate()
    plain.fault = "withdrawn_key"
    assert signed_in(provider, plain).key  # as long as what was read is kept
    monkeypatch.setattr(wire, "KEPT_SECONDS", 0.0)
    with pytest.raises(NotBelieved, match="InvalidKeyIdError"):
        signed_in(provider, plain)


def test_elsewhere_than_at_entra_a_person_is_their_sub(
    plain: StandIn, provider: IdentityProvider, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from standins.oidc import app

    monkeypatch.setattr(app, "TENANT", "realms/council")
    settings.OIDC_ISSUER = plain.issuer
    for fault in ("no_oid", "no_tenant", "wrong_tenant", ""):
        plain.fault = fault
        person = signed_in(provider, plain)
        assert person.key and person.key != plain.person(WHO).oid
    plain.fault = "no_sub"
    with pytest.raises(NotBelieved, match="sub: missing_claim"):
        signed_in(provider, plain)


def test_only_https_but_for_a_stand_in_of_the_demo_or_the_tests(
    plain: StandIn, provider: IdentityProvider, settings: Any
) -> None:
    settings.DEMO = settings.TESTING = False
    with pytest.raises(NotBelieved, match="not https"):
        start(provider)
    assert plain.seen == []
    settings.DEMO, settings.OIDC_ISSUER = True, "http://login.example/v2.0"
    with pytest.raises(NotBelieved, match="not https"):
        start(provider)


def test_a_wrong_secret_is_a_setting_of_ours(
    standin: StandIn, provider: IdentityProvider, settings: Any
) -> None:
    settings.OIDC_SECRET = "another"
    with pytest.raises(GiveUp, match="401 invalid_client") as refused:
        signed_in(provider, standin)
    assert not isinstance(refused.value, NotBelieved)


def test_it_can_be_checked(standin: StandIn) -> None:
    connector = Oidc()
    assert connector.check() and connector.host() == http.host_of(standin.url)
    standin.fault = "down"
    with pytest.raises(TryLater):
        connector.check()


def test_the_stand_in_demands_what_a_strict_provider_demands(
    plain: StandIn, provider: IdentityProvider
) -> None:
    url, oid = start(provider).url, plain.person(WHO).oid
    for name in ("state", "nonce", "code_challenge", "code_challenge_method", "scope"):
        without = url.replace(f"{name}=", f"not_{name}=")
        assert fields(Browser().press(without, oid))["error"] == "invalid_request", name
    for name in ("client_id", "redirect_uri"):
        status, there, _page = Browser().ask(url.replace(f"{name}=", f"{name}=x"))
        assert (status, there) == (400, ""), name
    status, _there, page = Browser().ask(f"{plain.issuer.removesuffix('/v2.0')}/oauth2/v2.0/logout")
    assert status == 200 and "signed out" in page
