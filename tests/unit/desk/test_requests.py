"""What every page of the desk refuses, and the headers of every response."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.desk import view
from assistant.desk.view import ICON
from tests.unit.desk.conftest import HOST, Office

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", ["/", "/due", "/static/desk.css", "/nothing", "/openapi.json", "/docs"])
def test_without_a_login_there_is_nothing_to_see(office: Office, path: str):
    answer = office.client.get(path)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/plain")
    assert "<" not in answer.text


@pytest.mark.parametrize("path", ["/due", "/static/desk.css", "/nothing", "/static/..%2fview.py"])
def test_every_response_has_the_safe_headers(office: Office, path: str):
    headers = office.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


def test_files_are_kept_by_the_browser_under_the_address_that_pages_give_them(office: Office):
    addresses = re.findall(r'href="(/static/[^"]+)"', office.get("/due").text)
    assert [re.sub(r"\?v=[0-9a-f]{12}$", "", each) for each in addresses] == ["/static/icon.svg", "/static/desk.css"]
    for address in addresses:
        headers = office.get(address).headers
        assert headers["cache-control"] == "private, max-age=31536000, immutable"
        assert headers["x-content-type-options"] == "nosniff"
        # A version that is not this one is not kept as if it were.
        assert office.get(address[:-1] + "x").headers["cache-control"] == "no-store"
    icon = office.get(addresses[0])
    assert (icon.headers["content-type"], icon.content) == ("image/svg+xml", ICON.read_bytes())


def test_what_has_changed_under_a_running_desk_is_not_kept_under_its_former_address(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(view, "STATIC", tmp_path)
    (tmp_path / "desk.css").write_text("a {}", "utf-8")
    former = view.static_address("desk.css")
    assert "immutable" in office.get(former).headers["cache-control"]
    (tmp_path / "desk.css").write_text("b {}", "utf-8")
    assert office.get(former).headers["cache-control"] == "no-store"
    assert "immutable" in office.get(view.static_address("desk.css")).headers["cache-control"]


@pytest.mark.parametrize("path", ["/static/..%2fview.py", "/static/%2e%2e/view.py", "/static/desk", "/static/.css"])
def test_only_the_desk_s_own_files_are_served(office: Office, path: str):
    assert office.get(path).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://desk.example.org.evil.example"},
        {"Origin": "http://desk.example.org:81"},
        {"Origin": HOST, "Sec-Fetch-Site": "cross-site"},
        {"Origin": HOST, "Sec-Fetch-Site": "same-site"},
        {"Origin": ""},
    ],
    ids=str,
)
def test_a_form_from_another_page_is_refused(office: Office, headers: dict[str, str]):
    answer = office.post("/nothing", {"csrf": office.token()}, **headers)
    assert answer.status_code == 403
    assert "did not come from this page" in answer.text


def test_a_form_without_an_origin_is_refused(office: Office):
    answer = office.client.post("/nothing", data={"csrf": office.token()}, headers=office.headers)
    assert answer.status_code == 403


def test_a_form_needs_a_token_of_the_same_user(office: Office):
    berta = {"X-Forwarded-User": "berta"}
    for stolen in ("", "abc", office.token()):
        answer = office.post("/nothing", {"csrf": stolen}, **berta)
        assert answer.status_code == 403
        assert "another login" in answer.text
    assert office.post("/nothing", {"csrf": office.token("berta")}, **berta).status_code == 404


def test_an_old_token_is_refused(office: Office, monkeypatch):
    old = office.token()
    monkeypatch.setattr("assistant.desk.csrf.MAX_AGE_SECONDS", -1)
    assert office.post("/nothing", {"csrf": old}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_no_method_that_changes_anything_escapes_the_check(office: Office, method: str):
    answer = office.client.request(method, "/due", headers={**office.headers, "Origin": HOST})
    assert answer.status_code in (403, 415)


def test_other_forms_and_too_large_ones_are_refused(office: Office):
    json = office.client.post("/nothing", json={"csrf": "1"}, headers={**office.headers, "Origin": HOST})
    assert json.status_code == 415
    assert office.post("/nothing", {"csrf": office.token(), "text": "x" * 600_000}).status_code == 413
    many = {f"field{number}": "" for number in range(2100)}
    assert office.post("/nothing", {"csrf": office.token(), **many}).status_code == 400


def test_the_language_is_the_browser_s_until_another_is_chosen(office: Office):
    assert '<html lang="en"' in office.get("/due").text
    assert '<html lang="de"' in office.get("/due", **{"Accept-Language": "fr, de;q=0.5, en;q=0.1"}).text
    chosen = office.get("/due?language=de")
    assert '<html lang="de"' in chosen.text
    assert "HttpOnly; SameSite=Strict" in chosen.headers["set-cookie"]
    office.client.cookies.clear()
    assert '<html lang="de"' in office.get("/due", Cookie="desk_language=de").text
    assert office.get("/due?language=%0d%0aSet-Cookie:x").status_code == 200
