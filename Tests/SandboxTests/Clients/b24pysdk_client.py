"""b24pysdk, the vendor's own client, against the sandbox. Prints what it saw as one JSON object.

Arguments: the address of the sandbox, and the pair of tokens that its portal `cloud` gave an application.
The client insists on https and on the authorization server's own host. On their way out both are replaced by the
sandbox's address; nothing else of a request or an answer is touched.
"""

import json
import sys
from urllib.parse import urlsplit

import requests
from b24pysdk import Config
from b24pysdk.credentials import BitrixApp, BitrixToken, BitrixWebhook

base, pair = sys.argv[1], json.loads(sys.argv[2])
host = urlsplit(base).netloc
transmit = requests.Session.request


def redirected(session, method, url, **options):
    for secure in (f"https://{host}", "https://oauth.bitrix24.tech"):
        if url.startswith(secure):
            url = base + url[len(secure) :]
    return transmit(session, method, url, **options)


requests.Session.request = redirected
Config().configure(default_max_retries=2, default_initial_retry_delay=0.01)
seen = {}


def failure(call):
    """The class of what a call raised, and the code that the portal gave."""
    try:
        call()
    except Exception as error:  # what it raises is what is asked
        return [type(error).__name__, str(getattr(error, "json_response", {}).get("error"))]
    return ["nothing", ""]


def webhook(portal, code="sandboxcode"):
    return BitrixWebhook(domain=f"{host}/portal/{portal}", webhook_token=f"1/{code}").get_client()


# Paging and batches.
shop = webhook("main")
seen["orders"] = len(shop.sale.order.list().as_list().result)
seen["fast"] = len(list(shop.sale.order.list(select=["id"]).as_list_fast().result))
page = shop.sale.order.list(start=100).response
seen["page"] = [len(page.result["orders"]), page.next, page.total]
batch = shop.call_batch({"order": shop.sale.order.get(bitrix_id=17), "none": shop.sale.order.get(bitrix_id=999)})
seen["batch"] = [
    batch.result.result["order"]["order"]["id"],
    batch.result.result_error["none"]["error"],
]
many = shop.call_batches([shop.sale.order.get(bitrix_id=order) for order in range(1, 121)])
seen["batches"] = len(many.result.result)

# Errors by class.
seen["errors"] = {
    "method": failure(lambda: shop.get_token().call_method("sale.nothing")),
    "order": failure(lambda: shop.sale.order.get(bitrix_id=999).response),
    "code": failure(lambda: webhook("main", "wrong").sale.order.list().response),
    "scope": failure(lambda: webhook("narrow").sale.order.list().response),
    "denied": failure(lambda: webhook("reader").sale.cashbox.handler.list().response),
    "rights": failure(lambda: webhook("reader").sale.order.update(17, {"comments": "x"}).response),
    "limit": failure(lambda: webhook("busy").sale.order.list().response),
}

# Registers.
settings = {"PRINT_URL": f"{base}/print", "CHECK_URL": f"{base}/check", "CONFIG": {"A": {"LABEL": "a"}}}
handlers = shop.sale.cashbox.handler
seen["handler"] = handlers.add("pysdk", "FiscalRelay", settings, sort=50, supports_ffd105=True).response.result
seen["handler_again"] = failure(lambda: handlers.add("pysdk", "FiscalRelay", settings).response)
listed = handlers.list().response.result[0]
# The client puts SUPPORTS_FFD105 beside SETTINGS, where the portal does not look.
seen["handlers"] = [listed["ID"], listed["SORT"], listed["SETTINGS"].get("SUPPORTS_FFD105")]
register = shop.sale.cashbox.add("Касса", "pysdk", "kassa@example.ru", active=True).response.result
seen["registers"] = [row["NAME"] for row in shop.sale.cashbox.list(filter={"ID": register}).response.result]
seen["handler_in_use"] = failure(lambda: handlers.delete(seen["handler"]).response)
seen["check_unknown"] = failure(lambda: shop.sale.cashbox.check.apply("nobody").response)
seen["register_gone"] = shop.sale.cashbox.delete(register).response.result
seen["handler_gone"] = handlers.delete(seen["handler"]).response.result

# Documents of stock.
documents = shop.catalog.document
added = documents.add({"docType": "S", "responsibleId": 1, "currency": "RUB"}).response.result["document"]
documents.element.add({"docId": added["id"], "elementId": 600, "amount": 2.5, "storeTo": 1}).response
seen["conducted"] = documents.conduct(added["id"]).response.result
seen["conducted_again"] = failure(lambda: documents.conduct(added["id"]).response)
amounts = shop.catalog.storeproduct.list(filter={"productId": 600}).response.result["storeProducts"]
seen["amount"] = [row["amount"] for row in amounts]
seen["cancelled"] = documents.cancel(added["id"]).response.result
seen["deleted"] = documents.delete(added["id"]).response.result

# OAuth.
application = BitrixApp(client_id="local.sandbox", client_secret="sandboxsecret")
token = BitrixToken(
    domain=f"{host}/portal/cloud",
    auth_token=pair["access_token"],
    refresh_token=pair["refresh_token"],
    bitrix_app=application,
)
cloud = token.get_client()
seen["scope"] = sorted(cloud.scope().response.result)
requests.post(f"{base}/_sandbox/installations/expire", json={"portal": "cloud", "client_id": "local.sandbox"})
seen["after_expiry"] = sorted(cloud.scope().response.result)
seen["rotated"] = token.auth_token != pair["access_token"] and token.refresh_token != pair["refresh_token"]


def refresh(app, refresh_token):
    return failure(lambda: app.refresh_oauth_token(refresh_token))


seen["oauth_errors"] = {
    "used": refresh(application, pair["refresh_token"]),
    "secret": refresh(BitrixApp(client_id="local.sandbox", client_secret="guessed"), token.refresh_token),
    "other": refresh(BitrixApp(client_id="local.other", client_secret="othersecret"), token.refresh_token),
    "empty": refresh(application, ""),
}
requests.post(f"{base}/_sandbox/installations/remove", json={"portal": "cloud", "client_id": "local.sandbox"})
seen["oauth_errors"]["removed"] = refresh(application, token.refresh_token)
seen["call_removed"] = failure(lambda: cloud.scope().response)
print(json.dumps(seen))
