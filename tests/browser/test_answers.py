"""What an answer looks like, reads like and can do: the answer first, then its source, then all else on request."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.places import texts
from tests.browser.scenes import clarify, crisis, fallback, referral
from tests.browser.scripted_front import CONTACT, SOURCE, a_fact, answer, part
from tests.browser.visitor import until

ENGLISH = {**SOURCE, "title": "Seventy years", "url": "https://example.org/70", "language": "en"}
SOURCES = [SOURCE, ENGLISH, {**SOURCE, "url": "https://example.org/3"}]
QUESTIONS = ["Eins?", "Zwei?", "Drei?", "Vier?"]
LONG = "https://germany.iom.int/de/unterstuetzungsprogramm-familiennachzug-fap"
ENTRY = "ask_figures/fap_reached"
# As long as an answer waits for the texts of its language.
PATIENCE_MS = 3_000
PHONE = {"width": 360, "height": 740}
# Voices as a device may have them: its own, and one that would send the text away.
VOICES = """
window.said = []; window.stopped = 0;
const voices = [["Anna", "de-DE", true], ["Far", "uk-UA", false]]
  .map(([name, lang, localService]) => ({ name, lang, localService }));
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => voices, speak: (one) => said.push([one.text, one.voice.name]), cancel: () => { stopped += 1; },
  addEventListener: () => undefined } });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


def sourced(language: str = "de", **more):
    """A fact with three sources, a note and four suggestions."""
    told = part("Die Antwort.", entry=ENTRY, sources=SOURCES, note_as_of_text="Juli 2025", **more)
    return answer(told, language=language, heading="Dazu passt:", suggestions=QUESTIONS)


def in_language(entries, language):
    """The same fact in another language."""
    return answer(part(f"{','.join(entries)} ({language})", entry=entries[0]), language=language)


def test_the_source_takes_one_line_and_the_others_are_one_press_away(visitor_of, front):
    front.script.answer = lambda text, language: sourced()
    said = visitor_of(front.url, viewport=PHONE).go().open().ask("?")
    evidence, listed = said.locator(".evidence"), said.locator(".sources")
    expect(evidence.locator(".line")).to_have_text(
        "Quelle: 70 Jahre IOM in Deutschland (öffnet ein neues Fenster)Oktober 20242 weitere"
    )
    expect(evidence).to_contain_text("Ergänzung: Stand Juli 2025")
    assert evidence.locator(".line").bounding_box()["height"] <= 45
    expect(listed).to_be_hidden()
    said.get_by_role("button", name="2 weitere").click()
    expect(listed.get_by_role("listitem")).to_have_count(3)
    expect(listed.get_by_text("Seventy years (IOM Deutschland)")).to_have_attribute("lang", "en")
    said.get_by_role("button", name="2 weitere").click()
    expect(listed).to_be_hidden()


def test_the_answer_has_more_room_than_all_below_it(visitor_of, front):
    """An answer of ordinary length, two suggestions: what is below takes less than half of the bubble."""
    text = "Seit 2016 hat das Familienhilfeprogramm mehr als 683.950 Menschen geholfen. " * 3
    front.script.answer = lambda _, language: answer(part(text), suggestions=QUESTIONS)
    said = visitor_of(front.url, viewport=PHONE).go().open().ask("?")
    expect(said.locator(".tools-row")).to_be_visible()
    heights = {name: said.locator(f"> {name}").bounding_box()["height"] for name in (".below", ".after")}
    assert sum(heights.values()) < said.bounding_box()["height"] / 2


def test_two_suggestions_are_shown_and_the_rest_on_request(visitor, front):
    front.script.answer = lambda text, language: sourced()
    said = visitor.open().ask("?")
    offered = said.locator(".suggestion")
    expect(offered).to_have_text(QUESTIONS[:2])
    expect(said.get_by_role("group", name="Dazu passt:").get_by_role("button")).to_have_count(2)
    visitor.more()
    expect(offered).to_have_text(QUESTIONS)


