"""What the words beside a letter say about it: denied, refused, doubted, called right, arrived at.

All functions take lower-case text; `at` is where the letter, or the phrase that announces it,
starts or ends. They look at a bounded stretch of text, so that reading stays linear.
"""

# ruff: noqa: RUF001 - the words of other languages

import re
from typing import Final

from mirbench.answers.phrases import any_of

_NEAR: Final = 48
_SENTENCE: Final = 200
STOPS: Final = frozenset(("", "."))
"""What most letters stand before, and nothing that is said of them begins with."""

_DENIERS: Final = (
    "not|never|cannot|can't|nor|neither|without|don't|doesn't|didn't|wouldn't|won't|isn't|no"
    "|incorrect|wrong|false|unlikely|if|whether|suppose|supposing|assume|assuming|unless|otherwise"
    "|else|why|could|might|may|maybe|perhaps|possibly|had|was going|tempted|tempting|mistakenly"
    "|some|many|people|others"  # "many would say B"
    "|first|initial|initially|previous|earlier|original"  # "my first answer was B"
    "|less|worst|pas|ni|nicht|kein|weder|noch|non|não|nem|nunca|не"
)
_DENIERS_UNSPACED: Final = "不|非|没|並|错误|ない|لا|ليس"
_BETWEEN: Final = (
    "think|thought|believe|believed|say|said|agree|mean|feel|be|have|to|would|will|that|the|my|this"
    "|our|its|you|we|i|one|they|he|correct|right|best|simply|just|necessarily|always"
    "|answer|option|choice|letter|solution|likely|probable|plausible|suitable"
    "|la|le|el|die|der|o|a|des|es|is|ist|est|правильный|是|能|会|应|应该"
)
_DENIED: Final = re.compile(
    rf"[^a-z](?:{any_of(_DENIERS.split('|'))}(?!\w)"
    r"|least(?<!\bat least)\b|doubts?(?<!\b(?:no|ut) doubt)(?<!\ba doubt)\b|"
    rf"{any_of(_DENIERS_UNSPACED.split('|'))})"
    rf"[\s\"'*]{{0,3}}(?:{any_of(_BETWEEN.split('|'))}\b[\s\"'*]{{1,3}}){{0,5}}[\s\"'*]{{0,3}}$"
)
_NEEDED: Final = re.compile(r"\b(?:need|enough|order|required)\b[^.\n]{0,36}\sto\s$")
_CONDITION: Final = re.compile(
    r"""(?:^|[.!?;\n])\s{0,2} (?:if|when|in[ ]case|unless|whenever)\s
    (?!(?:i|we|one)\b(?![^.!?\n]{0,30}\b(?:exclude|eliminate|discard|reject|rule)\b))
    (?: (?!\b(?:so|therefore|hence|thus)\b) [^.!?\n] ){0,160}$""",
    re.VERBOSE,
)

_REFUSED: Final = re.compile(
    r"""[)\]"'*\s]{0,4}(?:
        (?:option\s)?
        (?: (?: is | are | was | were | be | can | could | does | do | would | must | seems?
              | looks? | both | all | therefore | clearly | also | definitely | obviously | then
              | it | so )\s ){0,4}
        (?: (?:not|wrong|incorrect|false|impossible|invalid|out|unlikely|less)\b
          | isn't | aren't | cannot | can't | doesn't | don't | wouldn't | ruled\sout
          | eliminated )
      | ~~ | 不 | 错 | 是错 | 也不 | 都不 | ではな | じゃな | 이\s?아니 | 가\s?아니 | не\b )""",
    re.VERBOSE,
)
_LEFT_OPEN: Final = re.compile(
    r"""[)\]"'*_`$}]{0,4}\s{0,2}
    (?: \? | [,;]?\s?(?:only\s|else\s)?(?:if|when|unless|whenever|otherwise|else)\b )""",
    re.VERBOSE,
)

