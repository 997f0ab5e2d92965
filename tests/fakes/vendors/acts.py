"""What people do in messengers besides writing, as each vendor's webhook tells of it: one act may be many requests."""

from __future__ import annotations

import time

from tests.fakes.vendors.facebook import PAGE, FacebookWire, event
from tests.fakes.vendors.facebook import update as facebook_update
from tests.fakes.vendors.slack import SlackWire, home, stamp_of
from tests.fakes.vendors.telegram import TelegramWire
from tests.fakes.vendors.twilio import SmsWire, TwilioWhatsAppWire
from tests.fakes.vendors.whatsapp import SIGHT, WhatsAppWire, contact, update, value
from tests.fakes.vendors.wire import Post, Wire

TELEGRAM, WHATSAPP, FACEBOOK, SLACK = TelegramWire(), WhatsAppWire(), FacebookWire(), SlackWire()
SMS, TWILIO_WHATSAPP = SmsWire(), TwilioWhatsAppWire()
WIRES: tuple[Wire, ...] = (TELEGRAM, WHATSAPP, FACEBOOK, SLACK, SMS, TWILIO_WHATSAPP)
PHOTOS = 6
PHOTO = {"photo": [{"file_id": "a", "file_unique_id": "a", "width": 9, "height": 9}]}
BEFORE = "Wer leitet die IOM?"
THUMB = 369239263222822


def on_telegram(person, id, at, kind="message", **content) -> Post:  # noqa: A002
    """One update with a message, or with an edited one."""
    message = TELEGRAM._message(person, f"{person}.{id}", at, "de", **content)
    return TELEGRAM._update(id, at, **{kind: message})


def on_whatsapp(person, kind, content, id, at) -> Post:  # noqa: A002
    """One update with a message of some kind."""
    message = WHATSAPP.message(person, kind, content, id=f"{person}.{id}", at=at)
    return WHATSAPP.signed(update(value(contacts=[contact(person)], messages=[message])))


def on_facebook(person, at, **content) -> Post:
    """One event."""
    return FACEBOOK.signed(facebook_update([event(person, at, **content)]))


def on_slack(person, text, id, at, **more) -> Post:  # noqa: A002
    """One message in private."""
    id_ = f"{person}.{id}"
    return SLACK.event(SLACK._message(person, text, id=id_, at=at, **more), id=id_, at=at)


def live_location_on_telegram(person, at):
    """A location that is shared for an hour, and its changes."""
    place = {"latitude": 52.5, "longitude": 13.4, "live_period": 3600}
    first = on_telegram(person, "live", at, location=place)
    moved = ({**place, "latitude": 52.5 + number / 1000} for number in range(1, 7))
    later = (
        on_telegram(person, "live", at, "edited_message", location=there, edit_date=int(at) + number)
        for number, there in enumerate(moved, start=1)
    )
    return [first, *later]


def album_on_telegram(person, at):
    """Six photos, with one caption."""
    captions = [{"caption": BEFORE}, *[{}] * (PHOTOS - 1)]
    return [
        on_telegram(person, f"album{number}", at, media_group_id="7", **PHOTO, **caption)
        for number, caption in enumerate(captions)
    ]


def album_on_whatsapp(person, at):
    """Six photos, with one caption; nothing says that they are one album."""
    captions = [{"caption": BEFORE}, *[{}] * (PHOTOS - 1)]
    return [
        on_whatsapp(person, "image", {**SIGHT, **caption}, f"album{number}", at)
        for number, caption in enumerate(captions)
    ]


def album_on_facebook(person, at):
    """Six photos in one message, and the text beside them in the next."""
    photo = {"type": "image", "payload": {"url": "https://example.org/a"}}
    return [
        on_facebook(person, at, message={"mid": f"m_album.{person}", "attachments": [photo] * PHOTOS}),
        on_facebook(person, at + 0.1, message={"mid": f"m_beside.{person}", "text": BEFORE}),
    ]


