"""The words by which models commit themselves to an option, in the languages they answer in.

All of it is lower case, for text that `mirbench.answers.text.fold` has folded. To teach the extractor
a phrase, add it here, and a response that needs it to `tests/data/responses.jsonl`.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal

CueKind = Literal["answer", "option", "verb"]
"""What has to follow a cue before the letter behind it counts.

An `answer` noun needs a verb or a colon, or the letter must end the sentence ("Answer B."). An
`option` noun also names options without choosing one, so it always needs a verb or a colon. A
`verb` of choosing needs nothing.
"""

_ENGLISH: Final[dict[CueKind, tuple[str, ...]]] = {
    "answer": ("answer", "ans", "solution", "conclusion", "verdict", "prediction", "assistant", "response"),
    "option": (
        "option", "choice", "selection", "my guess", "best guess", "my pick", "my vote", "my bet",
        "correct one", "right one", "best match", "best fit", "correct statement", "correct letter",
    ),
    "verb": (
        "choose", "choosing", "chose", "select", "pick", "go with", "going with", "went with",
        "opt for", "settle on", "settling on", "vote for", "i'd say", "would say", "i say",
        "would guess", "i guess", "i'd guess", "leaning toward", "lean toward",
    ),
}  # fmt: skip

_OTHER_LATIN: Final[dict[CueKind, tuple[str, ...]]] = {
    "answer": (
        "respuesta", "resposta", "réponse", "reponse", "risposta", "antwort", "lösung", "antwoord",
        "svar", "odpowiedź", "odpowiedz", "odpověď", "cevap", "cevabı", "cevabım", "yanıt", "jawaban", "đáp án", "câu trả lời",
        "vastaus", "răspuns", "válasz",
    ),
    "option": (
        "opción", "opcion", "opção", "opzione", "alternativa", "keuze", "seçenek", "pilihan",
        "lựa chọn",
    ),
    "verb": (
        "elijo", "escojo", "elegiría", "escolho", "choisis", "choisirais", "scelgo", "wähle",
        "entscheide mich für", "kies", "wybieram", "seçiyorum", "memilih", "pilih", "chọn",
    ),
}  # fmt: skip

_OTHER_SCRIPTS: Final[dict[CueKind, tuple[str, ...]]] = {
    "answer": (
        "答案", "答え", "正解", "回答", "解答", "答:", "结论", "結論",
        "정답", "답은", "답:", "답변", "ответ", "ответом", "відповідь", "вiдповiдь",
        "الإجابة", "الاجابة", "الجواب", "إجابتي", "پاسخ", "جواب", "תשובה",
        "उत्तर", "जवाब", "উত্তর", "விடை", "คำตอบ", "απάντηση",
    ),
    "option": ("选项", "選項", "選択肢", "옵션", "선택지", "вариант", "варіант", "الخيار", "विकल्प"),
    "verb": (
        "选择", "選擇", "选", "選",
        "выбираю", "выберу", "обираю", "أختار", "اختار", "ตอบ", "เลือก",
    ),
}  # fmt: skip


def any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Compile phrases into one pattern that branches letter by letter, which is what makes it fast.

    Of two phrases that start alike the longer one is preferred.
    """

    def branch(tails: Iterable[str]) -> str:
        by_first: dict[str, list[str]] = {}
        for tail in tails:
            by_first.setdefault(tail[:1], []).append(tail[1:])
        optional = "?" if by_first.pop("", None) else ""
        branches = [re.escape(first) + branch(rest) for first, rest in by_first.items()]
        return f"(?:{'|'.join(branches)}){optional}" if branches else ""

    return re.compile(branch(sorted(set(phrases))).removeprefix("(?:").removesuffix(")"))


def _kinds(*tables: dict[CueKind, tuple[str, ...]]) -> dict[str, CueKind]:
    return {word: kind for table in tables for kind, group in table.items() for word in group}


CUE_KINDS: Final = _kinds(_ENGLISH, _OTHER_LATIN, _OTHER_SCRIPTS)
CUES: Final = any_of(CUE_KINDS)
ASCII_CUES: Final = any_of(cue for cue in CUE_KINDS if cue.isascii())