_CALLED_RIGHT: Final = re.compile(
    r"""[)\]"'*\s:,\-]{0,6} (?:\([^()\n]{1,120}\)\s?)? (?:
        (?: is | are | was | must\sbe | should\sbe | would\sbe | has\sto\sbe
          | seems(?:\sto\sbe)? | appears(?:\sto\sbe)? | looks )\s{1,3}
        (?: (?: the | a | one | my | our | only | most | final | single | therefore | thus | hence
              | then | so | clearly | likely | probably | definitely | indeed | obviously
              | certainly | by\sfar | that\sis )\s ){0,5}
        (?: (?:correct|accurate|answer)\b
            (?!\s(?:only|if|when|unless|in\sthat|about|for|than|but))
          | (?:right|best|true|appropriate|plausible|suitable|likely|fitting)
            (?: (?=\s{0,2}(?:[.,;!)*\n]|$|(?:because|since|as|given|here|based|according)\b))
              | \s(?:answer|option|choice|match|fit|description|candidate|one|statement)\b )
          | (?:safest|closest|strongest|better|logical|obvious|natural|intended)
            \s(?:answer|option|choice|match|one)\b )
      | (?<=:\s)(?:(?:this|it)\sis\s)?(?:correct|true)\b
      | is\s(?:the\s)?only\s(?:one|option|choice)\s(?:left|remaining|possible)\b
      | (?:best|correctly|accurately)\s(?:describe|match|fit|represent|capture|explain|answer
          |complete|reflect|state|identifie|show)(?:e?s)?\b
      | (?:fits|matches)\s(?:best|(?:the|both|all|all\sthe|these)\s(?:images?|pictures?|scene
          |description|evidence|question|observations?|facts))\b
      | is\sthe\sone\s(?:that|which)\s(?:matches|fits|describes|corresponds)\b
      | it\sis(?=[.!])
    )
    | [)\]"'*]{0,3}[ ]?[|:]?[ ]?(?:[✓✔✅☑]|correct(?=[ ]\|))(?=[ ]{0,3}(?:$|\n|\|))
    | [)\]"'*\s]{0,4}(?:
        (?:选项|選項)?\s?(?:的?描述)?(?:是|为)?(?:正确|正確|对的|正解|最合适|最符合)
      | を選(?:びます|択します) | [를을]?\s?선택(?:하겠|합니다|했)
      | が正しい | が正解 | が最も | です | となります
      | (?:가|이)\s?(?:정답|맞|옳|가장\s?적절) | 번?입니다 | 이다
      | es\s(?:la\s(?:respuesta\s|opción\s)?)?correct
      | est\s(?:la\s(?:bonne|réponse)|correct)
      | ist\s(?:richtig|korrekt|die\srichtige)
      | é\sa\s(?:resposta|correta|alternativa) | está\scorret
      | è\s(?:corrett|giust|la\srisposta)
      | верн | правил | является\sправил | صحيح | सही )""",
    re.VERBOSE,
)
_ARRIVED: Final = re.compile(
    r"""(?: \b(?: so(?!\sis\b) | thus | therefore | hence | accordingly | consequently
            | in\sconclusion | (?:it|that|this|which)(?:'s|\sis|\swas)
            | (?:must|should|would|has\sto)\sbe | means? | meant
            | match(?:es|ing)? | correspond(?:s|ing)?\s(?:to|with)
            | leav(?:es|ing)(?:\sus)?(?:\swith)? | left\swith | remain(?:s|ing)
            | consistent\swith | points?\sto | supports? | suggests? | indicates? | favou?rs?
            | namely | i\.e\.,? | satisfies | fits | aligns?\swith | leads?\s(?:us\s)?to
            | looks\slike | i\s(?:think|believe) | definitely | probably | likely | clearly
            | no,?\swait | wait | no, | actually | make\sthat
            | (?:correct(?:ly)?|right|best|accurately|remaining|last)\s[\w\s]{0,36}\bis | yes,
            | not\s\W{0,2}[a-j]\W{0,2}\s?(?:but|rather) | sondern | sino | c'est | (?<=,\s)es
            | pas\s(?:la\s)?\W{0,2}[a-j]\W{0,2}\s?mais
            | creo\sque(?:\ses)? | donc | also | luego | así\sque | por\stanto | portanto | quindi
            | dunque | daher | somit | значит | следовательно | это )
        | \[x\] | बल्कि | -> | => | → | ⇒ | ∴ | 所以 | 因此 | 故 | 就是 | 应该是 | 而是 | 是 | 为
        | よって | したがって | 따라서 | 그러므로 )
    [\s,:]{0,3}
    (?: (?: only | clearly | the | answer | option | choice | letter | must | should | be | is | it
          | it's | likely | probably | definitely | actually | really | indeed | rather
          | correct | one | la | ist | es | die | richtige
          | opción | opção | opzione | вариант )\b [\s,:]{0,3}
      | 选项 | 選項 | 選択肢 | 选 ){0,4}
    [\s*"'`(\[$]{0,4}$""",
    re.VERBOSE,
)

_EVIDENCE: Final = ("support", "suggest", "indicat", "favo", "match", "point", "fit", "consistent")
_NOTHING: Final = re.compile(r"\b(?:nothing|none|nobody|neither|hardly|no)\b[^.!?\n,;:]*$")

