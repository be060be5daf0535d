"""Text from models and data, made safe to look at, in a terminal or on a page."""

from typing import Final

# What would not be seen, or would act on the text around it: control characters are shown as their
# pictures; bidirectional overrides, C1 controls and lone surrogates as the replacement character.
_VISIBLE: Final = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: 0x2421,
    **dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}


def visible(text: str) -> str:
    """Return a text whose control characters can be seen and do nothing.

    One character stands for one, so that spans stay where they are.
    """
    return text.translate(_VISIBLE)
