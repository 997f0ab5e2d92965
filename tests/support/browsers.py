"""Debian's browsers, each in one process with an empty profile, driven by WebDriver."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.launch.servers import HOST, free_port
from tests.support.wait import answers, until
from tests.support.webdriver import Http, Marionette, Tab

# A cold start on a busy machine.
START_SECONDS = 120.0
END_SECONDS = 20.0
HEADLESS = ("--headless", "--no-sandbox")
FORCED_COLOURS = {"ui.useAccessibilityTheme": 1, "browser.display.document_color_use": 2}
USUAL_COLOURS = {"ui.useAccessibilityTheme": 0, "browser.display.document_color_use": 0}


class MissingError(Exception):
    """A program is not installed; says which of Debian's packages has it."""


@contextmanager
def chromium(*arguments: str) -> Iterator[Tab]:
    """Chromium with these arguments, through chromedriver."""
    binary, driver = _program("chromium"), _program("chromedriver", "chromium-driver")
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        address = stack.enter_context(_server([driver], {**os.environ, "HOME": home}))
        options = {"binary": binary, "args": [*arguments, *HEADLESS, f"--user-data-dir={home}/profile"]}
        yield stack.enter_context(_tab(lambda: Http(address, {"goog:chromeOptions": options})))


@contextmanager
def firefox() -> Iterator[Tab]:
    """Firefox, which listens to Marionette by itself."""
    binary = _program("firefox-esr", "firefox-esr")
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        profile = home / "profile"
        profile.mkdir()
        (profile / "user.js").write_text('user_pref("marionette.port", 0);\n', "utf-8")
        command = [binary, "--headless", "--marionette", "--remote-allow-system-access"]
        command += ["--no-remote", "--profile", str(profile)]
        stack.enter_context(_process(command, {**os.environ, "HOME": str(home)}))
        written = profile / "MarionetteActivePort"
        port = until(lambda: written.exists() and written.read_text("utf-8"), START_SECONDS)
        yield stack.enter_context(_tab(lambda: Marionette(int(port))))


@contextmanager
def webkit() -> Iterator[Tab]:
    """WebKitGTK's small browser on a screen that nobody sees."""
    driver, screen = _program("WebKitWebDriver", "webkit2gtk-driver"), _program("Xvfb", "xvfb")
    found = sorted(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"))
    if not found:
        raise MissingError("there is no MiniBrowser here; Debian's package webkit2gtk-driver has it")
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        display = stack.enter_context(_screen(screen))
        environment = {**os.environ, "HOME": home, "DISPLAY": display, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        environment["LIBGL_ALWAYS_SOFTWARE"] = "1"
        address = stack.enter_context(_server([driver, f"--host={HOST}"], environment))
        options = {"binary": str(found[-1]), "args": ["--automation"]}
        yield stack.enter_context(_tab(lambda: Http(address, {"webkitgtk:browserOptions": options})))


BROWSERS = {"chromium": chromium, "firefox": firefox, "webkit": webkit}


@contextmanager
def forced_colours(tab: Tab) -> Iterator[bool]:
    """A system that enforces its own colours; false if the browser cannot be told so."""
    try:
        yield _force(tab, True)
    finally:
        _force(tab, False)


def _force(tab: Tab, on: bool) -> bool:
    if isinstance(tab.wire, Marionette):
        tab.wire.set_preferences(FORCED_COLOURS if on else USUAL_COLOURS)
        return True
    features = [{"name": "forced-colors", "value": "active" if on else "none"}]
    return tell_chromium(tab, "Emulation.setEmulatedMedia", features=features)


def tell_chromium(tab: Tab, command: str, **parameters: Any) -> bool:
    """Sends a command of Chromium's own protocol; false if this is another browser."""
    if not isinstance(tab.wire, Http) or tab.wire.browser != "chrome":
        return False
    tab.wire.extension("goog/cdp/execute", {"cmd": command, "params": parameters})
    return True


def _program(name: str, package: str | None = None) -> str:
    path = shutil.which(name)
    if not path:
        raise MissingError(f"there is no {name} here; Debian's package {package or name} has it")
    return path


@contextmanager
def _tab(connect: Callable[[], Http | Marionette]) -> Iterator[Tab]:
    wire = connect()
    try:
        yield Tab(wire)
    finally:
        wire.close()


@contextmanager
def _server(command: Sequence[str], environment: dict[str, str]) -> Iterator[str]:
    """The address of a driver once it answers."""
    port = free_port()
    address = f"http://{HOST}:{port}"
    with _process([*command, f"--port={port}"], environment):
        until(lambda: answers(f"{address}/status"), START_SECONDS)
        yield address


@contextmanager
def _screen(program: str) -> Iterator[str]:
    """The name of a display; its number is one that was free."""
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    with _process(command, dict(os.environ), inherited=(writing,)), os.fdopen(reading) as numbers:
        os.close(writing)
        yield f":{numbers.readline().strip()}"


@contextmanager
def _process(command: Sequence[str], environment: dict[str, str], inherited: Sequence[int] = ()) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=environment, pass_fds=inherited, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        # Whatever the browser has started, too.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
