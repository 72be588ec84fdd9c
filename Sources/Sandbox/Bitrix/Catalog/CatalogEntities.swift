/// The kinds of things in a portal's catalogue and stores.
enum CatalogEntities {
    static let store = BitrixEntity([
        "active": "Y", "address": "", "code": "", "dateCreate": .null, "dateModify": .null, "description": "",
        "email": "", "gpsN": 0, "gpsS": 0, "id": 0, "imageId": .null, "issuingCenter": "Y", "modifiedBy": 1,
        "phone": "", "schedule": "", "sort": 100, "title": "", "userId": 1, "xmlId": "",
    ])

    static let storeProduct = BitrixEntity(
        ownerField: "productId", ["amount": 0, "id": 0, "productId": 0, "quantityReserved": .null, "storeId": 0])

    static let product = BitrixEntity([
        "active": "Y", "available": "Y", "bundle": "N", "canBuyZero": "N", "code": "", "createdBy": 1,
        "dateCreate": .null, "iblockId": 23, "iblockSectionId": .null, "id": 0, "measure": 5, "modifiedBy": 1,
        "name": "", "purchasingCurrency": .null, "purchasingPrice": .null, "quantity": 0, "quantityReserved": 0,
        "quantityTrace": "Y", "sort": 500, "timestampX": .null, "type": 1, "vatId": .null, "vatIncluded": "Y",
        "weight": .null, "xmlId": "",
    ])

    static let document = BitrixEntity([
        "commentary": .null, "createdBy": 1, "currency": "RUB", "dateCreate": .null, "dateDocument": .null,
        "dateModify": .null, "dateStatus": .null, "docNumber": "", "docType": "", "id": 0, "modifiedBy": 1,
        "responsibleId": 1, "siteId": "s1", "status": "N", "statusBy": .null, "title": "", "total": .null,
    ])

    static let documentElement = BitrixEntity(
        ownerField: "docId",
        [
            "amount": .null, "docId": 0, "elementId": 0, "id": 0, "purchasingPrice": .null, "storeFrom": .null,
            "storeTo": .null,
        ])

    static let contractor = BitrixEntity(
        ownerField: "documentId", ["documentId": 0, "entityId": 0, "entityTypeId": 0, "id": 0])

    static let vat = BitrixEntity([
        "active": "Y", "id": 0, "name": "", "rate": 0, "sort": 100, "timestampX": .null,
    ])

    static let measure = BitrixEntity([
        "code": 0, "id": 0, "isDefault": "N", "measureTitle": "", "symbol": "", "symbolIntl": "",
        "symbolLetterIntl": "",
    ])
}