@pytest.mark.parametrize("make", [clarify, fallback])
def test_questions_that_are_the_message_are_all_shown(visitor, front, make):
    front.script.answer = lambda text, language: {**make(language), "suggestions": QUESTIONS}
    expect(visitor.open().ask("?").locator(".suggestion")).to_have_text(QUESTIONS)


def test_a_screen_reader_hears_the_answer_and_how_many_sources(visitor, front):
    front.script.answer = lambda text, language: sourced(contacts=[CONTACT])
    visitor.open()
    visitor.listen()
    said = visitor.ask("?")
    expect(said.locator(".after")).to_be_attached()
    (heard,) = visitor.announced
    assert heard.strip() == "Assistent:Die Antwort.Wer helfen kann: Familienhilfeprogramm (FAP). Quellen: 3."
    # What was announced in short is now there in full, and not twice.
    expect(said).not_to_contain_text("Quellen: 3")


def test_messages_have_names(visitor, front):
    visitor.open().ask("?")
    names = visitor.page.get_by_role("log").get_by_role("article")
    expect(names.nth(0)).to_have_accessible_name("Sie:")
    expect(names.nth(1)).to_have_accessible_name("Assistent:")


def test_numbers_are_links_everywhere_and_long_addresses_are_short(visitor, front):
    text = f"Rufen Sie +49 30 2902245500 oder 0800 4040020 an, oder lesen Sie {LONG}. Es kamen 112 Menschen."
    front.script.answer = lambda _, language: answer(part(text))
    links = visitor.open().ask("?").locator("> div").first.get_by_role("link")
    assert [one.get_attribute("href") for one in links.all()] == ["tel:+49302902245500", "tel:08004040020", LONG]
    expect(links.last).to_have_text("germany.iom.int (öffnet ein neues Fenster)")


# Measured at once, since the answer may still be brought into view.
ABOVE = """(answer, words) => {
  const text = [...answer.querySelectorAll("p")].find((one) => one.textContent.includes(words));
  return answer.querySelector(".call").getBoundingClientRect().bottom <= text.getBoundingClientRect().top;
}"""


def test_what_belongs_below_an_answer_comes_after_it(visitor, front):
    front.script.answer = lambda text, language: sourced(contacts=[CONTACT])
    held = []
    visitor.page.route("**/more.js*", lambda route: held.append(route))
    said = visitor.open().ask("?")
    until(visitor.page, lambda: bool(held))
    expect(said.get_by_text("Die Antwort.")).to_be_visible()
    expect(said.locator(".below")).to_have_count(0)
    held.pop().continue_()
    expect(said.locator(".below").get_by_text(CONTACT["name"])).to_be_visible()


def test_without_what_belongs_below_contacts_and_sources_are_said_in_plain_words(visitor, front):
    front.script.answer = lambda text, language: sourced(contacts=[CONTACT])
    visitor.page.route("**/more.js*", lambda route: route.abort())
    visitor.open()
    visitor.listen()
    said = visitor.ask("?")
    below = said.locator(".below")
    for words in (CONTACT["name"], "Quelle:", "70 Jahre IOM in Deutschland", "Stand: Oktober 2024"):
        expect(below).to_contain_text(words)
    addresses = [one.get_attribute("href") for one in below.get_by_role("link").all()]
    assert addresses[:4] == ["tel:+49302902245500", f"mailto:{CONTACT['email']}", CONTACT["url"], SOURCE["url"]]
    assert len(visitor.announced) == 1
    # Another answer tries again, and completes this one too.
    visitor.page.unroute("**/more.js*")
    visitor.ask("!")
    expect(said.locator(".cards")).to_be_visible()
    expect(said.locator(".tools-row")).to_have_count(1)


