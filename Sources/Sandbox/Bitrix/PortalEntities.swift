/// The kinds of things in a portal, with the types that the sale module writes: ids of basket rows and shipments are
/// strings, those of orders and payments numbers.
enum PortalEntities {
    static let order = BitrixEntity([
        "id": 0, "accountNumber": "", "lid": "s1", "personTypeId": 1, "personTypeXmlId": "", "statusId": "N",
        "statusXmlId": "", "price": 0, "discountValue": 0, "taxValue": 0, "currency": "RUB", "userId": 1, "payed": "N",
        "canceled": "N", "deducted": "N", "marked": "N", "reasonMarked": "", "reasonCanceled": "", "empStatusId": .null,
        "empMarkedId": .null, "empCanceledId": .null, "dateInsert": .null, "dateUpdate": .null, "dateStatus": .null,
        "dateCanceled": .null, "dateMarked": .null, "version": 0, "version1c": "", "updated1c": "N", "id1c": "",
        "xmlId": "", "externalOrder": "N", "comments": "", "additionalInfo": "", "userDescription": "",
        "responsibleId": .null, "companyId": .null, "lockedBy": .null, "dateLock": .null, "orderTopic": "",
        "recurringId": .null, "affiliateId": .null, "recountFlag": "Y",
    ])

    static let payment = BitrixEntity([
        "id": 0, "orderId": 0, "accountNumber": "", "paid": "N", "datePaid": .null, "empPaidId": .null, "sum": 0,
        "currency": "RUB", "paySystemId": 0, "paySystemName": "", "paySystemXmlId": "", "paySystemIsCash": "N",
        "psStatus": .null, "psStatusCode": .null, "psStatusDescription": .null, "psStatusMessage": .null,
        "psSum": .null,
        "psCurrency": .null, "psResponseDate": .null, "psInvoiceId": .null, "payVoucherNum": .null,
        "payVoucherDate": .null, "payReturnNum": .null, "payReturnDate": .null, "payReturnComment": .null,
        "empReturnId": .null, "isReturn": "N", "externalPayment": "N", "xmlId": "", "id1c": .null, "version1c": .null,
        "updated1c": "N", "comments": .null, "marked": "N", "reasonMarked": .null, "dateBill": .null,
        "datePayBefore": .null, "companyId": .null, "responsibleId": .null, "priceCod": "0.0000",
    ])

    static let basketItem = BitrixEntity(
        hasTextIDs: true,
        [
            "id": 0, "orderId": 0, "productId": 0, "name": "", "quantity": 1, "price": 0, "basePrice": 0,
            "discountPrice": 0, "customPrice": "N", "currency": "RUB", "vatRate": .null, "vatIncluded": "Y",
            "measureCode": "796", "measureName": "шт", "xmlId": "", "productXmlId": "", "catalogXmlId": "",
            "weight": "0.00", "dimensions": .null, "type": .null, "setParentId": .null, "sort": 100,
            "barcodeMulti": "N", "canBuy": "Y", "properties": [], "reservations": [],
        ])

    static let shipment = BitrixEntity(
        hasTextIDs: true,
        [
            "id": 0, "orderId": 0, "accountNumber": "", "deliveryId": 2, "deliveryName": "Доставка курьером",
            "allowDelivery": "N", "deducted": "N", "dateDeducted": .null, "empDeductedId": .null,
            "reasonUndoDeducted": .null, "canceled": "N", "statusId": "DN", "priceDelivery": 0, "basePriceDelivery": 0,
            "discountPrice": 0, "customPriceDelivery": "N", "currency": "RUB", "trackingNumber": .null,
            "deliveryDocNum": .null, "deliveryDocDate": .null, "xmlId": "", "id1c": .null, "version1c": .null,
            "system": "N", "comments": .null, "marked": "N", "shipmentItems": [],
        ])

    static let personType = BitrixEntity([
        "id": 0, "name": "", "code": "", "sort": "100", "active": "Y", "xmlId": "",
    ])

    static let property = BitrixEntity([
        "id": 0, "personTypeId": 1, "propsGroupId": 1, "name": "", "type": "STRING", "code": "", "active": "Y",
        "util": "N", "userProps": "N", "isFiltered": "N", "sort": 100, "description": "", "required": "N",
        "multiple": "N", "xmlId": "", "settings": [], "isEmail": "N", "isPhone": "N", "isPayer": "N",
        "isProfileName": "N", "isAddress": "N", "isZip": "N", "isLocation": "N", "isLocation4tax": "N",
        "isAddressFrom": "N", "isAddressTo": "N", "inputFieldLocation": 0,
    ])

    static let propertyValue = BitrixEntity([
        "id": 0, "name": "", "orderId": 0, "code": "", "value": "", "orderPropsId": 0, "orderPropsXmlId": "",
    ])
}
