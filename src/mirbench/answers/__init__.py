"""Response text + options -> a letter, or None and the reason why there is none.

Nothing is guessed. A response is read in this order, and the first tier that finds a commitment
decides:

1. Failed requests and empty responses are set aside; an invented next turn is cut off.
2. Reasoning (`<think>`, the four steps before the conclusion) and repeated option lists are
   blanked.
3. Declared: `<conclusion>`, `<answer>`, a LaTeX box, a JSON field.
4. Stated: a letter alone at the start or the end, "the answer is B", "I choose the tower". Among
   these "Your option:" and "Final answer:" go before the others.
5. Implied: "B is correct", "so it must be B.", "(B)" at the end.
6. Named: the response, or its closing sentence, says what one option says.

Within a tier a later answer replaces an earlier one if the text turns between them ("wait",
"however"); different answers without a turn are a conflict. What is only thought counts where it
is declared. The table of responses that this was written for, and the part that was held out from
it, is `tests/data/responses.jsonl`; `benchmarks/extraction.py` measures both.
"""

from typing import Final

from mirbench.answers.reading import Extraction, How, extract, gold_letter

EXTRACTOR_VERSION: Final = "2"
"""Changes whenever a response may be read differently; stands beside every score."""

__all__ = ["EXTRACTOR_VERSION", "Extraction", "How", "extract", "gold_letter"]
