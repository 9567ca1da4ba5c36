"""The stand-in's pages: who one is, and what its administrator may change; no script."""

from collections.abc import Iterable, Mapping
from html import escape

from standins.oidc.people import ROLES, Someone

LOOK = (
    "body{font:18px/1.5 sans-serif;margin:0;color:#0b0c0c}main{max-width:44em;margin:0 auto;padding:0 15px 40px}"
    ".b{background:#fff7bf;border-bottom:4px solid #b58840;padding:12px 15px;font-weight:bold}"
    "button{font:inherit;padding:8px 14px;margin:0 0 8px;border:2px solid #0b0c0c;background:#fff;color:#0b0c0c;text-align:left}"
    "button.w{display:block;width:100%}fieldset{border:1px solid #505a5f;margin:0 0 16px;padding:8px 12px}legend{font-weight:bold}"
    "label{display:block;padding:4px 0}input{width:20px;height:20px;vertical-align:middle;margin:0 8px 0 0}select{font:inherit;padding:6px;max-width:100%}"
    "a{color:#1d70b8}a:focus,button:focus,input:focus,select:focus{outline:3px solid #fd0;outline-offset:2px}"
)
BANNER = "This is a stand-in for an identity provider, on this machine only. It asks for no password: never type one here."


def page(title: str, body: str) -> bytes:
    """Return a whole page under the banner that says what it is."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f'<link rel="icon" href="data:,"><style>{LOOK}</style></head><body><header class="b">{BANNER}</header>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    ).encode()


def choose(people: Iterable[Someone], why: str) -> bytes:
    """Ask who one is; a press is the whole sign-in."""
    buttons = "".join(
        f'<button class="w" name="oid" value="{escape(who.oid)}">{escape(who.name)}'
        f" ({escape(', '.join(who.roles) or 'no role here')})</button>"
        for who in people
    )
    said = f"<p>{escape(why)}</p>" if why else ""
    no = '<button name="no" value="1">Cancel</button>'
    return page("Sign in as", f'{said}<form method="post">{buttons}{no}</form>')


def screen(people: Iterable[Someone], faults: Mapping[str, str], fault: str, said: str) -> bytes:
    """Show who has which role, and how the provider behaves; each may be changed."""
    forms = "".join(_roles(who) for who in people)
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == fault else ""}>{escape(words)}</option>'
        for name, words in faults.items()
    )
    told = f"<p role=status><strong>{escape(said)}</strong></p>" if said else ""
    body = (
        f"{told}<h2>Roles</h2><p>A role that changes here counts from the next sign-in.</p>{forms}"
        f'<h2>How it behaves</h2><form method="post"><label>Now <select name="fault">{options}</select></label><button>Behave so</button></form>'
        '<form method="post"><button name="rotate" value="1">Sign with a new key</button></form>'
        '<form method="post"><button name="out" value="1">Sign me out of the provider</button></form>'
    )
    return page("The identity provider", body)


def _roles(who: Someone) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" name="role" value="{role}"{" checked" if role in who.roles else ""}>{role}</label>'
        for role in ROLES
    )
    return (
        f'<form method="post"><fieldset><legend>{escape(who.name)}</legend>{boxes}'
        f'<button name="of" value="{escape(who.oid)}">Change</button></fieldset></form>'
    )
