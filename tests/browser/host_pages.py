"""Websites that have the element: each does to it what sites are known to do."""

from __future__ import annotations

from pathlib import Path

from tests.browser.scripted_front import ScriptedFront

FOLDER = Path(__file__).parent / "hosts"
PARAGRAPHS = "<p>Die Arbeit der Organisation in Deutschland.</p>" * 40
PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Website</title>
    <script src="/hosts/watch.js"></script>
    <link rel="icon" href="/demo/icon.svg" type="image/svg+xml">
    {styles}
    <script type="module" src="/widget/iom-assistant.js"></script>
    {scripts}
  </head>
  <body>
    {content}
    {element}
  </body>
</html>
"""
CONTENT = f"<main><h1>Website</h1><label>Suche <input type='search'></label>{PARAGRAPHS}</main>"


def host_page(
    language: str = "de",
    direction: str = "ltr",
    scripts: tuple[str, ...] = (),
    styles: tuple[str, ...] = (),
    content: str = CONTENT,
    attributes: str = "",
    with_element: bool = True,
) -> str:
    """A page with scripts and styles of `hosts/`."""
    return PAGE.format(
        language=language,
        direction=direction,
        scripts="".join(f'<script src="/hosts/{name}" defer></script>' for name in scripts),
        styles="".join(f'<link rel="stylesheet" href="/hosts/{name}">' for name in styles),
        content=content,
        element=f"<iom-assistant {attributes}></iom-assistant>" if with_element else "",
    )


LINKS = '<nav><a data-view href="#work">Arbeit</a> <a data-view href="#contact">Kontakt</a></nav>'
# In the corner, so that places in the frame are places in the window.
FRAME = "<iframe src='/pages/exit' title='Chat' width='700' height='700'></iframe><h1>Website</h1>"


def serve(front: ScriptedFront) -> None:
    """Has the front serve every host page, below `/pages/`."""
    front.pages |= {
        "plain": host_page(),
        "exit": host_page(attributes='exit-url="/pages/elsewhere"'),
        "elsewhere": host_page(content="<h1>Anderswo</h1>", with_element=False),
        "english": host_page("en", scripts=("translator.js",)),
        "single_page": host_page(scripts=("single_page.js",), content=f"{LINKS}<main><h1>Website</h1></main>"),
        "shortcuts": host_page(scripts=("shortcuts.js",)),
        "transform": host_page(styles=("transform.css",)),
        "small_root": host_page(styles=("small_root.css",)),
        "overbearing": host_page(styles=("overbearing.css",)),
        "arabic": host_page("ar", "rtl"),
        "frame": host_page(styles=("frame.css",), content=FRAME, with_element=False),
    }