_COUNTED: Final = ("first", "second", "third", "fourth", "fifth", "sixth")
_NUMBERS: Final = ("one", "two", "three", "four", "five", "six")
ORDINALS: Final[dict[str, int]] = {
    **{f"{word} {noun}": rank for rank, word in (*enumerate(_COUNTED), (-1, "last"))
       for noun in ("option", "choice", "answer", "statement")},
    **{f"{noun} {number}": rank for numbers in (_NUMBERS, "123456789") for rank, number in enumerate(numbers)
       for noun in ("option", "choice")},
    **{f"第{sign}{counter}": rank for rank, sign in enumerate("一二三四五六") for counter in "个個"},
}  # fmt: skip
ORDINAL: Final = any_of(ORDINALS)

FINAL: Final = re.compile(
    r"(?:final|your|最终|最終的な|最终的|최종|finale?n?|окончательный|итоговый)[\s:*_\"']{0,4}$"
)
"""Before an answer noun: the answer is declared as the last one, or in the paper's own form."""

COPULA: Final = (
    r"is|was|would\ be|should\ be|must\ be|must\ therefore\ be|has\ to\ be|will\ be|remains|'s"
    r"|es|sería|debe\ ser|é|seria|est|serait|è|ist|wäre|lautet|är|er|to|jest|adalah|ialah|là|là:"
    r"|это|является|应该是|應該是|应当是|应为|應為|就是|是|为|為|选择|选|選|は|が|은|는|هي|هو|:"
    r"|คือ|है|היא|είναι|on|este|je"
)

FILLER: Final = (
    r"(?:to|for)\ (?:this|the|your|that)(?:\ (?:question|problem|puzzle|one|task|prompt))?"
    r"|that|most|likely|probably|definitely|clearly|certainly|simply|just|indeed|therefore|thus"
    r"|hence|so|then|actually|still|now|only|correct|right|final|best|option|choice|letter|answer"
    r"|labell?ed|marked|as|follows|select|selected|choose|chosen|with|i|think|believe|would|say|it"
    r"|you|here|given|above|of|the|be|donc|entonces|portanto|logo|quindi|dunque|somit|daher"
    r"|opción|opcion|opção|opzione|alternativa|l'option|la|el|le|l'|die|der|das|a\ letra|a\ opção|correcta|correcto"
    r"|correcte|correta|certa|corretta|giusta|richtige|korrekte|juiste|yang|benar|đúng|doğru|letra"
    r"|lettre|lettera|buchstabe|seçenek|pilihan"
    r"|правильный|верный|вариант|буква|الصحيحة|الصحيح|الخيار|هي|هو|सही|विकल्प|ข้อ|ตัวเลือก"
)
"""Words that may stand between a cue and its letter without turning it."""

FILLER_UNSPACED: Final = r"选项|選項|选择|選擇|選択肢|应该|應該|应当|的|옵션|보기|正确|正確"
"""The same where words are written without spaces."""

AFTER_LETTER: Final = (
    r"(?:or|and|is|was|because|since|as|for|based|given|which|where|but|not|rather|instead|from|in|by"
    r"|due|here|seems|would|that|if|so|then|option|answer|choice|the|it|this|there|both|only|according"
    r"|est|es|é|è|ist|porque|parce|car|weil|da|perché|và|atau|oder|ou|und|et)"
)
"""Words that may follow the letter A; before any other word "A" is the article."""

