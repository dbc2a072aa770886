# SPDX-License-Identifier: Apache-2.0
"""Person names (姓名) as they stand in a column of names.

A name has no check digit: what is checked is the *shape* of a whole cell whose heading says
"name". Three shapes are accepted:

- 2 to 4 hanzi, spaces between them ignored (``张 三``); newborns are booked under their mother's
  name with 之子, 之女 or 之婴, which allows 6; one Latin letter or digit may follow, as hospitals
  number people of the same name;
- hanzi parts joined by a middle dot, as in transcribed Uyghur, Kazakh or Tibetan names;
- letters of other scripts with spaces, dots, hyphens and apostrophes.

    >>> validate("张 三")
    '张三'
    >>> validate("阿卜杜拉·买买提")
    '阿卜杜拉·买买提'
    >>> verdict("王*").name, verdict("李某某").name, verdict("本人").name
    ('MASKED', 'MASKED', 'NONE')
    >>> verdict("12345").name, verdict("浙江省人民医院").name
    ('INVALID_FORMAT', 'INVALID_LENGTH')

``SURNAMES`` is our own list of common surnames (百家姓 and the frequent ones of today); it is used
to tell a column of names from other short words, never to reject a name.
"""

from __future__ import annotations

from itertools import pairwise

from piidetect.numbers.cell_text import MASKS, MAX_CODES, fold, is_placeholder
from piidetect.numbers.verdict_errors import raise_unless_usable
from piidetect.schema import Verdict

#: Middle dots between the parts of a transcribed name.
DOTS = "·•‧・∙⋅."

#: Code point ranges of hanzi, first and last.
HAN: tuple[tuple[int, int], ...] = (
    (0x3007, 0x3007),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xE000, 0xF8FF),  # private use: GBK systems keep rare hanzi there
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)

#: Code point ranges of letters of other scripts.
LETTERS: tuple[tuple[int, int], ...] = (
    (0x41, 0x5A),
    (0x61, 0x7A),
    (0xC0, 0xD6),
    (0xD8, 0xF6),
    (0xF8, 0x24F),
    (0x370, 0x3FF),
    (0x400, 0x52F),
    (0x620, 0x64A),
    (0x671, 0x6D3),
    (0xF40, 0xFBC),
    (0x1820, 0x18AA),
    (0x3041, 0x3096),
    (0x30A1, 0x30FA),
    (0xAC00, 0xD7A3),
)

#: Common surnames of one hanzi.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴"
    "霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆司卓古吉缪简车项连芦麦褚娄窦"
    "戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻"
    "苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻厉伊仝区郜海阚花强帅屠豆朴盖练"
    "廉禹井祖漆巴丰支卿狄平索宣晋相初门云容敬扈晁芮普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况宿"
    "鲜印逯隆茹诸战慕危玉银亢嵇哈湛宾戎勾茅利於呼揭干尉冶斯束檀衣阴昝智幸奉衡富尧闭由"
    "肖閆張陳劉楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇魏呂盧鐘譚陸賈鄒龍賀顧龔萬錢嚴莊聶魯歐關蘭寧紀單塗駱藍華"
)

_COMPOUND = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 司徒 司空 夏侯 轩辕 端木 南宫 独孤 "
    "申屠 呼延 拓跋 赫连 澹台 公冶 宗政 濮阳 淳于 单于 太叔 仲孙 钟离 闾丘 鲜于 西门 东郭 歐陽 諸葛"
)

#: Common surnames of two hanzi.
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())

_PUNCTUATION = " -'," + DOTS
_LONGEST_LATIN = 60
_LONGEST_DOTTED = 25


def _in(ranges: tuple[tuple[int, int], ...], character: str) -> bool:
    code = ord(character)
    return any(first <= code <= last for first, last in ranges)


def is_han(character: str) -> bool:
    """Return whether `character` is a hanzi."""
    return _in(HAN, character)


def is_letter(character: str) -> bool:
    """Return whether `character` is a letter of another script than Han."""
    return _in(LETTERS, character)


def has_surname(name: str) -> bool:
    """Return whether `name` starts with a common surname and at least one hanzi follows."""
    return (len(name) > 1 and name[0] in SURNAMES) or (
        len(name) > 2 and name[:2] in COMPOUND_SURNAMES
    )


def compact(text: str) -> str:
    """Return the folded name; spaces between hanzi are taken out, others made one."""
    folded = fold(text)
    joined = "" if any(map(is_han, folded)) else " "
    return joined.join(folded.split(" ")) if not joined else " ".join(folded.split())


def _judge_han(text: str, han: int) -> Verdict:
    if han == len(text):
        newborn = text[-2] == "之" and text[-1] in "子女婴" if han > 1 else False
        return Verdict.VALID if 2 <= han <= (6 if newborn else 4) else Verdict.INVALID_LENGTH
    if not all(is_han(c) or c in DOTS for c in text):
        return Verdict.INVALID_FORMAT
    doubled = any(a in DOTS and b in DOTS for a, b in pairwise(text))
    if doubled or not is_han(text[0]) or not is_han(text[-1]):
        return Verdict.INVALID_FORMAT
    return Verdict.VALID if han <= _LONGEST_DOTTED else Verdict.INVALID_LENGTH


def verdict(text: str) -> Verdict:
    """Return the verdict on a cell of a name column; never raises."""
    folded = fold(text)
    if is_placeholder(folded):
        return Verdict.NONE
    if len(folded) > MAX_CODES:
        return Verdict.INVALID_LENGTH
    if any(c in MASKS for c in folded):
        return Verdict.MASKED
    if len(folded) > 2 and folded[-1].isascii() and folded[-1].isalnum() and is_han(folded[-2]):
        folded = folded[:-1]
    han = sum(map(is_han, folded))
    if han:
        return _judge_han(folded.replace(" ", ""), han)
    letters = sum(map(is_letter, folded))
    if letters < 2 or not all(is_letter(c) or c in _PUNCTUATION for c in folded):
        return Verdict.INVALID_FORMAT
    if not is_letter(folded[0]):
        return Verdict.INVALID_FORMAT
    return Verdict.VALID if len(folded) <= _LONGEST_LATIN else Verdict.INVALID_LENGTH


def validate(text: str) -> str:
    """Return the canonical name.

    Raises:
        ValidationError: the cell can't be a name.
    """
    raise_unless_usable(verdict(text))
    return compact(text)


def is_valid(text: str) -> bool:
    """Return whether `text` can be a name; never raises."""
    return verdict(text) is Verdict.VALID


def format(text: str) -> str:  # noqa: A001
    """Return the name as it is written: the canonical form."""
    return compact(text)
