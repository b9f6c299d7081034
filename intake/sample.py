"""An invented but realistic file of penalties for practice, tests and measurements (演练样例).

Every party, person and number here is made up; identifiers have valid check characters. Only the authorities are
those of the law files. The same seed gives the same rows.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from stdnum.cn import ric

from domain.identifiers import USCC_ALPHABET, organisation_check_character, uscc_check_character
from domain.penalty_fields import FIELDS, FieldType
from domain.penalty_record import LONG_TERM, RESIDENT_ID, PenaltyKind
from domain.regimes import Authority
from law.loader import load_lawbook

SEED: Final = 20261124
REMARK: Final = "虚构样例，主体、人员、编号均非真实"

_NANJING: Final = ("320102", "320104", "320105", "320106", "320111", "320113", "320114", "320115", "320116")
#: Codes of the current set, in the order of the standard.
CODES: Final = tuple(
    spec.code for spec in FIELDS if spec.attribute not in ("kinds_2", "state", "local_code", "updated_on")
)

Row = dict[str, str]  # by field code; dates as 2026-01-31, amounts in 万元


# ------------------------------------------------------------------------------------------ identifiers


def make_uscc(rng: random.Random, *, head: str = "91", division: str = "320100") -> str:
    """An invented 统一社会信用代码 with both check characters right (GB 32100-2015, GB 11714-1997)."""
    organisation = "MA" + "".join(rng.choice(USCC_ALPHABET) for _ in range(6))
    body = head + division + organisation + organisation_check_character(organisation)
    return body + uscc_check_character(body)


def make_person_id(rng: random.Random, *, division: str = "320106") -> str:
    """An invented 公民身份号码 of an adult with the check character right (GB 11643-1999)."""
    born = date(1962, 1, 1) + timedelta(days=rng.randrange(14_000))
    body = f"{division}{born:%Y%m%d}{rng.randrange(1, 1000):03d}"
    return body + str(ric.calc_check_digit(body + "0"))


# ---------------------------------------------------------------------------------------------- parties

_COINED: Final = "栖云 澜拓 禾屿 衡岭 沐岚 砺川 宸朗 蓝汀 穗芒 筑梧 霁野 泓桥 榆湾 朔原 槿南 璟泊 芷洲 恪远 晗丘 翎滩".split()  # noqa: SIM905
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂兰建国志海玉萍红玲鹏辉晶晨曦宁瑞泽"
#: Names that show what a name may be: compound surname, rare character, minority name.
_REMARKABLE: Final = ("欧阳靖远", "诸葛宁", "李𬱖", "王㛃", "阿依努尔·图尔逊")


def _person(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.choice(_GIVEN) for _ in range(rng.randint(1, 2)))


def _organisation(rng: random.Random, trade: str) -> Row:
    division = rng.choice(_NANJING)
    return {
        "CF_XDR_MC": f"南京{rng.choice(_COINED)}{rng.choice(_COINED)[0]}{trade}有限公司",
        "CF_XDR_LB": "法人及非法人组织",
        "CF_XDR_SHXYM": make_uscc(rng, division=division),
        "CF_FRDB": _person(rng),
    }


def _sole_trader(rng: random.Random, trade: str) -> Row:
    return {
        "CF_XDR_MC": f"南京市{rng.choice(['玄武', '秦淮', '鼓楼', '江宁'])}区{rng.choice(_COINED)}{trade}",
        "CF_XDR_LB": "个体工商户",
        "CF_XDR_SHXYM": make_uscc(rng, head="92", division=rng.choice(_NANJING)),
    }


def _natural_person(rng: random.Random, name: str | None = None) -> Row:
    return {
        "CF_XDR_MC": name or _person(rng),
        "CF_XDR_LB": "自然人",
        "CF_XDR_ZJLX": RESIDENT_ID,
        "CF_XDR_ZJHM": make_person_id(rng, division=rng.choice(_NANJING)),
    }


# -------------------------------------------------------------------------------------------- penalties


@dataclass(frozen=True, slots=True)
class Offence:
    """One kind of penalty as an authority would word it. Amounts in yuan."""

    violation: str
    facts: str
    basis: str
    trade: str
    fine: tuple[int, int] | None = None
    confiscated: int | None = None
    kinds: tuple[PenaltyKind | str, ...] = ()
    wording: str = ""
    licence: str = ""
    party: str = "organisation"  # sole_trader, natural_person
    regime: str | None = None  # the list regime to which it is a lead


K = PenaltyKind

#: By kind of authority: what stays below every threshold.
ORDINARY: Final[Mapping[str, tuple[Offence, ...]]] = {
    "market_regulation": (
        Offence(
            "经营超过保质期的食品",
            "在货架上陈列待售超过保质期的糕点12袋，货值金额216元。",
            "《中华人民共和国食品安全法》第三十四条第十项、第一百二十四条第一款第五项",
            "食品",
            (3_000, 8_000),
            216,
            (K.CONFISCATED_GOODS,),
        ),
        Offence(
            "未按规定保存食品进货查验记录",
            "检查时不能提供近三个月的供货者资质和进货查验记录，经责令改正后仍未改正。",
            "《中华人民共和国食品安全法》第五十三条、第一百二十六条第一款第三项",
            "餐饮管理",
            (5_000, 9_000),
            None,
            (K.WARNING,),
            party="sole_trader",
        ),
        Offence(
            "广告中使用绝对化用语",
            "在门店展板上使用“全市第一”字样，不能提供依据，检查后当日撤除。",
            "《中华人民共和国广告法》第九条第三项、第五十七条第一项",
            "装饰设计",
            (10_000, 30_000),
        ),
        Offence(
            "使用未经检定的计量器具",
            "使用两台未按期检定的电子计价秤贸易结算。",
            "《中华人民共和国计量法》第九条、《中华人民共和国计量法实施细则》第四十三条",
            "农贸市场管理",
            (500, 1_000),
        ),
        Offence(
            "未亮照经营",
            "经营场所未公示营业执照，经责令限期改正逾期未改。",
            "《中华人民共和国市场主体登记管理条例》第三十六条、第四十八条",
            "便利店",
            (200, 900),
            None,
            (K.WARNING,),
            party="sole_trader",
        ),
    ),
    "emergency": (
        Offence(
            "未如实记录安全生产教育培训情况",
            "半年内新进员工6人的培训记录缺少考核结果。",
            "《中华人民共和国安全生产法》第二十八条第四款、第九十七条第四项",
            "机械制造",
            (10_000, 40_000),
        ),
        Offence(
            "未按规定开展应急演练",
            "自行制定的预案规定每半年演练一次，实际一年未演练。",
            "《生产安全事故应急预案管理办法》第三十三条、第四十五条第一款第一项",
            "仓储",
            (10_000, 30_000),
            None,
            (K.WARNING,),
        ),
    ),
    "human_resources": (
        Offence(
            "未依法订立书面劳动合同",
            "与3名劳动者建立劳动关系超过一个月未订立书面劳动合同，责令改正后逾期未改。",
            "《江苏省劳动合同条例》第十四条、第五十五条",
            "物业服务",
            (3_000, 9_000),
            None,
            (K.WARNING,),
        ),
        Offence(
            "扣押劳动者身份证件",
            "入职时收取2名劳动者的居民身份证原件代为保管。",
            "《中华人民共和国劳动合同法》第九条、第八十四条第一款",
            "酒店管理",
            (1_000, 4_000),
        ),
    ),
    "finance": (
        Offence(
            "未按规定使用会计记录",
            "以不符合规定的原始凭证登记账簿，金额1.8万元。",
            "《中华人民共和国会计法》第十四条、第四十二条",
            "企业管理咨询",
            (3_000, 20_000),
        ),
    ),
    "tax": (
        Offence(
            "未按规定期限办理纳税申报",
            "一个季度的增值税逾期未申报，责令限期改正后补报。",
            "《中华人民共和国税收征收管理法》第六十二条",
            "商贸",
            (200, 2_000),
        ),
        Offence(
            "未按规定开具发票",
            "销售服务时拒绝向消费者开具发票两次。",
            "《中华人民共和国发票管理办法》第十九条、第三十三条第一项",
            "健身服务",
            (1_000, 6_000),
            party="sole_trader",
        ),
    ),
    "city_management": (
        Offence(
            "擅自占用城市道路摆摊设点",
            "在人行道上摆放桌椅经营夜宵，占道约12平方米。",
            "《南京市市容管理条例》第二十一条、第五十四条",
            "烧烤店",
            (300, 1_000),
            party="sole_trader",
        ),
        Offence(
            "随意倾倒建筑垃圾",
            "将装修垃圾约1.5立方米倾倒于小区绿地。",
            "《南京市建筑垃圾资源化利用管理办法》第十六条、《城市建筑垃圾管理规定》第二十六条",
            "",
            (500, 3_000),
            party="natural_person",
        ),
        Offence(
            "未按规定分类投放生活垃圾",
            "多次将厨余垃圾混入其他垃圾桶，经劝阻后仍未改正。",
            "《南京市生活垃圾管理条例》第二十六条、第七十一条",
            "",
            (50, 200),
            party="natural_person",
        ),
    ),
    "fire_rescue": (
        Offence(
            "消防设施未保持完好有效",
            "三层东侧安全出口的疏散指示灯损坏4具，室内消火栓无水。",
            "《中华人民共和国消防法》第十六条第一款第二项、第六十条第一款第一项",
            "文化传播",
            (5_000, 30_000),
        ),
        Offence(
            "占用疏散通道",
            "在疏散楼梯间堆放纸箱，影响疏散。",
            "《中华人民共和国消防法》第二十八条、第六十条第一款第三项",
            "服饰",
            (5_000, 15_000),
            party="sole_trader",
        ),
    ),
    "ecology": (
        Offence(
            "未按规定运行污染防治设施",
            "喷漆工序生产时废气处理设施未开启。",
            "《中华人民共和国大气污染防治法》第四十五条、第一百零八条第一项",
            "家具制造",
            (20_000, 60_000),
        ),
    ),
    "transport": (
        Offence(
            "未取得道路运输经营许可从事货运",
            "车辆未取得道路运输证承运建材一趟。",
            "《中华人民共和国道路运输条例》第二十四条、第六十三条",
            "",
            (3_000, 10_000),
            party="natural_person",
        ),
    ),
    "housing": (
        Offence(
            "未办理施工许可擅自施工",
            "厂房改造工程未取得施工许可证即开工，面积860平方米。",
            "《中华人民共和国建筑法》第七条、《建设工程质量管理条例》第五十七条",
            "建设工程",
            (30_000, 80_000),
        ),
    ),
    "health": (
        Offence(
            "公共场所未按规定公示卫生许可证",
            "理发场所未在醒目位置公示卫生许可证和检测结果。",
            "《公共场所卫生管理条例实施细则》第三十六条、第三十八条",
            "美发店",
            (500, 2_000),
            None,
            (K.WARNING,),
            party="sole_trader",
        ),
    ),
    "culture_tourism": (
        Offence(
            "互联网上网服务营业场所未核对登记上网消费者有效证件",
            "检查时有2名消费者未登记有效身份证件。",
            "《互联网上网服务营业场所管理条例》第二十三条、第三十二条",
            "网络服务",
            (2_000, 8_000),
            None,
            (K.WARNING,),
        ),
    ),
}

#: What may lead to a serious-dishonesty list: a heavier penalty, in the words of the regime.
HEAVY: Final[Mapping[str, tuple[Offence, ...]]] = {
    "market_regulation": (
        Offence(
            "生产经营掺杂掺假的食品",
            "在牛肉制品中掺入猪肉并标注为纯牛肉，涉案食品货值金额18.6万元，主观故意，持续七个月。",
            "《中华人民共和国食品安全法》第三十四条第十一项、第一百二十四条第一款",
            "食品",
            (1_860_000, 2_790_000),
            74_000,
            (K.CONFISCATED_INCOME, K.LICENCE_REVOKED),
            "吊销食品生产许可证",
            "食品生产许可证 SC10432010699999",
            regime="market_regulation",
        ),
        Offence(
            "销售假药",
            "从无药品经营资质的人员处购入假药并销售，货值金额9.2万元。",
            "《中华人民共和国药品管理法》第九十八条、第一百一十六条",
            "大药房",
            (1_380_000, 1_840_000),
            31_000,
            (K.CONFISCATED_INCOME, K.BUSINESS_STOPPED),
            "责令停业整顿",
            regime="market_regulation",
        ),
        Offence(
            "未经许可从事特种设备生产",
            "未取得特种设备生产许可制造压力容器11台并交付使用。",
            "《中华人民共和国特种设备安全法》第十八条、第七十四条",
            "机械制造",
            (300_000, 450_000),
            126_000,
            (K.CONFISCATED_INCOME,),
            regime="market_regulation",
        ),
        Offence(
            "组织虚假宣传",
            "以会议营销方式对老年消费者作虚假宣传，将普通食品宣传为可以治疗疾病，涉及213人。",
            "《中华人民共和国反不正当竞争法》第八条、第二十条",
            "健康管理",
            (600_000, 950_000),
            None,
            (),
            regime="market_regulation",
        ),
        Offence(
            "提交虚假材料取得公司登记",
            "冒用他人身份提交虚假材料取得登记，情节严重。",
            "《中华人民共和国公司法》第二百五十条",
            "贸易",
            (100_000, 160_000),
            None,
            (K.LICENCE_REVOKED,),
            "吊销营业执照",
            "营业执照",
            regime="market_regulation",
        ),
    ),
    "emergency": (
        Offence(
            "发生较大生产安全事故负有责任",
            "冷库改造动火作业发生火灾，造成3人死亡，经调查认定为较大生产安全责任事故，对事故发生负有责任。",
            "《中华人民共和国安全生产法》第一百一十四条第一款第二项",
            "冷链物流",
            (1_000_000, 1_600_000),
            None,
            (),
            regime="work_safety",
        ),
        Offence(
            "未采取措施消除重大事故隐患",
            "液氨储罐区重大事故隐患经责令立即消除后拒不执行，继续组织生产。",
            "《中华人民共和国安全生产法》第一百零二条",
            "化工",
            (210_000, 480_000),
            None,
            (K.BUSINESS_STOPPED,),
            "责令停产停业整顿",
            regime="work_safety",
        ),
        Offence(
            "未经许可储存危险化学品",
            "在租用厂房内违法储存甲醇等危险化学品42吨，未取得许可。",
            "《危险化学品安全管理条例》第七十七条",
            "化工贸易",
            (200_000, 300_000),
            58_000,
            (K.CONFISCATED_INCOME, K.CLOSED),
            "责令关闭该储存场所",
            regime="work_safety",
        ),
        Offence(
            "安全评价机构出具虚假报告",
            "未到现场勘验即出具安全评价报告，内容虚假，属安全生产违法行为。",
            "《中华人民共和国安全生产法》第九十二条",
            "安全技术服务",
            (200_000, 260_000),
            43_000,
            (K.CONFISCATED_INCOME, K.LICENCE_REVOKED),
            "吊销安全评价机构资质证书",
            "安全评价机构资质证书 APJ-（苏）-999",
            regime="work_safety",
        ),
    ),
    "human_resources": (
        Offence(
            "拖欠农民工工资",
            "拖欠41名工人工资共计126.4万元，经责令限期支付，逾期未支付。",
            "《保障农民工工资支付条例》第五十三条、第五十四条",
            "建筑劳务",
            (50_000, 90_000),
            None,
            (),
            regime="migrant_wages",
        ),
        Offence(
            "克扣农民工工资",
            "无故克扣23名工人工资共计38.7万元，经责令限期支付，逾期未支付，引发群体性事件。",
            "《劳动保障监察条例》第二十六条、《保障农民工工资支付条例》第五十三条",
            "装饰工程",
            (30_000, 70_000),
            None,
            (K.WARNING,),
            regime="migrant_wages",
        ),
        Offence(
            "未实行农民工工资专用账户管理并拖欠农民工工资",
            "总包单位未开设工资专用账户，拖欠67名工人工资214万元，责令限期支付后逾期未支付。",
            "《保障农民工工资支付条例》第五十五条",
            "建设工程",
            (80_000, 100_000),
            None,
            (),
            regime="migrant_wages",
        ),
    ),
    "finance": (
        Offence(
            "提供虚假材料谋取中标",
            "在政府采购项目投标中提供虚假检测报告谋取中标，中标金额286万元。",
            "《中华人民共和国政府采购法》第七十七条第一款第一项",
            "智能科技",
            (14_000, 20_000),
            None,
            ("其他-禁止参加政府采购活动",),
            "列入不良行为记录名单，一年内禁止参加政府采购活动",
            regime="government_procurement",
        ),
        Offence(
            "与其他供应商恶意串通投标",
            "与另两家供应商在政府采购项目中恶意串通，投标文件异常一致。",
            "《中华人民共和国政府采购法》第七十七条第一款第三项",
            "办公设备",
            (31_000, 52_000),
            None,
            (K.BUSINESS_RESTRICTED,),
            "二年内禁止参加政府采购活动",
            regime="government_procurement",
        ),
        Offence(
            "采购代理机构与供应商恶意串通",
            "代理机构在政府采购活动中向供应商透露评审专家名单。",
            "《中华人民共和国政府采购法》第七十二条、第七十八条",
            "招标代理",
            (100_000, 180_000),
            None,
            ("其他-禁止代理政府采购业务",),
            "三年内禁止代理政府采购业务",
            regime="government_procurement",
        ),
    ),
}

_FIRST_DAY: Final = date(2026, 1, 5)
_SPAN: Final = 295


def _authorities() -> dict[str, list[Authority]]:
    """Authorities of Nanjing of district level and above, by kind."""
    found: dict[str, list[Authority]] = {}
    for authority in load_lawbook().authorities.values():
        if authority.division.startswith("3201"):
            found.setdefault(authority.kind, []).append(authority)
    return found


def _number(rng: random.Random, authority: Authority, year: int, style: int) -> str:
    """A 文号; the later styles are legacy spellings that still occur."""
    mark, number = f"{authority.docmark}罚", rng.randrange(3, 480)
    full_width = str(number).translate({ord("0") + d: ord("０") + d for d in range(10)})
    return (
        f"{mark}〔{year}〕{number}号",
        f"{mark}【{year}】{number}号",
        f"{mark}[{year}]第{number:03d}号",
        f"{mark}（{year}）{number}号",
        f"{mark}〔{year}〕{full_width}号",
        f"{mark}字〔{year}〕第{number}号",
    )[style]


def _yuan(amount: int) -> str:
    """Yuan as 万元, the unit of the record: 2000 → 0.2."""
    return f"{amount / 10_000:f}".rstrip("0").rstrip(".")


def _next_year(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28))


def _row(rng: random.Random, offence: Offence, authority: Authority, *, style: int = 0) -> Row:
    decided = _FIRST_DAY + timedelta(days=rng.randrange(_SPAN))
    parties = {"organisation": _organisation, "sole_trader": _sole_trader}
    party = (
        _natural_person(rng)
        if offence.party == "natural_person"
        else parties[offence.party](rng, offence.trade)
    )
    kinds: list[str] = [*offence.kinds]
    contents = [offence.wording] if offence.wording else []
    if K.WARNING in kinds:
        contents.append("警告")
    amounts: Row = {}
    if offence.confiscated is not None:
        what = "违法所得" if K.CONFISCATED_INCOME in kinds else "非法财物，折合"
        contents.append(f"没收{what}{offence.confiscated}元")
        amounts["CF_NR_WFFF"] = _yuan(offence.confiscated)
    if offence.fine is not None:
        fine = rng.randrange(offence.fine[0], offence.fine[1] + 1, 50)
        kinds.insert(0, K.FINE)
        contents.insert(0, f"罚款{fine}元")
        amounts["CF_NR_FK"] = _yuan(fine)
    return {
        **party,
        "CF_WSH": _number(rng, authority, decided.year, style),
        "CF_WFXW": offence.violation,
        "CF_SY": offence.facts,
        "CF_YJ": offence.basis,
        "CF_CFLB": "；".join(kinds),
        "CF_NR": "；".join(contents) + "。",
        **amounts,
        **({"CF_NR_ZKDX": offence.licence} if offence.licence else {}),
        "CF_JDRQ": decided.isoformat(),
        "CF_YXQ": (LONG_TERM if rng.random() < 0.6 else _next_year(decided, 1)).isoformat(),
        "CF_GSJZQ": _next_year(decided, 3 if offence.regime else 1).isoformat(),
        "CF_CFJG": authority.name,
        "CF_CFJGDM": authority.uscc,
        "CF_SJLY": authority.name,
        "CF_SJLYDM": authority.uscc,
        "BZ": REMARK,
    }


# --------------------------------------------------------------------------------------------- the file


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row of the sample, and what is to come of it."""

    cells: Row
    regime: str | None = None  # a lead to this list regime
    wrong: str | None = None  # code of the field that is wrong on purpose


