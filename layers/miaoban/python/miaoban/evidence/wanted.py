"""What messages are called, and in words what each of their parts should be."""

from typing import Final

UPSERTED: Final = "cn.miaoban.record.upserted.v1"
WITHDRAWN: Final = "cn.miaoban.record.withdrawn.v1"
HEARD: Final = "cn.miaoban.source.heard.v1"
BATCHED: Final = "cn.miaoban.records.batched.v1"
MOST: Final = 500
"""Records of a batch; its message is of at most 200,000 bytes besides."""

_WHEN: Final = "带时区的 RFC 3339 时间，例如 2026-03-02T09:30:00+08:00"
_CODE: Final = "小写字母、数字和连字符组成的编码"
WANTED: Final = {
    "/specversion": "文本“1.0”",
    "/id": "1 至 100 个 ASCII 字符，每条报文不同，不含空格、证件号码和手机号码",
    "/source": "/departments/ 加部门编码",
    "/type": f"{UPSERTED}、{WITHDRAWN}、{BATCHED} 或 {HEARD}",
    "/time": _WHEN,
    "/correlation": "所答询问的 id，没有询问的不写",
    "/subject": "不超过 200 字的文本",
    "/datacontenttype": "application/json",
    "/data": "对象，含 source、kind、sequence、issued_at 和 values（心跳只含 source 和 issued_at）",
    "/data/source": f"数源编码，即{_CODE}",
    "/data/kind": f"记录种类，即{_CODE}",
    "/data/sequence": "不小于 1 的整数，同一记录每次变化都增大",
    "/data/issued_at": _WHEN,
    "/data/values": "字段名和值组成的对象",
    "/data/number": "批次号，不小于 1 的整数，每批加一",
    "/data/count": f"这一批的记录数，1 至 {MOST}",
    "/data/digest": "records 的摘要，即 sha256: 加 64 位十六进制数字（RFC 8785、SHA-256）",
    "/data/records": f"至多 {MOST} 条记录，每条含 kind、sequence、issued_at、values，撤销的另写 withdrawn",
}
"""By JSON pointer."""
