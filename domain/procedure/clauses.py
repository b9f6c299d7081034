"""Clauses that govern steps of every list regime: document number and article, never their text.

A regime's own provisions come with its rule; these are the city plan's and the general laws'.
"""

PLAN = "宁信用〔2021〕1号"

FOUNDING = f"{PLAN} 三（二）"
BASIS_FELL = f"{PLAN} 三（二）"
HELD_UNLAWFUL = "行政复议法 第六十五条；行政诉讼法 第七十四条"
HEARING = "行政处罚法 第六十四条"
AREAS = f"{PLAN} 三（三）"
STANDARD = f"{PLAN} 三（四）"
MEASURES = f"{PLAN} 四（一）"
LENIENCY = f"{PLAN} 四（二）"
PRIOR_NOTICE = f"{PLAN} 四（三）"
OBJECTION = f"{PLAN} 四（三）"
DECISION = f"{PLAN} 四（三）"
RANK = f"{PLAN} 四（三）"
REMEDIES = "行政复议法 第二十条；行政诉讼法 第四十六条"
SERVICE = "民事诉讼法 第八十八条至第九十五条"
POSTED_IN_TIME = "民事诉讼法 第八十五条"
FULL_CAPACITY = "江苏省社会信用条例 第三条"
LOCAL_LIST = f"{PLAN} 三（四）"
REMOVAL = f"{PLAN} 四（三）"
# Numbers without gaps, voided ones explained: the office's own rule as well.
VOIDING = "内部控制：文号连续，作废留痕"
# Separation of duties is the office's own rule; no clause of the plan names it.
FOUR_EYES = "内部控制：承办、审核、批准分离"