NEGATED: Final = re.compile(
    r"(?:\b(?:not|never|cannot|can't|nor|neither|without|don't|doesn't|didn't|wouldn't|won't|isn't"
    r"|if|whether|suppose|supposing|assume|assuming|unless|why|had|incorrect|wrong|false|unlikely"
    r"|tempted|tempting|mistakenly|could|might|may|some|many|people|others|first|initial|initially|previous"
    r"|earlier|original|pas|no|nicht|kein|non|não|не|nunca)\b"
    r"|不|非|没|並|错误|ない|لا|ليس)"
    r"[\s\"'*]{0,3}(?:(?:think|believe|say|agree|mean|feel|be|have|to|would|will|that|the|my|this|our|its|correct"
    r"|right|best|simply|just|necessarily|always|la|le|el|die|der|o|a|des|es|is|ist|est|是|能|会|应该?"
    r"|правильный|answer|option|choice|letter|solution|you|we|i|one|they|he)\b[\s\"'*]{1,3}){0,5}[\s\"'*]{0,3}$"
)
"""Right before a cue: the sentence denies, supposes or merely considers what follows."""

REJECTED: Final = re.compile(
    r"[)\]\"'*\s]{0,4}(?:option\s)?(?:(?:is|are|was|were|be|can|could|does|do|would|must|seems?|looks?"
    r"|both|all|therefore|clearly|also|definitely|obviously|then|it|so)\s){0,4}"
    r"(?:not\b|isn't|aren't|cannot|can't|doesn't|don't|wouldn't|wrong\b|incorrect\b|false\b|ruled\sout"
    r"|eliminated|impossible\b|invalid\b|out\b|unlikely\b|less\b)"
    r"|[)\]\"'*\s]{0,4}(?:不|错|是错|也不|都不|ではな|じゃな|이\s?아니|가\s?아니|не\b)"
)
"""Right after a letter: the option is refused."""

_CLOSES: Final = r"(?=\s{0,2}(?:[.,;!)*]|$|\n|(?:because|since|as|given|here|based|according)\b))"
_RIGHT_ANSWER: Final = (
    r"(?:(?:the|therefore|thus|hence|clearly|likely|most|probably|definitely|indeed|only|my|our|final|one"
    r"|single|then|so|obviously|certainly|by\sfar|that\sis|a)\s){0,5}"
    rf"(?:(?:correct|accurate|answer)\b(?!\s(?:only|if|when|unless|in\sthat|about|for|than|but))"
    rf"|(?:right|best|true|appropriate|plausible|suitable|likely|fitting)(?:{_CLOSES}"
    r"|\s(?:answer|option|choice|match|fit|description|candidate|one|explanation|statement)\b))"
)
VERDICT: Final = re.compile(
    r"[)\]\"'*\s:,\-]{0,6}(?:\([^()\n]{1,120}\)\s?)?"
    r"(?:(?:is|are|was|must\sbe|should\sbe|would\sbe|has\sto\sbe|seems(?:\sto\sbe)?|appears(?:\sto\sbe)?"
    rf"|looks)\s{{1,3}}{_RIGHT_ANSWER}"
    r"|(?<=:\s)(?:(?:this|it)\sis\s)?(?:correct|true)\b"
    r"|(?:best|correctly|accurately)\s(?:describes?|matches|match|fits?|represents?|captures?|explains?"
    r"|answers?|completes?|reflects?|states?|identifies|shows?)\b"
    r"|(?:fits|matches)\sbest\b)"
    r"|[)\]\"'*\s]{0,4}(?:选项|選項)?\s?(?:是|为)?(?:正确|正確|对的|正解|最合适|最符合)"
    r"|[)\]\"'*\s]{0,4}(?:が正しい|が正解|が最も|です|となります)"
    r"|[)\]\"'*\s]{0,4}(?:가|이)\s?(?:정답|맞|옳|가장\s?적절)"
    r"|[)\]\"'*\s]{0,4}(?:입니다|번입니다|이다)"
    r"|[)\]\"'*\s]{0,4}(?:es\sla\s(?:respuesta\s|opción\s)?correct|es\scorrect|est\s(?:la\s(?:bonne|réponse)"
    r"|correct)|ist\s(?:richtig|korrekt|die\srichtige)|é\sa\s(?:resposta|correta|alternativa)|está\scorret"
    r"|è\s(?:corrett|giust|la\srisposta)|верн|правил|является\sправил|صحيح|सही)"
)
"""Right after a letter: the option is declared right."""

