"""Names of countries with what else they are called in the news: their people, their capital, their government.

What follows a rule (Iranian, Armenian) need not be listed.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise

_COUNTRIES = """
afghanistan: afghan, kabul, taliban
albania: tirana
algeria: algiers
argentina: argentine, buenos aires
armenia: yerevan
australia: canberra
austria: vienna
azerbaijan: azeri, baku
bahrain: manama
bangladesh: dhaka
belarus: minsk
belgium: belgian, brussels
bolivia: la paz
bosnia: sarajevo
brazil: brasilia
britain: british, uk, u.k, united kingdom, london, downing street, whitehall, england, english
bulgaria: sofia
cambodia: phnom penh
canada: canadian, ottawa
chad: n'djamena
chile: santiago
china: chinese, beijing
colombia: bogota
congo: kinshasa
croatia: zagreb
cuba: havana
cyprus: cypriot, nicosia
czechia: czech, czech republic, prague
denmark: danish, dane, copenhagen
ecuador: quito
egypt: cairo
eritrea: asmara
estonia: tallinn
ethiopia: addis ababa
finland: finnish, finn, helsinki
france: french, paris, elysee
georgia: tbilisi
germany: german, berlin
ghana: accra
greece: greek, athens
hungary: hungarian, budapest
iceland: reykjavik
india: new delhi, delhi
indonesia: jakarta
iran: tehran, islamic republic
iraq: baghdad
ireland: irish, dublin
israel: jerusalem, tel aviv, jewish state
italy: italian, rome
japan: tokyo
jordan: amman
kazakhstan: kazakh, astana
kenya: nairobi
kosovo: pristina
kuwait: kuwaiti
kyrgyzstan: kyrgyz, bishkek
laos: lao, vientiane
latvia: riga
lebanon: lebanese, beirut
libya: tripoli
lithuania: vilnius
luxembourg: luxembourgish
malaysia: kuala lumpur
mali: bamako
mexico: mexican
moldova: chisinau
mongolia: ulaanbaatar
montenegro: montenegrin, podgorica
morocco: moroccan, rabat
myanmar: burmese, burma
nepal: kathmandu
netherlands: dutch, the hague, amsterdam, holland
new zealand: wellington
niger: niamey
nigeria: abuja
north korea: north korean, pyongyang
norway: norwegian, oslo
oman: muscat
pakistan: islamabad
palestine: palestinian, ramallah, gaza, hamas
panama: panamanian
peru: peruvian, lima
philippines: philippine, filipino, manila
poland: polish, pole, warsaw
portugal: portuguese, lisbon
qatar: doha
romania: bucharest
russia: moscow, kremlin, russian federation
rwanda: kigali
saudi arabia: saudi, riyadh
scotland: scottish, edinburgh, holyrood
senegal: dakar
serbia: belgrade
singapore: singaporean
slovakia: slovak, bratislava
slovenia: slovene, ljubljana
somalia: mogadishu
south africa: south african, pretoria
south korea: south korean, seoul
spain: spanish, spaniard, madrid
sudan: sudanese, khartoum
sweden: swedish, swede, stockholm
switzerland: swiss, bern
syria: damascus
taiwan: taipei
tajikistan: tajik, dushanbe
tanzania: dodoma
thailand: thai, bangkok
tunisia: tunis
turkey: turkish, turk, ankara, turkiye, türkiye
turkmenistan: turkmen, ashgabat
uganda: kampala
ukraine: kyiv, kiev
united arab emirates: emirati, uae, abu dhabi
united states: american, america, us, u.s, usa, washington, white house, pentagon
uruguay: montevideo
uzbekistan: uzbek, tashkent
venezuela: caracas
vietnam: vietnamese, hanoi
wales: welsh, cardiff
yemen: sanaa, houthi
zambia: lusaka
zimbabwe: harare
european union: eu, european commission, brussels
"""


_ENDINGS = ("", "n", "an", "ian", "ean", "i", "ese", "ish")
"""What makes the name of a country one of its people, the last vowel of the name dropped or not."""


@cache
def country_forms(name: str) -> frozenset[str]:
    """Return what a country is called, in small letters; nothing when `name` is no country.

    Args:
        name: Its name, its people or its capital, however it is written.
    """
    return _forms().get(name.lower().strip(" .").removeprefix("the "), frozenset())


def of_country(text: str, forms: frozenset[str]) -> bool:
    """Return whether a text names a country in one of its forms."""
    return not forms.isdisjoint(_terms(text))


@lru_cache(maxsize=50_000)
def _terms(text: str) -> frozenset[str]:
    """Runs of one to three words of a text, in small letters; "us" only where it is written in capitals."""
    plain = text.replace("’s", "").replace("'s", "").replace("-", " ")
    words = [part.strip(".,;:()|“”\"'’") for part in plain.split()]
    lower = [word.lower() if word.lower() != "us" or word.isupper() else "" for word in words]
    pairs = [f"{one} {other}" for one, other in pairwise(lower)]
    return frozenset((*lower, *pairs, *(f"{pair} {last}" for pair, last in zip(pairs, lower[2:], strict=False))))


@cache
def _forms() -> dict[str, frozenset[str]]:
    """Every form of every country's name, with all forms of that country; the first country keeps a form."""
    found: dict[str, frozenset[str]] = {}
    for line in _COUNTRIES.strip().splitlines():
        name, others = line.split(": ")
        bases = (name, name[:-1]) if name[-1] in "aeoy" else (name,)
        people = {base + ending for base in bases for ending in _ENDINGS if (base, ending) != (name[:-1], "")}
        listed = {name, *others.split(", "), *people}
        forms = frozenset(listed | {form + "s" for form in listed})
        for form in forms:
            found.setdefault(form, forms)
    return found
