"""The fields of a 双公示 administrative penalty record: codes, headings, who must fill them, what may be shown.

Basis: 发改办财金〔2018〕424号. Its field annex was not read; the codes recur in several public implementations, and
so does the older set (CF_CFMC, CF_CFLB1, CF_JG, CF_XZJG, CF_ZT …), which is read into the same fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.masking import Mask


class FieldSet(StrEnum):
    """Which edition of the record a file follows."""

    CURRENT = "current"  # 2018 年版
    OLD = "old"  # 旧版


class FieldType(StrEnum):
    """What a cell of the field holds."""

    LINE = "line"
    TEXT = "text"
    CODE = "code"  # identifier: compared in half-width capitals without spaces
    DATE = "date"
    AMOUNT = "amount"  # 万元
    SUBJECT_KIND = "subject_kind"
    KINDS = "kinds"
    STATE = "state"


class Need(StrEnum):
    """Who must fill the field."""

    ALWAYS = "always"
    CURRENT = "current"  # every record of the current set; the old set has no such field, or leaves it open
    ORGANISATION = "organisation"
    NATURAL_PERSON = "natural_person"
    FINED = "fined"
    CONFISCATED = "confiscated"
    LICENCE = "licence"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field. `max_length` is in characters, that of the widest implementation seen; not a figure of the law."""

    code: str
    heading: str
    attribute: str
    type: FieldType
    need: Need
    max_length: int
    mask: Mask | None = None
    public: bool = True
    aliases: tuple[str, ...] = ()

    @property
    def personal(self) -> bool:
        """Whether the field holds data of a natural person whatever the subject is."""
        return self.mask in (Mask.NAME, Mask.ID_NUMBER)


_LINE, _TEXT, _CODE, _DATE = FieldType.LINE, FieldType.TEXT, FieldType.CODE, FieldType.DATE
_OPT = Need.OPTIONAL