LEANING: Final = re.compile(
    r"(?:\b(?:so(?!\sis\b)|thus|therefore|hence|accordingly|consequently|in\sconclusion"
    r"|(?:it|that|this|which)(?:'s|\sis|\swas)|(?:must|should|would|has\sto)\sbe|means?|meant"
    r"|match(?:es|ing)?|correspond(?:s|ing)?\s(?:to|with)|leav(?:es|ing)(?:\sus)?(?:\swith)?|left\swith"
    r"|remain(?:s|ing)|consistent\swith|points?\sto|supports?|suggests?|indicates?|favou?rs?|namely"
    r"|satisfies|fits|aligns?\swith|leads?\s(?:us\s)?to|looks\slike|i\s(?:think|believe)"
    r"|definitely|probably|likely|clearly|no,?\swait|wait|no,|actually|make\sthat"
    r"|(?:correct|right|best|remaining|last)\s(?:option|choice|one)\s(?:left\s)?is"
    r"|sondern|sino|c'est|(?<=,\s)es|not\s\W{0,2}[a-j]\W{0,2}\s?(?:but|rather))"
    r"|->|=>|→|⇒|∴|所以|因此|故|就是|应该是|是|为|よって|したがって|따라서|그러므로|donc|also|luego|así\sque"
    r"|por\stanto|portanto|quindi|dunque|значит|следовательно|это)"
    r"[\s,:]{0,3}(?:(?:only|clearly|the|answer|option|choice|letter|must|should|be|is|it|it's|likely"
    r"|probably|definitely|actually|really|indeed|rather|correct|one|option|opción|opção|opzione|вариант"
    r")\b[\s,:]{0,3}|选项|選項|選択肢|选){0,4}[\s*\"'`(\[$]{0,4}$"
)
"""Right before a letter that ends its sentence: the text arrives at this option."""

TURN: Final = re.compile(
    r"\b(?:but|however|wait|actually|no|hmm+|though|although|yet|instead|rather|initially|at first|first"
    r"|oops|sorry|mistake|correction|reconsider\w*|re-?(?:check|examin|evaluat|read|think|look)\w*"
    r"|on second thought|let me|looking closer|closer look|double-check|scratch that|changed? my mind"
    r"|on reflection|pero|mais|aber|jedoch|doch|ma|mas|но|однако)\b"
    r"|不对|但|然而|等等|不过|しかし|待って|いや|하지만|그러나|아니|لكن|लेकिन"
)
"""Between two different answers: the second one corrects the first."""

REVISION: Final = re.compile(
    r"\b(?:wait|no,|no wait|actually|hmm+|correction|on second thought|scratch that|oops|my mistake"
    r"|i made (?:a mistake|an error)|i was wrong|let me re-?\w+|changed? my mind|sorry, |but (?:it's|it is|now|on closer|that(?:'s| is) wrong|this is wrong))"
    r"|不对|等等|等一下|更正|待って|訂正|아니,|잠깐"
)
"""After a settled answer: the model takes it back or doubts it."""

REFUSAL: Final = re.compile(
    r"\b(?:i(?:'m| am) (?:sorry|unable|not able|not sure)|i apologi[sz]e|sorry,|unable to|cannot (?:be )?"
    r"(?:determin|answer|see|view|tell|assist|help|provide|analy|process|access|identify|say)"
    r"|can(?:'t|not) (?:be )?(?:determin|answer|see|view|tell|assist|help|provide|analy|process|access"
    r"|identify|say)|could not (?:be )?determin|not (?:enough|sufficient) information|insufficient"
    r"|as an ai|i don't (?:see|have|know)|i do not (?:see|have|know)|impossible to|not possible to"
    r"|none of the (?:options|above|choices|given)|no image|there (?:is|are) no images?)"
    r"|抱歉|无法|無法|对不起|看不到|申し訳|できません|죄송|없습니다|lo siento|je suis désolé|désolé"
    r"|es tut mir leid|извините|не могу|عذر|आسف|क्षमा"
)
"""Anywhere in a response without an answer: the model declined."""
