# SPDX-License-Identifier: Apache-2.0
"""Cut a text into the tokens that context words are looked up in; no model, no dictionary of words.

spaCy's own blank pipeline for Chinese makes a token of every hanzi, so that no word of two hanzi can
be found again, and gives none a lemma. Here a run of hanzi is cut at the context words that the
recognizers know, letters and digits stay together, and each token is its own lemma.

>>> words_of("张某的身份证号是110101，请查收", ("身份证", "电话"))
['张某的', '身份证', '号是', '110101', '，', '请查收']
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ALNUM = "0-9A-Za-z\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"


@lru_cache(maxsize=16)
def _tokens(known: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted({word for word in known if word}, key=lambda word: (-len(word), word))
    listed = "|".join(re.escape(word) for word in longest_first) or "(?!)"
    return re.compile(rf"({listed})|[{_HAN}]|[{_ALNUM}]+|\s+|.", re.DOTALL)


def words_of(text: str, known: tuple[str, ...]) -> list[str]:
    """Return the tokens of a text; joined they give the text again.

    Args:
        text: any text.
        known: context words; where two begin at one place the longer one is a token.
    """
    tokens: list[str] = []
    growing = False  # whether the last token is a run of hanzi that may go on
    for match in _tokens(known).finditer(text):
        token = match[0]
        is_han = match[1] is None and re.match(f"[{_HAN}]", token) is not None
        if is_han and growing:
            tokens[-1] += token
        else:
            tokens.append(token)
        growing = is_han
    return tokens


def blank_pipeline(language: str, known: Iterable[str]) -> Any:
    """Return a blank spaCy pipeline whose tokens are those of :func:`words_of`, each its own lemma.

    Args:
        language: spaCy's code: ``zh`` or ``en``.
        known: context words.
    """
    import spacy
    from spacy.tokens import Doc

    nlp = spacy.blank(language)
    listed = tuple(sorted(set(known)))
    vocab = nlp.vocab

    def tokenize(text: str) -> Any:
        words = words_of(text, listed)
        spaced: list[str] = []
        spaces: list[bool] = []
        for word in words:
            if word == " " and spaced and not spaces[-1]:
                spaces[-1] = True
                continue
            spaced.append(word)
            spaces.append(False)
        return Doc(vocab, words=spaced, spaces=spaces, lemmas=[word.lower() for word in spaced])

    nlp.tokenizer = tokenize
    return nlp
