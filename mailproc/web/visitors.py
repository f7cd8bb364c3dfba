"""Who is at the door: a preview robot, a scanner, or a browser; by what it says of itself.

Previews get a page that tells nothing. All else is a signal for people alone: scanners call
themselves browsers as they like, and nothing is decided by what is found here.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request as HttpRequest

from mailproc.store.opens import ROBOT

# Makers of link previews, as their user agents name them. In-app browsers of the same makers
# («Line/14», «FBAN», «Teams/1») are persons, so no maker's bare name stands here.
_PREVIEWS = re.compile(
    r"facebookexternalhit|facebookcatalog|meta-external|line-poker|slackbot|slack-imgproxy|"
    r"skypeuripreview|skype-url-preview|microsoftpreview|teamslinkpreview|whatsapp/|telegrambot|"
    r"twitterbot|linkedinbot|discordbot|viber(?:bot| url)|"
    r"zalo(?:pc)?-?(?:bot|crawler)|kakaotalk-scrap|"
    r"google-?(?:image)?proxy|googlebot|google-pagerenderer|google-read-aloud|bingbot|"
    r"bingpreview|applebot|redditbot|pinterestbot|embedly|iframely|mattermost-bot|rocket\.chat|"
    r"snap url preview|yahoo! slurp|yandexbot|baiduspider|wechat.{0,20}crawler",
    re.IGNORECASE,
)
_ROBOTS = re.compile(
    r"bot\b|crawl|spider|scan|preview|headless|phantomjs|barracuda|proofpoint|mimecast|symantec|"
    r"trend ?micro|safelinks|sophos|fortinet|cisco|ironport|virustotal|urlscan|python|curl/|wget/|"
    r"go-http-client|libwww|java/|apache-httpclient|axios/|node-fetch|okhttp|ruby|php/|"
    r"monitor|uptime",
    re.IGNORECASE,
)
_AT_ONCE = timedelta(seconds=5)  # after its mail went out no person has read it
_BURST = timedelta(seconds=1)
_MANY = 3  # links opened within it
_REMEMBERED = 500  # visitors
_BROWSERS = (
    (r"\bLine/", "LINE"),
    (r"FBA[NV]", "Facebook"),
    (r"EdgA?/|EdgiOS/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "Mac"),
    (r"Linux|X11", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a request says of whoever sends it."""

    client: str
    agent: str
    method: str
    has_language: bool

    @property
    def is_preview(self) -> bool:
        """True for robots that make a picture of a link for others to see."""
        return bool(_PREVIEWS.search(self.agent))

    @property
    def device(self) -> str:
        """As its owner knows it: «Chrome, Android»; empty where it does not say."""
        names = (_first(self.agent, names) for names in (_BROWSERS, _SYSTEMS))
        return ", ".join(name for name in names if name)


def visitor(http: HttpRequest, client: str) -> Visitor:
    """The visitor behind a request; `client` is the address that counts."""
    headers = http.headers
    has_language = bool(headers.get("accept-language"))
    return Visitor(client, headers.get("user-agent", ""), http.method, has_language)


def judged(
    who: Visitor, mail: tuple[str, datetime] | None, now: datetime, *, in_burst: bool
) -> str:
    """«robot» where the look can hardly be a person's; else nothing, as nobody can say.

    `mail`: state and date of the mail with the link, as `store.opens.sent_at` gives them.
    """
    on_its_way = mail is not None and (mail[0] == "transmitting" or now - mail[1] <= _AT_ONCE)
    known = who.is_preview or not who.agent or _ROBOTS.search(who.agent)
    odd = who.method != "GET" or not who.has_language
    return ROBOT if known or odd or on_its_way or in_burst else ""


class Bursts:
    """Finds visitors that open many links in a second. Kept in memory: it is a signal only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], list[tuple[datetime, str]]] = OrderedDict()

    def opens(self, who: Visitor, link_id: str, now: datetime) -> bool:
        """Notes a look; True where it is one of many."""
        key = (who.client, who.agent)
        with self._lock:
            lately = [x for x in self._seen.pop(key, []) if now - x[0] <= _BURST]
            self._seen[key] = [*lately, (now, link_id)][-_MANY:]
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
            return len({link for _, link in self._seen[key]}) >= _MANY


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for pattern, name in names if re.search(pattern, agent)), "")
