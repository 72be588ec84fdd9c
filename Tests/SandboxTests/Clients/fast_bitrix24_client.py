"""fast-bitrix24 against the sandbox: paging, batches, errors. Prints what it saw as one JSON object.

Arguments: the address of the sandbox.
"""

import json
import sys
import warnings

from fast_bitrix24 import Bitrix

base = sys.argv[1]
warnings.filterwarnings("ignore")  # it warns of the operating time that a self-hosted portal does not tell
portal = Bitrix(f"{base}/portal/main/rest/1/sandboxcode/", respect_velocity_policy=False, verbose=False)
seen = {}


def failure(call):
    """The class and the words of what a call raised."""
    try:
        call()
    except Exception as error:  # what it raises is what is asked
        return [type(error).__name__, str(error)]
    return ["nothing", ""]


orders = portal.get_all("sale.order.list")
seen["orders"] = len(orders)
seen["distinct"] = len({order["id"] for order in orders})
seen["filtered"] = [
    order["id"] for order in portal.get_all("sale.order.list", {"filter": {">id": 126}, "select": ["id"]})
]
seen["by_id"] = sorted(
    answer["order"]["id"] for answer in portal.get_by_ID("sale.order.get", list(range(1, 61)), "id").values()
)
seen["batch"] = portal.call_batch(
    {
        "halt": 0,
        "cmd": {
            "o": "sale.order.list?filter[id]=17&select[]=id",
            "v": "sale.propertyvalue.list?filter[orderId]=$result[o][orders][0][id]&filter[code]=EMAIL",
        },
    }
)
seen["unknown_method"] = failure(lambda: portal.get_all("sale.nothing.list"))
seen["unknown_order"] = failure(lambda: portal.call("sale.order.get", {"id": 999}))

document = portal.call(
    "catalog.document.add", {"fields": {"docType": "D", "responsibleId": 1, "currency": "RUB", "docNumber": "fast"}}
)
seen["document"] = document["status"]
elements = portal.call(
    "catalog.document.element.add",
    [
        {"fields": {"docId": document["id"], "elementId": product, "amount": 1, "storeFrom": 1}}
        for product in range(501, 571)
    ],
)
seen["elements"] = len(elements)
seen["conducted"] = portal.call("catalog.document.conduct", {"id": document["id"]}, raw=True)["result"]
seen["stock"] = sorted(
    {row["amount"] for row in portal.get_all("catalog.storeproduct.list", {"filter": {"storeId": 1}})}
)
print(json.dumps(seen))
