"""The phrases by which models announce an answer, in the languages they answer in.

All of it is lower case, for text that `text.fold` has folded. To teach the extractor a phrase, add
it here, and a response that needs it to `tests/data/responses.jsonl`.
"""

# ruff: noqa: RUF001 - the words of other languages

import re
from collections.abc import Iterable
from typing import Final, Literal

CueKind = Literal["answer", "option", "verb"]
"""What has to follow a cue before the letter behind it counts.

An `answer` noun needs a verb or a colon, or the letter must end the sentence ("Answer B."). An
`option` noun also names options without choosing one, so it always needs a verb or a colon. A
`verb` of choosing needs nothing.
"""

_CUES: Final[tuple[tuple[CueKind, str], ...]] = (
    ("answer", "answer|ans|solution|conclusion|verdict|prediction|assistant|response"),
    ("option", "option|choice|selection|selected|chosen|picked|result|my pick|my vote|my bet"),
    ("option", "my guess|best guess"),
    ("option", "correct one|right one|best match|best fit|correct statement|correct letter"),
    ("verb", "choose|choosing|chose|select|pick|go with|going with|went with|opt for|settle on"),
    ("verb", "settling on|stick with|sticking with|stay with|staying with|vote for|i'd say"),
    ("verb", "would say|i say|would guess|i guess|i'd guess"),
    ("verb", "leaning toward|leaning towards|lean toward|lean towards"),
    # Spanish, Portuguese, French, Italian, Romanian
    ("answer", "respuesta|resposta|réponse|reponse|risposta|răspuns"),
    ("option", "opción|opcion|opção|opzione|alternativa"),
    ("verb", "elijo|escojo|elegiría|escolho|choisis|choisirais|scelgo"),
    # German, Dutch, Scandinavian, Polish, Czech, Finnish, Hungarian
    ("answer", "antwort|lösung|antwoord|svar|odpowiedź|odpowiedz|odpověď|vastaus|válasz"),
    ("option", "keuze"),
    ("verb", "wähle|entscheide mich für|kies|wybieram"),
    # Turkish, Indonesian, Vietnamese
    ("answer", "cevap|cevabı|cevabım|yanıt|jawaban|đáp án|câu trả lời"),
    ("option", "seçenek|pilihan|lựa chọn"),
    ("verb", "seçiyorum|memilih|pilih|chọn"),
    # Chinese, Japanese, Korean
    ("answer", "答案|答:|结论|結論|答え|正解|回答|解答|정답|답은|답:|답변"),
    ("option", "选项|選項|選択肢|옵션|선택지"),
    ("verb", "选择|選擇|选|選"),
    # Russian, Ukrainian, Greek
    ("answer", "ответ|ответа|ответом|відповідь|απάντηση"),
    ("option", "вариант|варіант"),
    ("verb", "выбираю|выберу|обираю"),
    # Arabic, Persian, Hebrew, Hindi, Bengali, Tamil, Thai
    ("answer", "الإجابة|الاجابة|الجواب|إجابتي|پاسخ|جواب|תשובה|उत्तर|जवाब|উত্তর|விடை|คำตอบ"),
    ("option", "الخيار|विकल्प"),
    ("verb", "أختار|اختار|ตอบ|เลือก"),
)

_COPULAS: Final = (
    "is|was|would be|should be|must be|must therefore be|has to be|will be|remains|'s"
    "|es|sería|debe ser|é|seria|est|serait|è|este|ist|wäre|lautet|är|er|on|to|jest|je"
    "|adalah|ialah|là|это|является|είναι"
    "|应该是|應該是|应当是|应为|應為|就是|是|为|為|选择|选|選|は|が|은|는|هي|هو|היא|है|คือ"
)
_FILLERS: Final = (
    "that|most|likely|probably|definitely|clearly|certainly|simply|just|indeed|therefore|thus"
    "|hence|so|then|actually|still|now|only|correct|right|final|best|option|choice|letter|answer"
    "|labeled|labelled|marked|as|follows|select|selected|choose|chosen|with|i|think|believe"
    "|would|say|it|you|here|given|above|of|the|be"
    "|opción|opcion|correcta|correcto|entonces|opção|a letra|a opção|correta|certa|portanto|logo"
    "|alternativa|letra|opzione|lettera|corretta|giusta|quindi|dunque|l'option|lettre|correcte"
    "|donc|la|el|le|l'|die|der|das|richtige|korrekte|somit|daher|buchstabe|juiste"
    "|seçenek|doğru|pilihan|yang|benar|đúng|правильный|верный|вариант|буква"
    "|الصحيحة|الصحيح|الخيار|सही|विकल्प|ข้อ|ตัวเลือก"
)
_FILLERS_UNSPACED: Final = "选项|選項|选择|選擇|選択肢|应|应该|應該|应当|的|正确|正確|옵션|보기"
_TO_THE_QUESTION: Final = (
    f"{to} {this}{task}"
    for to in ("to", "for")
    for this in ("this", "the", "your", "that")
    for task in ("", " question", " problem", " puzzle", " one", " task", " prompt")
)


