"""The table of words for those who speak: titles, roles, groups, institutions, pronouns; knows no grammar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

Gender: TypeAlias = Literal["he", "she"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MALE_TITLES = _words("mr mr. mister sir lord king prince father herr monsieur señor sheikh")
FEMALE_TITLES = _words("mrs mrs. ms ms. miss dame lady queen princess sister frau madame señora")
HONORIFICS = MALE_TITLES | FEMALE_TITLES | _words("dr dr. prof prof. hon. rev. rev")
"""Titles that are left out of a name and tell no role."""

RANKS = _words(
    "president minister premier chancellor senator sen. sen congressman congresswoman representative rep. rep governor "
    "gov. gov mayor councilman councilwoman secretary ambassador judge justice general gen. colonel col. col captain "
    "capt. capt major lieutenant lt. lt sergeant sgt. admiral adm. commander commissioner chief director professor "
    "doctor pope cardinal bishop archbishop pastor imam rabbi ayatollah emir sultan inspector detective officer "
    "spokesman spokeswoman spokesperson chairman chairwoman chair ceo coach attorney prosecutor deputy prime foreign "
    "vice defence defense finance interior health speaker leader analyst expert economist historian critic journalist "
    "reporter author political scholar lawyer mp"
)
"""Words that stand before a name and tell the role of who has it."""

_CLASSES = """
expert analyst scholar specialist researcher scientist professor academic historian economist commentator observer
politician lawmaker mp senator sen sen. rep rep. congressman congresswoman representative deputy legislator
minister official secretary diplomat
ambassador envoy diplomat official
president leader premier chancellor statesman
spokesman spokeswoman spokesperson official
director head chief executive ceo chairman chairwoman boss manager businessman businesswoman entrepreneur
candidate nominee contender politician hopeful
lawyer attorney counsel prosecutor advocate
judge justice magistrate
journalist reporter correspondent columnist editor writer author
officer policeman policewoman detective inspector commander captain colonel general soldier
doctor physician surgeon medic
mayor governor gov gov. official alderman sheriff supervisor
activist campaigner organizer organiser
witness resident
engineer architect inspector
teacher lecturer
captain skipper
adviser advisor aide strategist
billionaire businessman tycoon mogul
fisherman farmer worker
"""
CLASSES: tuple[frozenset[str], ...] = tuple(_words(row) for row in _CLASSES.splitlines() if row)
"""Nouns in a row may mean the same person: who is an analyst can be called the expert."""

PERSONS = (
    frozenset().union(*CLASSES)
    | RANKS
    | _words(
        "man woman person speaker employee member fellow founder owner host star actor actress singer player coach "
        "student pastor priest father mother wife husband daughter son brother sister friend rival opponent supporter "
        "donor veteran delegate voter user novelist artist co-founder president-elect consultant pollster widow "
        "neighbour neighbor pilot driver sailor chairperson graduate orientalist nurse "
        "pensioner lobbyist superdelegate interlocutor counterpart colleague successor predecessor"
    )
)
"""Nouns for one person."""

EXPERTS = CLASSES[0]
SCHOLARS = ("ologist", "ographer", "onomer")
"""Endings of words for experts: "hydrologist"."""
PARTNERS = _words("interlocutor counterpart host guest opponent rival colleague")
"""Who a person is called that talks or contends with another: "his interlocutor"."""

FEMALE_NOUNS = _words(
    "woman spokeswoman chairwoman congresswoman councilwoman businesswoman actress wife mother daughter sister queen "
    "princess policewoman widow"
)
MALE_NOUNS = _words(
    "man spokesman chairman congressman councilman businessman actor husband father son brother king prince policeman "
    "fisherman"
)

INSTITUTIONS = _words(
    "government police army military court parliament authorities administration ministry opposition kremlin pentagon "
    "congress senate council commission union navy church embassy prosecution staff leadership judiciary cabinet "
    "coastguard presidency"
)
"""Nouns that name an institution by themselves: "the police said"; others need a name: "the agency said"."""

ORGANISATIONS = INSTITUTIONS | _words(
    "agency company bank university institute center centre group party organization organisation department office "
    "firm foundation newspaper magazine channel network service committee board club association federation team "
    "campaign paper daily website outlet bureau fund operator corporation regulator ngo charity academy observatory "
    "laboratory think-tank"
)

DOCUMENTS = _words(
    "polls poll surveys survey reports report records record documents document data figures numbers results studies "
    "study plans plan laws law rules rule statistics estimates letters letter emails email tapes tape videos video "
    "photos photo pictures tests test signs sign facts fact words sources articles article posts books ads filings "
    "papers texts contracts contract agreements agreement"
)
"""Nouns for what tells something without being anybody."""

GROUPS = _words(
    "experts officials authorities agencies analysts scholars specialists researchers scientists economists "
    "historians politicians lawmakers senators diplomats ministers critics supporters opponents observers "
    "commentators journalists reporters voters residents witnesses activists protesters campaigners organizers "
    "organisers leaders aides advisers advisors strategists prosecutors investigators lawyers doctors engineers "
    "members employees workers unions companies groups candidates conservatives liberals republicans democrats "
    "advocates insiders allies friends relatives families people women men parents students teachers farmers "
    "fishermen rescuers firefighters soldiers commanders police media outlets newspapers governments countries "
    "delegates donors executives owners investors traders environmentalists locals islanders villagers forces "
    "services bodies circles"
)
"""Plural nouns that say by themselves who speaks: "experts say"."""

UNNAMED = _words("source sources insider person someone somebody others another one everyone everybody anyone who")
"""Words for those whom the article does not want to name."""

HE, SHE = _words("he him his himself"), _words("she her hers herself")
FIRST = _words("i we me us my our you")
RELATIVES = _words("who which that whom whose")

MEETING = _words(
    "met meet meets meeting talks talked negotiations negotiated interview interviewed debate debated visit visited "
    "received hosted conversation phoned telephoned called"
)
"""Words for what makes two people each other's interlocutors."""

CALENDAR = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december"
)
"""Capitalised words that may stand before a name and are no part of it."""

PARTICLES = _words("al bin ibn de da di van von der den la le el abu ul ur du dos del y st st. ter ten af av zu")
"""Small words inside a name."""

_HE: Gender = "he"
_SHE: Gender = "she"
GENDERS: Mapping[str, Gender] = dict.fromkeys(MALE_TITLES | MALE_NOUNS, _HE) | dict.fromkeys(
    FEMALE_TITLES | FEMALE_NOUNS, _SHE
)


def names_person(word: str) -> bool:
    """Return whether a noun is for one person: a role, or a scholar's name such as "hydrologist"."""
    return word in PERSONS or word.endswith(SCHOLARS)


def alike(one: str, other: str) -> bool:
    """Return whether two nouns can mean the same person."""
    return one == other or any(one in row and other in row for row in CLASSES)