# A letter that is not one of a-z stands first in these, which skips most of a text quickly.
_TURN: Final = re.compile(
    r"""[^a-z](?: (?: but | however | wait | actually | no | hmm+ | though | although | yet
          | instead | rather | initially | at\sfirst | first | oops | sorry | mistake | correction
          | reconsider\w* | re-?(?:check|examin|evaluat|read|think|look)\w* | on\ssecond\sthought
          | on\sreflection | let\sme | looking\scloser | closer\slook | double-check
          | scratch\sthat | changed?\smy\smind
          | pero | mais | aber | jedoch | doch | ma | mas | но | однако )\b
        | 不对 | 但 | 然而 | 等等 | 不过 | しかし | 待って | いや | 하지만 | 그러나 | 아니
        | لكن | लेकिन )""",
    re.VERBOSE,
)
_DOUBT: Final = re.compile(
    r"""[^a-z](?: (?: wait | no, | no\swait | actually | hmm+ | correction | on\ssecond\sthought
          | scratch\sthat | oops | my\smistake | i\smade\s(?:a\smistake|an\serror) | i\swas\swrong
          | let\sme\sre-?\w+ | changed?\smy\smind | sorry,?\s
          | but\s(?:it's|it\sis|now|on\scloser|(?:that|this)(?:'s|\sis)\swrong) )
        | 不对 | 等等 | 等一下 | 更正 | 待って | 訂正 | 아니, | 잠깐 )""",
    re.VERBOSE,
)
_SHORTEST_DOUBT: Final = 3
_UNDECIDED: Final = re.compile(
    r"\bi(?:'m|\sam)\s(?:not|no\slonger|un)\s?(?:sure|certain)|\bi\s(?:don't|do\snot|can't|cannot)\s"
    r"(?:know|tell|say|decide)"
)
_DECLINES: Final = re.compile(
    r"""[^a-z](?: i(?:'m|\sam)\s(?:sorry|unable|not\sable|not\ssure) | i\sapologi[sz]e | sorry,
        | unable\sto | as\san\sai | no\simage | there\s(?:is|are)\sno\simages?
        | c(?:annot|an't|an\snot|ould\snot)\s(?:be\s)?(?:determin|answer|see|view|tell|assist
            |help|provide|analy|process|access|identify|say)
        | i\s(?:don't|do\snot)\s(?:see|have|know) | impossible\sto | not\spossible\sto
        | insufficient | not\s(?:enough|sufficient)\sinformation
        | 抱歉 | 无法 | 無法 | 对不起 | 看不到 | 申し訳 | できません | 죄송 | 없습니다
        | lo\ssiento | je\ssuis\sdésolé | désolé | es\stut\smir\sleid | извините | не\sмогу
        | माफ | क्षमा )""",
    re.VERBOSE,
)

_SENTENCE_STOPS: Final = re.compile(
    r"""[)\]}"'*_`$>|]{0,6}\s{0,2}
    (?: [.!,;<\n] | $ | (?:because|since|as)\b | है | です | 입니다 | olur | '?d[iıuü]r\b )""",
    re.VERBOSE,
)


def denied(low: str, at: int) -> bool:
    """Tell whether the words right before deny, suppose or merely report what follows."""
    before = low[at - _NEAR if at > _NEAR else 0 : at]  # at most from the last full stop on
    before = "\n" + before.rpartition(".")[2]
    return bool(_DENIED.search(before) or (before[-4:] == " to " and _NEEDED.search(before)))


def conditional(low: str, at: int) -> bool:
    """Tell whether the sentence so far makes what follows depend on something."""
    before = low[at - _SENTENCE if at > _SENTENCE else 0 : at].rpartition(".")[2]
    if not _may_depend(before):
        return False
    before = before.rpartition("\n")[2]
    return _may_depend(before) and bool(_CONDITION.search(before))


def _may_depend(low: str) -> bool:
    return "if " in low or "when" in low or "in case" in low or "unless" in low


def refused(low: str, at: int) -> bool:
    """Tell whether the words right after refuse a letter: "is wrong", "cannot be"."""
    return low[at : at + 1] not in STOPS and bool(_REFUSED.match(low, at))


def left_open(low: str, at: int) -> bool:
    """Tell whether a question mark or a condition follows."""
    return bool(_LEFT_OPEN.match(low, at))


def called_right(low: str, at: int) -> bool:
    """Tell whether the words right after call a letter right: "is correct", "best describes"."""
    return low[at : at + 1] not in STOPS and bool(_CALLED_RIGHT.match(low, at))


def arrived_at(low: str, at: int) -> bool:
    """Tell whether the words right before arrive at a letter: "so it must be", "leaving"."""
    near = at - _NEAR if at > _NEAR else 0
    cue = _ARRIVED.search(low, near, at)
    if cue is None or denied(low, cue.start()):
        return False
    return not (cue[0].startswith(_EVIDENCE) and _NOTHING.search(low, near, at))


def sentence_stops(low: str, at: int) -> bool:
    """Tell whether the sentence, or its clause, ends here."""
    return bool(_SENTENCE_STOPS.match(low, at))


def turns(low: str) -> list[int]:
    """Return where a text turns, so that an answer behind corrects one before."""
    return [turn.start() for turn in _TURN.finditer(low)]


def doubt_after(low: str, at: int) -> int | None:
    """Return where the text doubts or takes back what stands before, if it does."""
    if len(low) - at < _SHORTEST_DOUBT:
        return None
    doubt = _DOUBT.search(low, at)
    return doubt.start() + 1 if doubt else None


def undecided(low: str, at: int) -> bool:
    """Tell whether the text says, from some place on, that it does not know."""
    return bool(_UNDECIDED.search(low, at))


def declines(low: str) -> bool:
    """Tell whether a text without an answer declines to give one."""
    return bool(_DECLINES.search("\n" + low))