def test_in_an_emergency_the_numbers_stand_above_the_text(visitor_of, front):
    front.script.answer = lambda text, language: crisis(language)
    visitor = visitor_of(front.url, viewport=PHONE).go().open()
    call = visitor.ask("Hilfe!").get_by_role("link", name="112 anrufen")
    expect(call).to_be_in_viewport(ratio=1)
    assert visitor.answers.last.evaluate(ABOVE, "rufen Sie in Deutschland")


def test_talking_to_a_person_shows_the_card_of_the_last_answer(visitor, front):
    front.script.answer = lambda text, language: referral(language)
    visitor.open().ask("Wer hilft mir?")
    visitor.page.locator("iom-assistant .footer").get_by_role("button", name="Kontakt zu einem Menschen").click()
    card = visitor.answers.last
    expect(visitor.answers).to_have_count(2)
    expect(card.get_by_role("link", name="Telefon: +49 30 2902245500")).to_have_attribute("href", "tel:+49302902245500")
    expect(card).to_be_in_viewport()
    assert len(front.posts) == 1
    card.get_by_role("button", name="Ich möchte mit einem Menschen sprechen").click()
    expect(visitor.answers).to_have_count(3)
    assert front.posts[-1]["text"] == "Ich möchte mit einem Menschen sprechen"


def test_talking_to_a_person_waits_for_the_card_of_the_last_answer(visitor, front):
    front.script.answer = lambda text, language: referral(language)
    held = []
    visitor.page.route("**/more.js*", lambda route: held.append(route))
    visitor.open().ask("Wer hilft mir?")
    visitor.page.locator("iom-assistant .footer").get_by_role("button", name="Kontakt zu einem Menschen").click()
    until(visitor.page, lambda: bool(held))
    held.pop().continue_()
    expect(visitor.answers).to_have_count(2)
    assert len(front.posts) == 1


@pytest.mark.parametrize("named", [True, False], ids=["named-before", "the-office"])
def test_after_two_misses_somebody_to_ask_is_shown_by_itself(visitor, front, named):
    said = {"Wer?": referral("de") if named else a_fact()}
    front.script.answer = lambda text, language: said.get(text) or fallback(language)
    visitor.open().ask("Wer?")
    visitor.ask("Was kostet eine Banane?")
    expect(visitor.page.locator("iom-assistant .card")).to_have_count(2 if named else 0)
    visitor.ask("Wie wird das Wetter?", wait=False)
    expect(visitor.answers).to_have_count(4)
    card = visitor.answers.last.locator(".card").first
    expect(card).to_contain_text(CONTACT["name"] if named else "IOM")
    assert [post["text"] for post in front.posts] == ["Wer?", "Was kostet eine Banane?", "Wie wird das Wetter?"]


def test_a_miss_that_names_somebody_needs_no_second_card(visitor, front):
    front.script.answer = lambda text, language: answer(part("Das weiß ich nicht.", "fallback", contacts=[CONTACT]))
    visitor.open().ask("Eins?")
    visitor.ask("Zwei?")
    visitor.page.wait_for_timeout(300)
    expect(visitor.answers).to_have_count(2)


def test_the_same_answer_in_another_language_is_one_tap_away_and_so_is_the_way_back(visitor_of, front):
    front.script.answer = lambda text, language: sourced()
    front.script.entries = in_language
    visitor = visitor_of(front.url, locale="uk-UA").go().open()
    said = visitor.ask("?")
    other = said.get_by_role("button", name="Diese Antwort in einer anderen Sprache: Українська")
    other.click()
    expect(said).to_contain_text(f"{ENTRY} (uk)")
    expect(said).to_have_attribute("lang", "uk")
    expect(said.locator(".evidence")).to_contain_text("Джерело:")
    expect(visitor.page.locator("iom-assistant p.unseen[role=status]")).to_have_text(f"{ENTRY} (uk)")
    assert "Deutsch" in visitor.focused()
    visitor.page.keyboard.press("Enter")
    expect(said).to_contain_text("Die Antwort.")
    expect(said).to_have_attribute("lang", "de")
    # The way back needs no connection.
    assert [path for _, path in front.requests].count("/api/answers") == 1