def sample_rows(seed: int = SEED) -> list[SampleRow]:
    """The rows of the shipped sample: most of them ordinary, some leads to a list, some wrong on purpose."""
    rng = random.Random(seed)
    authorities = _authorities()
    rows = [*_ordinary(rng, authorities), *_heavy(rng, authorities), _letter_first(rng, authorities)]
    rng.shuffle(rows)
    return _with_wrong(rng, rows, authorities)


def _ordinary(rng: random.Random, authorities: Mapping[str, Sequence[Authority]]) -> Iterator[SampleRow]:
    style = 0
    remarkable = iter(_REMARKABLE)
    for _round in range(2):
        for kind, offences in ORDINARY.items():
            for offence in offences:
                style += 1
                # Every fourth number is in a legacy spelling.
                row = _row(
                    rng, offence, rng.choice(authorities[kind]), style=style // 4 % 6 if style % 4 == 0 else 0
                )
                if (
                    row["CF_XDR_LB"] != "个体工商户"
                    and rng.random() < 0.3
                    and (name := next(remarkable, None))
                ):
                    row["CF_XDR_MC" if row["CF_XDR_LB"] == "自然人" else "CF_FRDB"] = name
                yield SampleRow(row)


def _heavy(rng: random.Random, authorities: Mapping[str, Sequence[Authority]]) -> Iterator[SampleRow]:
    for kind, offences in HEAVY.items():
        for offence in offences:
            yield SampleRow(_row(rng, offence, rng.choice(authorities[kind])), regime=offence.regime)