_ALSO_AS: Final = {"i": "İı", "k": "\u212a", "s": "ſ", "ε": "ϵ", "ι": "\u0345\u1fbe", "в": "ᲀ",
                   "о": "ᲂ", "с": "ᲃ", "т": "ᲄᲅ"}  # fmt: skip
"""What a letter's case also comes as, beside its own capital, to Python's regular expressions."""


def any_of(phrases: Iterable[str], *, either_case: bool = False) -> str:
    """Return a pattern of all phrases that branches letter by letter, which is what makes it fast.

    Of two phrases that start alike the longer one is preferred.

    Args:
        phrases: The phrases, in lower case.
        either_case: Match capitals too. Five times as fast as the flag for it, which keeps the
            engine from telling by its first letter that a branch cannot match.
    """
    by_first: dict[str, list[str]] = {}
    for phrase in sorted(set(phrases)):
        by_first.setdefault(phrase[:1], []).append(phrase[1:])
    optional = "?" if by_first.pop("", None) else ""
    branches = [
        (_either_case(first) if either_case else re.escape(first))
        + any_of(rest, either_case=either_case)
        for first, rest in by_first.items()
    ]
    return f"(?:{'|'.join(branches)}){optional}" if branches else ""


def _either_case(character: str) -> str:
    capital = character.upper() if len(character.upper()) == 1 else ""
    every = dict.fromkeys((character, *capital, *_ALSO_AS.get(character, "")))
    return f"[{''.join(every)}]" if len(every) > 1 else re.escape(character)


CUE_KINDS: Final = {cue: kind for kind, cues in _CUES for cue in cues.split("|")}

# One character before, and none of the same word after, keep cues out of "adoption" and "options".
_SPACED: Final = [cue for cue in CUE_KINDS if "a" <= cue[-1] <= "ỿ"]
_UNSPACED: Final = [cue for cue in CUE_KINDS if cue not in _SPACED]
_NO_LETTER: Final = r"[\x00-@[-`{-\x7f]"  # [^a-z] in lower-case ASCII, and a quarter faster
ASCII_CUES: Final = re.compile(_NO_LETTER + any_of(filter(str.isascii, _SPACED)) + "(?![a-z])")
_FOREIGN: Final = [cue for cue in _SPACED if cue[0] > "z"]
CUES: Final = re.compile(
    rf"[^a-z](?:{any_of(cue for cue in _SPACED if cue[0] <= 'z')}(?![a-z])"
    rf"|(?=[^\x00-\x7f])(?:{any_of(_FOREIGN)}(?![a-z])|{any_of(_UNSPACED)}))"
)

FINAL: Final = re.compile(
    r"(?:your|final|finale?n?|最终|最終的な|最终的|최종|окончательный|итоговый)[\s:*_\"']{0,4}$"
)
"""Before an answer noun: the last answer, or the paper's own form."""

COPULAS: Final = any_of(_COPULAS.split("|"))
"""Words that tie an answer to its announcement."""

BETWEEN: Final = any_of(
    (*_COPULAS.split("|"), *_FILLERS.split("|"), *_TO_THE_QUESTION), either_case=True
)
"""Words that may stand between a cue and its letter without turning it, in either case."""

FILLERS_UNSPACED: Final = any_of(_FILLERS_UNSPACED.split("|"))
"""The same where words are written without spaces."""

_COUNTED_NOUNS: Final = ("option", "choice", "answer", "statement")

_COUNTED: Final = ("first", "second", "third", "fourth", "fifth", "sixth")
_NUMBERS: Final = ("one", "two", "three", "four", "five", "six")

ORDINALS: Final[dict[str, int]] = {
    f"{word} {noun}": rank
    for rank, word in (*enumerate(_COUNTED), (-1, "last"))
    for noun in _COUNTED_NOUNS
}
ORDINALS.update(
    (f"{noun} {number}", rank)
    for numbers in (_NUMBERS, "123456789")
    for rank, number in enumerate(numbers)
    for noun in ("option", "choice")
)
ORDINALS.update(
    (f"第{number}{counter}", rank)
    for rank, number in enumerate("一二三四五六")
    for counter in "个個"
)

ORDINAL: Final = re.compile(any_of(ORDINALS))


def may_count(low: str) -> bool:
    """Tell whether a text can hold an ordinal; faster than to look for one."""
    for noun in (*_COUNTED_NOUNS, "第"):  # noqa: SIM110 - half the time of any()
        if noun in low:
            return True
    return False
