"""The page of the desk's log: who did what, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from starlette.responses import Response

from form_api.desk.accounts import ROLES, SUPERVISE
from form_api.desk.capacity import EVERYWHERE
from form_api.desk.web.visitor import Visitor, minute, signed_in
from form_api.store import desk as stored

LINES = 200
ACTIONS = {
    "sign_in": "登录",
    "sign_in_refused": "登录没有成功",
    "staff_add": "新建账号",
    "staff_password": "重设密码",
    "staff_totp": "设置动态码",
    "staff_disable": "停用账号",
    "look_at_day": "看了当天名单",
    "look_at_appointment": "按编号查了预约",
    "look_at_phones": "看了要通知的电话",
    "phone_booking": "电话预约",
    "quota": "改了号源",
    "export": "导出了统计",
    "figures": "公布了每月情况",
}
DETAILS = {
    "staff": "账号 {}",
    "roles": "{}",
    "place": "{}",
    "date": "{}",
    "first": "从 {}",
    "last": "到 {}",
    "label": "{}",
    "units": "每个时段 {} 位",
    "people": "{} 位",
    "number": "{}",
    "numbers": "{}",
    "kind": "{} 文件",
    "until": "截至 {}",
    "reason": "因为：{}",
}
"""What a line knows, in the order in which it is told."""


@signed_in(SUPERVISE)
async def page(visitor: Visitor) -> Response:
    """Show who did what at the desk."""
    lines = await visitor.desk.service.store.read(partial(stored.log_lines, limit=LINES))
    names = {id_: officer.name for id_, officer in (await visitor.desk.cases.names()).items()}
    names["command"] = "管理员（命令行）"
    words = visitor.desk.hall.places() | {EVERYWHERE: "所有地方"}
    words |= {role: name for role, (name, _) in ROLES.items()}
    return visitor.page(
        "log.html",
        "工作台日志",
        lines=[
            {
                "time": minute(line["at"]),
                "who": names.get(line["actor"], line["actor"]),
                "what": ACTIONS.get(line["action"], line["action"]),
                "details": "，".join(_details(line["data"], words)),
            }
            for line in lines
        ],
    )


def _details(data: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    for key, sentence in DETAILS.items():
        value = data.get(key)
        if value in (None, "", []):
            continue
        items = value if isinstance(value, list) else [value]
        yield sentence.format("、".join(words.get(str(item), str(item)) for item in items))