def _letter_first(rng: random.Random, authorities: Mapping[str, Sequence[Authority]]) -> SampleRow:
    """A rural collective: its code begins with N and is as good as any other."""
    offence = replace(ORDINARY["ecology"][0], trade="农业")
    row = _row(rng, offence, authorities["ecology"][0])
    row["CF_XDR_MC"] = "南京市六合区竹镇栖霁村股份经济合作社"
    row["CF_XDR_SHXYM"] = make_uscc(rng, head="N2", division="320116")
    return SampleRow(row)


def _with_wrong(
    rng: random.Random, rows: list[SampleRow], authorities: Mapping[str, Sequence[Authority]]
) -> list[SampleRow]:
    """Spreads the rows that are wrong on purpose among the good ones."""

    def fresh(kind: str, number: int = 0) -> Row:
        return _row(rng, ORDINARY[kind][number], rng.choice(authorities[kind]))

    bad_code, no_number, future, in_yuan = (
        fresh(k) for k in ("market_regulation", "fire_rescue", "tax", "emergency")
    )
    bad_person, ended, stranger, plain_yuan = (
        fresh("city_management", 1), fresh("human_resources"), fresh("ecology"), fresh("housing"),
    )  # fmt: skip
    code = bad_code["CF_XDR_SHXYM"]
    bad_code["CF_XDR_SHXYM"] = code[:17] + ("1" if code[17] != "1" else "2")
    no_number["CF_WSH"] = ""
    future["CF_JDRQ"] = "2098-05-20"
    future["CF_GSJZQ"] = "2099-05-20"
    future["CF_YXQ"] = LONG_TERM.isoformat()
    in_yuan["CF_NR_FK"] = f"{_fine_in_yuan(in_yuan)}元"
    number = bad_person["CF_XDR_ZJHM"]
    bad_person["CF_XDR_ZJHM"] = number[:17] + ("1" if number[17] != "1" else "2")
    ended["CF_YXQ"] = "2025-06-30"
    stranger["CF_CFJG"] = stranger["CF_SJLY"] = "南京市栖云新区综合执法局"
    stranger["CF_CFJGDM"] = stranger["CF_SJLYDM"] = make_uscc(rng, head="11", division="320199")
    plain_yuan["CF_NR_FK"] = str(_fine_in_yuan(plain_yuan))
    wrong = [
        (bad_code, "CF_XDR_SHXYM"),
        (no_number, "CF_WSH"),
        (future, "CF_JDRQ"),
        (in_yuan, "CF_NR_FK"),
        (bad_person, "CF_XDR_ZJHM"),
        (ended, "CF_YXQ"),
        (stranger, "CF_CFJGDM"),
        (plain_yuan, "CF_NR_FK"),
    ]
    for position, (cells, field) in enumerate(wrong):
        rows.insert(5 + 7 * position, SampleRow(cells, wrong=field))
    # The same penalty once more, its number in another spelling.
    first = next(row.cells for row in rows if row.wrong is None and "〔2026〕" in row.cells["CF_WSH"])
    again = {**first, "CF_WSH": first["CF_WSH"].replace("〔2026〕", "【2026】第")}
    return [*rows, SampleRow(again, wrong="CF_WSH")]