def test_any_language_can_be_chosen_and_is_offered_first_from_then_on(visitor, front):
    front.script.answer = lambda text, language: sourced()
    front.script.entries = in_language
    said = visitor.open().ask("?")
    listed = visitor.more().get_by_label("Diese Antwort in einer anderen Sprache")
    names = listed.locator("option").all_text_contents()[1:]
    assert len(names) == 9
    assert "Deutsch" not in names
    listed.select_option(label="العربية")
    expect(said).to_have_attribute("dir", "rtl")
    expect(said.locator(".more")).to_be_visible()
    expect(visitor.ask("!").locator(".tools-row button").first).to_contain_text("العربية")


@pytest.fixture
def slow(visitor_of, front):
    """A Ukrainian visitor whose clock the test moves, and for whom the texts of what few visitors need never come."""
    front.script.answer = lambda text, language: sourced()
    front.script.entries = in_language
    visitor = visitor_of(front.url, locale="uk-UA")
    visitor.page.clock.install()
    visitor.go().open()
    visitor.page.route("**/texts/uk.more.json", lambda route: None)
    return visitor


def in_other_language(said, language):
    """Shows an answer in another language by the button for it."""
    said.locator(".tools-row button").first.click()
    expect(said).to_have_attribute("lang", language)


def test_what_comes_too_late_for_a_language_leaves_the_next_one_as_it_is(slow):
    said = slow.ask("?")
    slow.more()
    in_other_language(said, "uk")
    in_other_language(said, "de")
    copy = said.get_by_role("button", name=texts("de")["copy"])
    expect(copy).to_be_visible()
    slow.page.clock.fast_forward(PATIENCE_MS)
    expect(copy).to_be_visible()
    expect(said.get_by_role("button", name=texts("en")["copy"])).to_have_count(0)


def test_more_that_is_pressed_just_before_a_change_of_language_opens_in_that_language(slow):
    said = slow.ask("?")
    slow.have_more()
    in_other_language(said, "uk")
    said.get_by_role("button", name=texts("uk")["more"], exact=True).click()
    in_other_language(said, "de")
    expect(said.get_by_role("button", name=texts("de")["copy"])).to_be_visible()
    toggle = said.get_by_role("button", name=texts("de")["more"], exact=True)
    expect(toggle).to_have_attribute("aria-expanded", "true")
    toggle.click()
    expect(said.locator(".more")).to_be_hidden()
    slow.page.clock.fast_forward(PATIENCE_MS)
    expect(said.locator(".more")).to_be_hidden()


def test_a_language_that_cannot_be_had_leaves_the_answer_as_it_is(visitor, front):
    front.script.answer = lambda text, language: sourced()
    said = visitor.open().ask("?")
    said.locator(".tools-row button").first.click()
    expect(visitor.alert).to_contain_text("nicht geklappt")
    expect(said).to_contain_text("Die Antwort.")


def test_what_comes_from_no_entry_is_offered_in_no_other_language(visitor, front):
    front.script.answer = lambda text, language: fallback(language)
    expect(visitor.open().ask("?").locator(".tools-row > *")).to_have_text(["Mehr"])


def test_an_answer_is_copied_with_source_date_and_address(visitor_of, front):
    front.script.answer = lambda text, language: sourced(contacts=[CONTACT])
    visitor = visitor_of(front.url, permissions=["clipboard-read", "clipboard-write"]).go().open()
    visitor.ask("?")
    visitor.more().get_by_role("button", name="Antwort kopieren").click()
    expect(visitor.page.locator("iom-assistant p.unseen[role=status]")).to_have_text("Die Antwort ist kopiert.")
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    page = f"{front.url}/chat?entry=ask_figures%2Ffap_reached&language=de"
    for words in ("Die Antwort.", CONTACT["phone"], SOURCE["title"], SOURCE["url"], "Stand: Oktober 2024", page):
        assert words in copied
    link = visitor.answers.last.get_by_role("link", name="Link zu dieser Antwort")
    expect(link).to_have_attribute("href", page)


