"""Spots in words: gates, roads with numbers, lobbies; and how far a place's words reach."""

from __future__ import annotations

import re

Span = tuple[int, int]

_NAMED = (  # these need a name before them: 幸福里小区, not 小区
    "小区|家园|花园|花苑|公寓|新村|大厦|广场|社区|雅苑|名苑|嘉苑|公园|医院|卫生院|中学|小学|幼儿园|"
    "大学|超市|菜场|菜市场|市场|地铁站|火车站|车站|商场|酒店|宾馆|村委会|写字楼|养老院|派出所"
)
_ROADS = "路|大道|大街|街|巷|胡同|弄"
_CROSSING = "(?:路?口|交叉路?口|交汇处|交界处?|十字路口)"
_NUMBERED = "|".join(
    rf"{road}(?:\d{{1,4}}(?:-\d{{1,3}})?(?:号院?|弄)|{_CROSSING}"
    rf"|(?:与|和|跟)?[\u4e00-\u9fff]{{1,5}}?(?:{_ROADS}){_CROSSING})"
    for road in _ROADS.split("|")
)
_GATES = "|".join(
    f"{side}门(?![子户牙诊神类道店])(?:口|岗|外|里)?"
    for side in ("东南", "东北", "西南", "西北", *"东西南北正侧后大")
)
_ALONE = (  # these are spots by themselves
    "小区门口|社区门口|单元门口?|楼门口|地下停车场|停车场|地下车库|车库|快递柜|快递站|丰巢柜?|菜鸟驿站|"
    "驿站|居委会|物业办公室|物业中心|小广场|大堂|电梯间|电梯口|电梯里|电梯内|楼道里?|楼道口|楼梯间|"
    "楼梯口|门卫室?|保安亭|岗亭|消防通道|垃圾站|垃圾房|活动室|活动中心|卫生服务中心|服务站|充电桩|车棚|"
    "篮球场|凉亭|会所"
)
# Every choice begins with a plain letter, so that the engine skips to where one may stand.
_SPOT = re.compile(f"{_ALONE}|{_NUMBERED}|{_GATES}|{_NAMED}")
_STANDING = re.compile(f"(?:{_ALONE})|(?:{_GATES})")
_RIGHT = re.compile(
    "(?:小区|社区)?(?:的?(?:[东西南北][侧边面]|(?:东南|东北|西南|西北|[东西南北正侧后大])门口?|大门口|门口|"
    "里?的?小广场|对面|旁边|附近|后面|地下车库|停车场|快递柜|垃圾站|活动室))?"
)
_AFTER = re.compile(
    "的?(?:[东西南北中左右]{1,2}[户侧边面头门单](?:元)?)?(?:的?(?:单元门口|楼门口|大门口|大门|门口|门前|"
    "大厅|楼下|楼上|楼道里?|楼顶|楼梯间|楼梯口?|楼栋口?|电梯[里口间]?|大堂|地下室|地下车库|架空层|车库|"
    "车棚|旁边|旁|后面|前面|对面|附近|天台|外面|路口|底下|下面|门厅|阳台|走廊|过道))?"
)
# Words that cannot belong to the name of a place: what stands before them is cut off.
_STOP = re.compile(
    "在|到|去|住|是|我们|咱们|咱|我|你们|你|他|她|从|往|来(?!福)|送|给|请问|请|帮发|帮转|帮|找|叫|的|"
    "地址|位于|地点|位置|了|就|和|与|那边|急求|急|求助|求救|求|本人|谁|有|把|让|这些|那些|这个|那个|这|那|些|整个|被|"
    '因为|家里|家(?!园|苑|坊|和)|,|。|:|;|!|\\?|\\s|、|\\(|\\)|"|【|】|“|”|刚|看见|看到|还|都|'
    "人(?!民)|没|说|吗|吧|呢|要|自己|同|现|今天|明天|小区里|全|各|本(?=小区|社区)|互助|核实|扩散|紧急|投诉|"
    "反映|关于|对(?!面)|建议|咨询|拆除|督促|希望|开进|走进|进|比|称|驰援|支援|救援|前往|问|想|啊|也|几个|个|"
    "哪|每|附近|大家|于|又|记不起|总|几天|不"
)
_NAME = re.compile("[\u4e00-\u9fff0-9A-Za-z\\-·]{1,40}$")
_WINDOW = 24
_HAN = re.compile("(?:[A-Z]?\\d{1,2}(?=[区县市期]))?[\u4e00-\u9fff]*$")
_PLACE_WORD = re.compile("[区苑园城村里坊庄府湾路街道弄巷院厦寓庭居广心场期镇县市乡墅郡楼校厂]")
_NOT_ROAD = re.compile(
    "(?:马|走|铁|思|半|迷|带|后|出|电|水|线|网|一|上|逛|问|顺|让|修|扫|过|赶|拦|探)$"
)


def widen(text: str, start: int, end: int) -> Span:
    """The span grown by the name before it (幸福里小区) and the spot after it (门口)."""
    after = _AFTER.match(text, end)
    if after is not None and after.end() > end:
        end = after.end()
    while text[end - 1] in "的 ":
        end -= 1
    name = _NAME.search(text, max(0, start - 40), start)
    if name is not None:
        begin = name.start() + _last_stop(name[0])
        if _PLACE_WORD.search(text, begin, start) is not None:
            start = begin
    return start, end


def _last_stop(words: str) -> int:
    """Where the last word ends that cannot belong to a name."""
    cut = 0
    for m in _STOP.finditer(words):
        cut = m.end()
    return cut


def named(text: str) -> Span | None:
    """The first spot named in words, without numbers of its own."""
    for m in _SPOT.finditer(text):
        before = text[max(0, m.start() - _WINDOW) : m.start()]
        han = _HAN.search(before)
        name = han[0] if han is not None else ""
        name = name[_last_stop(name) :]
        standing = _STANDING.fullmatch(m[0]) is not None
        if standing:
            place_word = _PLACE_WORD.search(name)
            name = name if place_word is not None else ""
        elif not name or (len(name) < 2 and m[0] != "小区") or _NOT_ROAD.search(name):
            continue
        right = _RIGHT.match(text, m.end())
        return m.start() - len(name), right.end() if right is not None else m.end()
    return None