def album_on_slack(person, at):
    """Six files in one message."""
    files = [{"id": f"F{number}", "mimetype": "image/png"} for number in range(PHOTOS)]
    return [on_slack(person, BEFORE, "album", at, subtype="file_share", files=files)]


def album_on_twilio(wire):
    """Six photos, one message each."""

    def album(person, at):
        photo = {"NumMedia": "1", "MediaUrl0": "https://example.org/a", "MediaContentType0": "image/jpeg"}
        texts = [BEFORE, *[""] * (PHOTOS - 1)]
        return [
            wire.message(person, f"{person}.album{number}", Body=text, **photo) for number, text in enumerate(texts)
        ]

    return album


def sticker_of_telegram(emoji):
    def sticker(person, at):
        drawn = {"file_id": "a", "file_unique_id": "a", "type": "regular", "width": 9, "height": 9}
        drawn = {**drawn, "is_animated": False, "is_video": False, **({"emoji": emoji} if emoji else {})}
        return [on_telegram(person, f"sticker{emoji}", at, sticker=drawn)]

    return sticker


def sticker_of_facebook(number):
    def sticker(person, at):
        payload = {"url": "https://example.org/a", "sticker_id": number}
        message = {"mid": f"m_sticker{number}.{person}", "attachments": [{"type": "image", "payload": payload}]}
        return [on_facebook(person, at, message=message)]

    return sticker


def sticker_on_whatsapp(person, at):
    return [on_whatsapp(person, "sticker", {**SIGHT, "mime_type": "image/webp", "animated": False}, "sticker", at)]


def sticker_on_twilio(person, at):
    drawn = {"NumMedia": "1", "MediaUrl0": "https://example.org/a", "MediaContentType0": "image/webp"}
    return [TWILIO_WHATSAPP.message(person, f"{person}.sticker", **drawn)]


def reaction_on_telegram(person, at):
    chat, user = {"id": int(person), "type": "private"}, {"id": int(person), "is_bot": False, "first_name": "A"}
    thumb = [{"type": "emoji", "emoji": "👍"}]
    reaction = {"chat": chat, "user": user, "message_id": 1, "date": int(at), "old_reaction": [], "new_reaction": thumb}
    return [TELEGRAM._update("reaction", at, message_reaction=reaction)]


def reaction_on_whatsapp(person, at):
    return [on_whatsapp(person, "reaction", {"message_id": "wamid.ours", "emoji": "👍"}, "reaction", at)]


def reaction_on_facebook(person, at):
    return [on_facebook(person, at, reaction={"reaction": "like", "emoji": "👍", "action": "react", "mid": "m_ours"})]


def reaction_on_slack(person, at):
    item = {"type": "message", "channel": home(person), "ts": "1.000001"}
    added = {"type": "reaction_added", "user": person, "reaction": "+1", "item": item, "event_ts": f"{at:.6f}"}
    return [SLACK.event(added, id=f"{person}.reaction", at=at)]


def reaction_by_sms(person, at):
    """What a telephone makes of a reaction where the network knows texts only."""
    answer = "Die Organisation wurde 1951 gegründet."
    return [
        SMS.message(person, f"{person}.reaction{number}", Body=text)
        for number, text in enumerate([f"Liked “{answer}”", f"👍 to “ {answer} ”", f"Reacted ❤️ to “{answer}”"])
    ]


def edit_on_telegram(text, id="edited"):  # noqa: A002
    """A message, then twice its edit."""

    def edited(person, at):
        first = on_telegram(person, id, at, text=BEFORE)
        dates = (int(at) + 1, int(at) + 2)
        return [first, *(on_telegram(person, id, at, "edited_message", text=text, edit_date=date) for date in dates)]

    return edited


def edit_on_whatsapp(text):
    def edited(person, at):
        edit = {"original_message_id": f"wamid.{person}.edited", "message": {"type": "text", "text": {"body": text}}}
        first = on_whatsapp(person, "text", {"body": BEFORE}, "edited", at)
        return [first, *(on_whatsapp(person, "edit", edit, f"edit{number}", at + 1) for number in range(2))]

    return edited


