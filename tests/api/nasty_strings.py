"""Strings that have broken somebody's software: what a person, a spreadsheet, an attacker or a bad converter sends."""

from __future__ import annotations

from typing import Final

_CONTROL = [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))]
_INVISIBLE = [chr(code) for code in (
    0x00A0, 0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x1680, 0x17B4, 0x17B5, 0x180E, *range(0x2000, 0x2010),
    0x2028, 0x2029, *range(0x202A, 0x2030), 0x205F, *range(0x2060, 0x2070), 0x2800, 0x3000, 0x3164, 0xFE0F, 0xFEFF,
    0xFFA0, 0xFFF9, 0xFFFA, 0xFFFB, 0xFFFC, 0xFFFD, 0x1D173, 0xE0001, 0xE0020, 0xE0041, 0xE007F, 0xE0100,
)]  # fmt: skip
_NOT_CHARACTERS = [
    chr(code) for code in (0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x1FFFF, 0x10FFFE, 0x10FFFF)
]
_SURROGATES = ["\ud800", "\udbff", "\udc00", "\udfff", "\udc00\ud800", "甲\ud83d", "\ude00乙"]
_HIDDEN_IN_TEXT = [
    f"某{c}公司" for c in "\x00\x07\x1b\x7f\u200b\u200d\u200e\u202e\u2066\u2069\ufeff\ufffe\u2028\u00ad"
]
_PRIVATE = ["\ue000", "\ue816", "\uf8ff", "\U000f0000", "\U0010fffd"]
_COMBINED = [
    "e" + "\u0301" * 100, "Z̷̛̀a̴l̵g̶o̸", "\u0301", "가\u11a8", "Cafe\u0301", "ﬁ", "ﷺ", "ﷺ" * 60, "İ", "ı", "ß", "ẞ",
    "Å", "①", "Ⅷ", "㈱", "㍿", "ｶﾞ", "葛\U000e0100", "𠮷野家", "𠮷" * 199, "㛃", "〇", "䶮", "𫟹", "买买提·吐尔逊", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "🇨🇳", "👍🏿", "文\ufe0e", "ǅ", "ͅ", "\u0f3a", "ⓐ", "😀" * 50,
]  # fmt: skip
_SQL = [
    "'", '"', "`", "''", "\\", "\\'", "';", "' OR 1=1 --", "' OR '1'='1", "'; DROP TABLE account; --", "1; SELECT 1",
    "admin'--", "' UNION SELECT NULL --", "%' AND 1=0 --", "\\x27", "/**/", "#", "--", ";--", "||", "0x27",
    "' || (SELECT 1) || '", "$$", "E'\\x'", "%", "_", "[a-z]%", "\\%", "WAITFOR DELAY '0:0:5'", "pg_sleep(5)",
]  # fmt: skip
_MARKUP = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</textarea><svg/onload=alert(1)>", "<!--", "-->",
    "]]>", "<![CDATA[x]]>", "<?xml version='1.0'?>", "&lt;", "&amp;amp;", "&#0;", "&#x202e;", "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "&b;", "javascript:alert(1)", "{{7*7}}", "{{config}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% raw %}", "*{7*7}", "@(7*7)",
    "[[${7*7}]]", "{0}", "{position}", "{__class__}", "%(x)s", "%s%s%n", "%x%x%x%x", "%n", "$(id)", "`id`", "|id", "; id", "&& id",
    "\r\nSet-Cookie: a=b", "%0d%0aX-Practice: 0", "a\r\nb",
]  # fmt: skip
_TYPST = [
    "#sys.version", '#read("/etc/passwd")', '#import "x.typ"', "#let a = 1", "#{ while true {} }", "$ x^2 $", "$", "@ref", "<label>",
    "*bold", "_it", "`raw", "```", "= 标题", "- 项", "+ 项", "/ 词: 义", "\\u{202e}", "~", "---", "//", "/* x", "#box(width: 1e9cm)", "[", "]",
    "#image(\"x.png\")", "#link(\"http://x\")[y]", "#panic()", "#eval(\"1\")", "\\ ", "#", "\\#",
]  # fmt: skip
_FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", '=HYPERLINK("http://x")',
    "=IMPORTXML(1)", "'=1", '"=1"', " =1+1", "=\n1", "DDE(\"cmd\")",
]  # fmt: skip
_PATHS = [
    "../../etc/passwd", "..\\..\\windows", "/dev/zero", "C:\\con", "con", "nul", "file:///etc/passwd", "http://127.0.0.1/",
    "http://169.254.169.254/", "%2e%2e%2f", "%00", "%c0%ae", "..;/", "~root", ".", "..", "a/b", "a\\b", "a?b#c", "%252e",
]  # fmt: skip
_LITERALS = [
    "", " ", "  ", "null", "NULL", "None", "nil", "undefined", "true", "false", "NaN", "Infinity", "-Infinity", "inf", "0", "-0", "00", "1",
    "-1", "1e3", "1e999", "1_000", "0x10", "0b1", "1.0", "1,000", "１２３", "٣", "9" * 19, "9" * 400, "1/0", "2026-02-30", "0000-00-00",
    "9999-12-31", "10000-01-01", "2026-03-02T25:00", "[]", "{}", '{"a":1}', "[1,2", '"', "\\u0000", "\\ud800", "__proto__", "constructor",
    "toString", "hasOwnProperty", "self", "class", "__init__", "id", "version", "practice", "actor",
]  # fmt: skip
_LONG = [
    "a" * 200, "a" * 201, "甲" * 200, "甲" * 201, "a" * 4_000, "a" * 4_001, "甲" * 20_000, "甲" * 20_001, "a" * 70_000, " " * 5_000 + "a",
    "a\n" * 1_000, "（" * 300, "-" * 1_000, "a " * 2_000, "𠮷" * 4_001,
]  # fmt: skip

NASTY: Final[list[str]] = list(
    dict.fromkeys(
        _CONTROL + _INVISIBLE + _NOT_CHARACTERS + _SURROGATES + _HIDDEN_IN_TEXT + _PRIVATE + _COMBINED + _SQL + _MARKUP
        + _TYPST + _FORMULAS + _PATHS + _LITERALS + _LONG
    )
)  # fmt: skip

#: Every character that is not plain text, at the start, within and at the end of a word: what strips or splits sees it.
_PLACED = [
    text
    for c in dict.fromkeys(_CONTROL + _INVISIBLE + _NOT_CHARACTERS + _SURROGATES + _PRIVATE)
    for text in (f"{c}某公司", f"某{c}公司", f"某公司{c}")
]
#: A character of each 1,024 that Unicode has room for, assigned or not.
_ALL_PLANES = [f"文{chr(code)}" for code in range(0x21A, 0x110000, 0x400)]

CORPUS: Final[list[str]] = list(dict.fromkeys(NASTY + _PLACED + _ALL_PLANES))
