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
    "小区门口|社区门口|单元门口?|楼门口|地下停车场|停车场|地下车库|车库|快递柜|快递站|快递点|丰巢柜?|菜鸟驿站|"
    "驿站|居委会|村委会|村部|物业办公室|物业中心|办公室|小广场|广场|大堂|大厅|前台|电梯间|电梯口|电梯里|电梯内|"
    "楼道里?|楼道口|楼梯间|楼梯口|走廊|过道|门卫室?|保安亭|保安室|岗亭|门岗|传达室|值班室|收发室|"
    "消防通道|人行道|绿化带|草坪|花坛|花园|凉亭|亭子|长椅|健身角|垃圾站|垃圾房|垃圾桶旁边|公共厕所|公厕|厕所|"
    "活动室|活动中心|棋牌室|洗衣房|食堂|会所|篮球场|操场|儿童乐园|滑梯|秋千|游泳池|卫生服务中心|服务站|"
    "卫生院|卫生室|卫生站|医务室|妇幼|充电桩|充电棚|车棚|水泵房|泵房|配电房|锅炉房|换热站|仓库|地下室|地库|"
    "架空层|天台|楼顶|顶楼|祠堂|晒谷场|堤上|田里|河边|江边|湖边|桥头|桥口|村口|村头|路口|巷子口|胡同口|洞子口|"
    "校门口|园门口|厂门口|院门口|店门口|家门口|门口|楼底下|楼下|院子里?|厂里|店里|站里|公交站台?|地铁站口?|"
    "火车站|高铁站|汽车站|机场|码头|加油站|菜市场|菜场|便利店|药店|宿舍"
)
# Every choice begins with a plain letter, so that the engine skips to where one may stand.
_SPOT = re.compile(f"{_ALONE}|{_NUMBERED}|{_GATES}|{_NAMED}")
_STANDING = re.compile(f"(?:{_ALONE})|(?:{_GATES})")
_PART = (  # of a house or a spot
    "单元门口|楼门口|大门口|门口|大门|门前|门外|门后|门禁|门厅|楼下|楼上|楼道里?|楼道口|楼顶|楼梯间|楼梯口?|楼栋口?|"
    "电梯[里口间内]?|货梯|客梯|[东西南北]梯|大厅|大堂|前台|走廊|过道|转角|拐角|台阶|坡道|阳台|窗户|窗台|外墙|天台|"
    "顶楼|顶上|屋顶|高层|架空层|地下室|地下车库|地库|车库|停车场|车棚|充电[棚桩]|快递柜|信箱|水箱|配电箱|电表箱|"
    "[东西南北]{1,2}门(?:口|外|里)?|消防栓|消防通道|下水[井道]|井盖|水沟|绿化带|花坛|草坪|小广场|广场|垃圾[站桶房]|活动室|健身角|长椅|滑梯|"
    "路口|入口|出口|桌子?上|旁边|旁|后面|后头|后门|前面|前头|对面|附近|外面|外头|里面|里头|底下|下面|边上|中间|"
    "[东西南北]头|那边|那儿|那里|那块|里(?!的?人)|边(?!缘|的)"
)
_SIDE = "[东西南北中左右]{1,2}[户侧边面头单](?:元)?"
_BY = f"(?:的?(?:那个|那)?(?:{_SIDE}|{_PART}))"
_RIGHT = re.compile(f"(?:小区|社区)?{_BY}{{0,3}}")
_AFTER = re.compile(f"(?:{_BY}{{0,3}})")
# Words that cannot belong to the name of a place: what stands before them is cut off.
_STOP = re.compile(
    "谢谢|感谢|多谢|放(?!学)|搁|昨天|期间|以前|"
    "在|到|去|住|是|我们|咱们|咱|我|你们|你|他|她|从|往|来(?!福)|送|给|请问|请|帮发|帮转|帮|找|叫|的|"
    "地址|位于|地点|位置|了|就|和|与|那边|急求|急|求助|求救|求|本人|谁|有|把|让|这些|那些|这个|那个|这|那|些|整个|被|"
    '因为|家里|家(?!园|苑|坊|和)|,|。|:|;|!|\\?|\\s|、|\\(|\\)|"|【|】|“|”|刚|看见|看到|还|都|'
    "人(?!民)|没|说|吗|吧|呢|要|自己|同|现|今天|明天|小区里|全|各|本(?=小区|社区)|互助|核实|扩散|紧急|投诉|"
    "反映|关于|对(?!面)|建议|咨询|拆除|督促|希望|开进|走进|进|比|称|驰援|支援|救援|前往|问|想|啊|也|几个|个|"
    "哪|每|附近|大家|于|又|记不起|总|几天|不"
)
_NAME = re.compile("[\u4e00-\u9fff0-9A-Za-z\\-·]{1,40}$")
_OWNER = re.compile(
    "(?:[我你您他她俺咱]们?(?:[家店屋]|妈家|奶家)?|[东西南北前后中老新小大公二三一]"
    "|隔壁|公共|社区|幼儿园|学校)$"
)
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
        standing = _STANDING.fullmatch(m[0]) is not None
        name = _name(before, standing=standing)
        unnamed = not name or (len(name) < 2 and m[0] != "小区")
        if (not standing and unnamed) or _NOT_ROAD.search(name):
            continue
        right = _RIGHT.match(text, m.end())
        return m.start() - len(name), right.end() if right is not None else m.end()
    return None


def _name(before: str, *, standing: bool) -> str:
    """What of the words before a spot belongs to it: 幸福里, 我家, 小."""
    han = _HAN.search(before)
    name = han[0] if han is not None else ""
    name = name[_last_stop(name) :]
    if standing and _PLACE_WORD.search(name) is None:
        owner = _OWNER.search(before)
        return owner[0] if owner is not None else ""
    return name