FIELDS: Final[tuple[FieldSpec, ...]] = (
    FieldSpec("CF_XDR_MC", "行政相对人名称", "subject_name", _LINE, Need.ALWAYS, 200, aliases=("CF_XDR",)),
    FieldSpec("CF_XDR_LB", "行政相对人类别", "subject_kind", FieldType.SUBJECT_KIND, Need.CURRENT, 100),
    FieldSpec(
        "CF_XDR_SHXYM",
        "行政相对人代码_1（统一社会信用代码）",
        "uscc",
        _CODE,
        Need.ORGANISATION,
        18,
        aliases=("统一社会信用代码", "行政相对人统一社会信用代码", "代码_1", "行政相对人代码_1"),
    ),
    FieldSpec(
        "CF_XDR_GSZC",
        "行政相对人代码_2（工商注册号）",
        "registration_number",
        _CODE,
        _OPT,
        50,
        aliases=("CF_XDR_GSDJ", "工商注册号", "工商登记码", "代码_2", "行政相对人代码_2"),
    ),
    FieldSpec(
        "CF_XDR_ZZJG",
        "行政相对人代码_3（组织机构代码）",
        "organisation_code",
        _CODE,
        _OPT,
        32,
        aliases=("CF_XDR_ZDM", "组织机构代码", "代码_3", "行政相对人代码_3"),
    ),
    FieldSpec(
        "CF_XDR_SWDJ",
        "行政相对人代码_4（税务登记号）",
        "tax_number",
        _CODE,
        _OPT,
        32,
        aliases=("税务登记号", "代码_4", "行政相对人代码_4"),
    ),
    FieldSpec(
        "CF_XDR_SYDW",
        "行政相对人代码_5（事业单位证书号）",
        "institution_number",
        _CODE,
        _OPT,
        120,
        aliases=("事业单位证书号", "代码_5", "行政相对人代码_5"),
    ),
    FieldSpec(
        "CF_XDR_SHZZ",
        "行政相对人代码_6（社会组织登记证号）",
        "social_organisation_number",
        _CODE,
        _OPT,
        50,
        aliases=("社会组织登记证号", "代码_6", "行政相对人代码_6"),
    ),
    FieldSpec(
        "CF_FRDB",
        "法定代表人",
        "legal_representative",
        _LINE,
        Need.ORGANISATION,
        50,
        Mask.NAME,
        aliases=("CF_FR", "法定代表人姓名", "法定代表人（负责人）"),
    ),
    FieldSpec(
        "CF_FR_ZJLX", "法定代表人证件类型", "legal_representative_id_type", _LINE, _OPT, 64, public=False
    ),
    FieldSpec(
        "CF_FR_ZJHM",
        "法定代表人证件号码",
        "legal_representative_id_number",
        _CODE,
        _OPT,
        64,
        Mask.ID_NUMBER,
        public=False,
    ),
    FieldSpec(
        "CF_XDR_ZJLX",
        "证件类型",
        "person_id_type",
        _LINE,
        Need.NATURAL_PERSON,
        64,
        public=False,
        aliases=("自然人证件类型",),
    ),
    FieldSpec(
        "CF_XDR_ZJHM",
        "证件号码",
        "person_id_number",
        _CODE,
        Need.NATURAL_PERSON,
        64,
        Mask.ID_NUMBER,
        public=False,
        aliases=("CF_XDR_SFZ", "自然人证件号码", "居民身份证号", "行政相对人代码_5（居民身份证号）"),
    ),
    FieldSpec("CF_WSH", "行政处罚决定书文号", "document_number", _LINE, Need.ALWAYS, 128),
    FieldSpec(
        "CF_WFXW",
        "违法行为类型",
        "violation_type",
        _TEXT,
        Need.ALWAYS,
        2_000,
        Mask.TEXT,
        aliases=("CF_CFMC", "处罚名称", "CF_AJMC", "案件名称"),
    ),
    FieldSpec("CF_SY", "违法事实", "facts", _TEXT, Need.ALWAYS, 20_000, Mask.TEXT, aliases=("处罚事由",)),
    FieldSpec("CF_YJ", "处罚依据", "basis", _TEXT, Need.ALWAYS, 20_000),
    FieldSpec(
        "CF_CFLB", "处罚类别", "kinds", FieldType.KINDS, Need.ALWAYS, 500, aliases=("CF_CFLB1", "处罚类别1")
    ),
    FieldSpec(
        "CF_NR", "处罚内容", "content", _TEXT, Need.ALWAYS, 20_000, Mask.TEXT, aliases=("CF_JG", "处罚结果")
    ),
    FieldSpec(
        "CF_NR_FK", "罚款金额（万元）", "fine_wan", FieldType.AMOUNT, Need.FINED, 19, aliases=("罚款金额",)
    ),
    FieldSpec(
        "CF_NR_WFFF",
        "没收违法所得、没收非法财物的金额（万元）",
        "confiscated_wan",
        FieldType.AMOUNT,
        Need.CONFISCATED,
        19,
        aliases=("没收违法所得、没收非法财物的金额",),
    ),
    FieldSpec(
        "CF_NR_ZKDX",
        "暂扣或吊销证照名称及编号",
        "licence",
        _LINE,
        Need.LICENCE,
        200,
    ),
    FieldSpec("CF_JDRQ", "处罚决定日期", "decided_on", _DATE, Need.ALWAYS, 10),
    FieldSpec(
        "CF_YXQ",
        "处罚有效期",
        "valid_until",
        _DATE,
        Need.CURRENT,
        10,
        aliases=("CF_JZQ", "CF_JZRQ", "处罚截止期"),
    ),
    FieldSpec("CF_GSJZQ", "公示截止期", "published_until", _DATE, _OPT, 10, aliases=("GSJZQ",)),
    FieldSpec("CF_CFJG", "处罚机关", "authority_name", _LINE, Need.ALWAYS, 200, aliases=("CF_XZJG",)),
    FieldSpec(
        "CF_CFJGDM",
        "处罚机关统一社会信用代码",
        "authority_code",
        _CODE,
        Need.CURRENT,
        18,
        aliases=("处罚机关代码",),
    ),
    FieldSpec(
        "CF_SJLY", "数据来源单位", "source_name", _LINE, Need.CURRENT, 200, aliases=("CF_SJLYDW", "数据来源")
    ),
    FieldSpec(
        "CF_SJLYDM",
        "数据来源单位统一社会信用代码",
        "source_code",
        _CODE,
        Need.CURRENT,
        18,
        aliases=("CF_SJLYDWDM", "CF_SJLYDWTYSHXYDM", "数据来源单位代码"),
    ),
    FieldSpec("BZ", "备注", "remark", _TEXT, _OPT, 4_000, Mask.TEXT, public=False),
    # Old set only.
    FieldSpec("CF_CFLB2", "处罚类别2", "kinds_2", FieldType.KINDS, _OPT, 500),
    FieldSpec("CF_ZT", "当前状态", "state", FieldType.STATE, _OPT, 10),
    FieldSpec("DFBM", "地方编码", "local_code", _CODE, _OPT, 20, public=False),
    FieldSpec("SJC", "数据更新时间戳", "updated_on", _DATE, _OPT, 30, public=False, aliases=("时间戳",)),
)

BY_ATTRIBUTE: Final = {spec.attribute: spec for spec in FIELDS}

#: Columns that only the old set has, by which it is recognised.
OLD_MARKS: Final = frozenset({"CF_CFMC", "CF_CFLB1", "CF_JG", "CF_XZJG"})