def test_where_no_page_may_copy_the_text_is_shown_selected(visitor, front):
    front.script.answer = lambda text, language: sourced()
    visitor.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    visitor.open().ask("?")
    copy = visitor.more().get_by_role("button", name="Antwort kopieren")
    copy.click()
    copy.click()
    field = visitor.answers.last.locator("textarea[readonly]")
    expect(field).to_have_count(1)
    expect(field).to_be_focused()
    chosen = field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert chosen.startswith("Die Antwort.")


def test_an_answer_is_read_aloud_by_the_devices_own_voice(visitor_of, front):
    text = f"Mehr auf {LONG}."
    front.script.answer = lambda _, language: answer(part(text, entry=ENTRY))
    front.script.entries = in_language
    visitor = visitor_of(front.url)
    visitor.context.add_init_script(VOICES)
    said = visitor.go().open().ask("?")
    visitor.more().get_by_role("button", name="Vorlesen").click()
    assert visitor.page.evaluate("said") == [["Mehr auf germany.iom.int.", "Anna"]]
    said.get_by_role("button", name="Vorlesen beenden").click()
    expect(said.get_by_role("button", name="Vorlesen", exact=True)).to_be_visible()
    said.get_by_role("button", name="Vorlesen", exact=True).click()
    before = visitor.page.evaluate("stopped")
    visitor.page.keyboard.press("Escape")
    until(visitor.page, lambda: visitor.page.evaluate("stopped") > before)
    visitor.launcher.click()
    # Ukrainian has a voice, but it is not on the device.
    said.get_by_label("Diese Antwort in einer anderen Sprache").select_option(label="Українська")
    expect(said).to_have_attribute("lang", "uk")
    expect(said.get_by_role("button", name="Прочитати вголос")).to_be_hidden()


def test_without_a_voice_there_is_nothing_to_press(visitor, front):
    visitor.open().ask("?")
    expect(visitor.more().get_by_role("button", name="Vorlesen")).to_be_hidden()


def test_the_text_of_all_answers_can_be_enlarged_in_steps(visitor, front):
    visitor.open().ask("?")
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    before = visitor.answers.last.evaluate(size)
    sizes = []
    larger = visitor.more().get_by_role("button", name="A+ Schrift größer")
    for _ in range(3):
        larger.click()
        sizes.append(round(visitor.answers.last.evaluate(size) / before, 2))
    assert sizes == [1.2, 1.45, 1.45]
    visitor.page.reload()
    expect(visitor.answers).to_have_count(1)
    assert visitor.answers.last.evaluate(size) / before == pytest.approx(1.45)
    # Remembered with the chat only, so for this tab unless the visitor has asked for more.
    assert visitor.page.evaluate("Object.keys(localStorage)") == []


def test_without_a_connection_more_says_so_and_works_later(visitor, front):
    visitor.page.route("**/more.js*", lambda route: route.abort())
    visitor.open().ask("?")
    visitor.button("Mehr").click()
    expect(visitor.alert).to_contain_text("nicht geklappt")
    visitor.page.unroute("**/more.js*")
    expect(visitor.more().get_by_role("button", name="Antwort kopieren")).to_be_visible()


@pytest.mark.parametrize("kind", ["smalltalk", "control", "error"])
def test_below_small_talk_nothing_is_offered(visitor, front, kind):
    front.script.answer = lambda text, language: answer(part("Guten Tag!", kind))
    said = visitor.open().ask("Hallo")
    visitor.page.wait_for_timeout(300)
    expect(said.get_by_role("button")).to_have_count(0)