def _fine_in_yuan(row: Row) -> int:
    return round(float(row["CF_NR_FK"]) * 10_000)


def bulk_rows(count: int, seed: int = SEED) -> Iterator[Row]:
    """Any number of acceptable rows, each its own penalty, for measurements."""
    rng = random.Random(seed)
    authorities = _authorities()
    choices = [(kind, offence) for kind, offences in ORDINARY.items() for offence in offences]
    for number in range(1, count + 1):
        kind, offence = rng.choice(choices)
        authority = rng.choice(authorities[kind])
        row = _row(rng, offence, authority)
        row["CF_WSH"] = f"{authority.docmark}罚〔2026〕{number + 1000}号"
        yield row


# -------------------------------------------------------------------------------------------- spellings


def _spelt(row: Row, number: int) -> Row:
    """Dates as the rows of one file spell them, by turns."""
    spelt = dict(row)
    for code in ("CF_JDRQ", "CF_YXQ", "CF_GSJZQ"):
        if value := row.get(code):
            year, month, day = value.split("-")
            spelt[code] = (
                value,
                f"{year}/{int(month)}/{int(day)}",
                f"{year}{month}{day}",
                f"{year}年{int(month)}月{int(day)}日",
            )[number % 4]
    return spelt


def write_csv(rows: Iterable[Row], target: Path, *, encoding: str, names: bool) -> None:
    """Writes a CSV with field codes, or Chinese names, as headings. `encoding`: utf-8-sig or gb18030."""
    headings = [spec.heading if names else spec.code for spec in FIELDS if spec.code in CODES]
    with target.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for number, row in enumerate(rows):
            spelt = _spelt(row, number)
            writer.writerow([spelt.get(code, "") for code in CODES])


def write_xlsx(rows: Iterable[Row], target: Path) -> None:
    """Writes a workbook with Chinese headings; dates as date cells and as text by turns, amounts as numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("行政处罚信息")
    specs = [spec for spec in FIELDS if spec.code in CODES]
    sheet.append([spec.heading for spec in specs])
    for number, row in enumerate(rows):
        spelt = _spelt(row, number)
        cells: list[str | float | date] = []
        for spec in specs:
            value = spelt.get(spec.code, "")
            if spec.type is FieldType.AMOUNT and value.replace(".", "").isdecimal():
                cells.append(float(value))
            elif spec.type is FieldType.DATE and number % 4 == 0 and value:
                cells.append(date.fromisoformat(row[spec.code]))
            else:
                cells.append(value)
        sheet.append(cells)
    book.save(target)