def edit_on_facebook(text):
    def edited(person, at):
        first = on_facebook(person, at, message={"mid": f"m_edited.{person}", "text": BEFORE})
        edits = ({"mid": f"m_edited.{person}", "text": text, "num_edit": number} for number in (1, 2))
        return [first, *(on_facebook(person, at + 1, message_edit=edit) for edit in edits)]

    return edited


def edit_on_slack(text, before=BEFORE):
    """A message, then twice its change, as when Slack adds the preview of a link."""

    def edited(person, at):
        now = {"type": "message", "user": person, "ts": stamp_of(f"{person}.edited", at), "text": text}
        changed = {"type": "message", "subtype": "message_changed", "channel": home(person), "channel_type": "im"}
        changed["previous_message"] = {**now, "text": before}
        changed["message"] = {**now, "edited": {"user": person, "ts": f"{at + 1:.6f}"}}
        events = ({**changed, "ts": stamp_of(f"{person}.change{number}", at)} for number in (1, 2))
        first = on_slack(person, BEFORE, "edited", at)
        return [first, *(SLACK.event(one, id=f"{person}.change{number}", at=at) for number, one in enumerate(events))]

    return edited


def service_on_telegram(person, at):
    """What Telegram itself writes into a chat."""
    kinds = [
        {"pinned_message": TELEGRAM._message(person, f"{person}.1", at, "de", text="…")},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {"write_access_allowed": {}},
        {"forum_topic_created": {"name": "Rückkehr", "icon_color": 7322096}},
    ]
    return [on_telegram(person, f"service{number}", at, **kind) for number, kind in enumerate(kinds)]


def service_on_whatsapp(person, at):
    moved = {"type": "user_changed_number", "body": "…", "wa_id": person}
    revoked = {"original_message_id": "wamid.0"}
    return [
        on_whatsapp(person, "system", moved, "system", at),
        on_whatsapp(person, "revoke", revoked, "revoke", at),
    ]


def service_on_facebook(person, at):
    kinds = [{"read": {"watermark": 1}}, {"delivery": {"mids": ["m_ours"], "watermark": 1}}, {"optin": {"ref": "x"}}]
    return [on_facebook(person, at, **kind) for kind in kinds]


def service_on_slack(person, at):
    subtypes = ("channel_join", "message_deleted", "channel_topic")
    return [on_slack(person, "…", f"service{one}", at, subtype=one) for one in subtypes]


def elsewhere_on_telegram(person, at):
    """An update of another bot whose webhook has our address."""
    post = on_telegram(person, "elsewhere", at, text=BEFORE)
    return [Post(post.content, post.headers, query="?bot=999")]


def elsewhere_on_whatsapp(person, at):
    message = WHATSAPP.message(person, "text", {"body": BEFORE}, id=f"{person}.elsewhere.{at}", at=at)
    other = {**value(messages=[message]), "metadata": {"display_phone_number": "49301", "phone_number_id": "999"}}
    return [WHATSAPP.signed(update(other))]


def elsewhere_on_facebook(person, at):
    told = facebook_update([event(person, at, message={"mid": f"m_elsewhere.{person}", "text": BEFORE})])
    told["entry"][0]["id"] = told["entry"][0]["messaging"][0]["recipient"]["id"] = PAGE[::-1] + "9"
    return [FACEBOOK.signed(told)]


def elsewhere_on_slack(person, at):
    post = on_slack(person, BEFORE, "elsewhere", at)
    return [SLACK.signed(post.content.decode().replace('"team_id": "T1"', '"team_id": "T999"'), at)]


def elsewhere_on_twilio(wire):
    def elsewhere(person, at):
        return [wire.message(person, f"{person}.elsewhere.{at}", Body=BEFORE, AccountSid="AC" + "9" * 32)]

    return elsewhere


def now() -> float:
    """The time of an act; whole seconds, as some vendors have no others."""
    return float(int(time.time()))
