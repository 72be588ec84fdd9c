/// What matters of an order when its properties are written.
package struct OrderHeader: Hashable, Sendable {
    package let id: Int64
    package let personTypeID: Int64

    /// Grows with every save of the order; nil where the portal does not tell.
    package let version: Int64?

    init?(_ row: BitrixValue) {
        guard let id = row["id"]?.identifier, let personTypeID = row["personTypeId"]?.identifier else { return nil }
        self.id = id
        self.personTypeID = personTypeID
        version = row["version"]?.integer
    }
}

/// A value that an order has for one of its properties.
package struct StoredPropertyValue: Hashable, Sendable {
    /// Id of the row, which grows with time.
    package let rowID: Int64?
    /// Nil for a row whose property was deleted.
    package let propertyID: Int64?
    package let code: String
    package let value: BitrixValue

    package init(rowID: Int64? = nil, propertyID: Int64?, code: String = "", value: BitrixValue) {
        self.rowID = rowID
        self.propertyID = propertyID
        self.code = code
        self.value = value
    }

    init(_ row: BitrixValue) {
        self.init(
            rowID: row["id"]?.identifier, propertyID: row["orderPropsId"]?.identifier, code: row["code"]?.text ?? "",
            value: row["value"] ?? .null)
    }
}

/// The calls about orders, apart from sending them, so that they also fit into a batch.
enum OrderCalls {
    /// Rows on one page; the portal does not let it be changed.
    static let pageSize = 50

    static func properties(above id: Int64) -> BitrixCall {
        BitrixCall(
            "sale.property.list",
            [
                "select": ["id", "personTypeId", "code", "name", "type", "multiple"],
                "filter": [">id": .integer(id)], "order": ["id": "asc"], "start": -1,
            ])
    }

    /// Heads of at most ``pageSize`` orders; those that do not exist are not in the answer.
    static func headers(of orders: [Int64]) -> BitrixCall {
        BitrixCall(
            "sale.order.list",
            [
                "select": ["id", "personTypeId", "version"],
                "filter": ["@id": .list(orders.map { .integer($0) })], "order": ["id": "asc"], "start": -1,
            ])
    }

    /// A page of an order's values, those with row ids above `rowID`.
    static func values(of order: Int64, above rowID: Int64 = 0) -> BitrixCall {
        BitrixCall(
            "sale.propertyvalue.list",
            [
                "select": ["id", "orderId", "orderPropsId", "code", "value"],
                "filter": ["orderId": .integer(order), ">id": .integer(rowID)], "order": ["id": "asc"], "start": -1,
            ])
    }

    /// Replaces all values of an order: what is not in the call is deleted.
    static func replaceValues(of order: Int64, with values: [PlannedPropertyValue]) -> BitrixCall {
        let list = values.map { value -> BitrixValue in
            ["orderPropsId": .integer(value.propertyID), "value": value.value]
        }
        return BitrixCall(
            "sale.propertyvalue.modify",
            ["fields": ["order": ["id": .integer(order), "propertyValues": .list(list)]]])
    }
}

extension BitrixClient {
    /// Every order property of the portal.
    package func orderProperties() async throws(BitrixFault) -> [OrderProperty] {
        var properties: [OrderProperty] = []
        var last: Int64 = 0
        while true {
            let answer = try await call(OrderCalls.properties(above: last))
            guard let rows = answer.result["properties"]?.elements else {
                throw .unexpected("sale.property.list", "list of properties")
            }
            properties += rows.compactMap(OrderProperty.init)
            let highest = rows.compactMap { $0["id"]?.identifier }.max() ?? last
            guard rows.count >= OrderCalls.pageSize, highest > last else { return properties }
            last = highest
        }
    }
}
