"""Reads a website's content security policy: does it let the website element work?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

Policy = Mapping[str, Sequence[str]]
# What the element needs, each with the directives that decide, the most specific first.
NEEDED: Mapping[str, Sequence[str]] = {
    "script-src": ("script-src-elem", "script-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
}
NEEDED_BY_FRAME: Mapping[str, Sequence[str]] = {"frame-src": ("frame-src", "child-src", "default-src")}


def parsed(text: str) -> Policy:
    """The directives of a policy with their sources; of a repeated one the first counts."""
    policy: dict[str, list[str]] = {}
    for directive in text.removeprefix("Content-Security-Policy:").split(";"):
        name, *sources = directive.split() or [""]
        if name:
            policy.setdefault(name.lower(), sources)
    return policy


def lacking(policy: Policy, server: str, own: str, needed: Mapping[str, Sequence[str]] = NEEDED) -> Iterator[str]:
    """The directives that keep a page of the origin `own` from using the front at the origin `server`."""
    for name, deciding in needed.items():
        sources = next((policy[directive] for directive in deciding if directive in policy), None)
        if sources is not None and not any(matches(source, server, own) for source in sources):
            yield name


def trusts_only_its_own_scripts(policy: Policy) -> bool:
    """Whether addresses are ignored, so that a script needs the page's nonce."""
    return "'strict-dynamic'" in [source.lower() for source in policy.get("script-src", ())]


def matches(source: str, server: str, own: str) -> bool:
    """Whether a source of a policy covers an origin."""
    source, wanted = source.lower().rstrip("/"), urlsplit(server)
    if source == "'self'":
        return server == own
    if source == "*":
        return True
    if source.endswith(":"):
        return source == f"{wanted.scheme}:"
    scheme, separator, host = source.rpartition("://")
    if separator and scheme != wanted.scheme:
        return False
    host = host.partition("/")[0]
    return host in (wanted.netloc, f"{wanted.netloc}:443") or (
        host.startswith("*.") and wanted.netloc.endswith(host[1:])
    )
