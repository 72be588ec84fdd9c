/// Everything in one portal; changed only under the lock of its service.
struct PortalState: Sendable {
    /// A change that a client made to an order's properties.
    struct PropertyWrite: Sendable {
        let at: Int64
        let set: [(code: String, value: String)]
        /// Codes whose values the call took away by not naming them.
        let deleted: [String]

        var ledgerEntry: JSONValue {
            [
                "at": .int(at), "set": .object(set.map { JSONMember($0.code, .string($0.value)) }),
                "deleted": .array(deleted.map(JSONValue.string)),
            ]
        }
    }

    var portal: BitrixPortal
    var orders = BitrixTable(PortalEntities.order, firstID: 1)
    var payments = BitrixTable(PortalEntities.payment, firstID: 201)
    var basketItems = BitrixTable(PortalEntities.basketItem, firstID: 4001)
    var shipments = BitrixTable(PortalEntities.shipment, firstID: 701)
    var personTypes = BitrixTable(PortalEntities.personType)
    var properties = BitrixTable(PortalEntities.property)
    var propertyValues = BitrixTable(PortalEntities.propertyValue, firstID: 9001)
    var catalog = CatalogState()
    var cashbox = CashboxState()
    var grants = PortalGrants()

    /// HTTP calls by method; a batch counts as one, and each of its commands as `batch/` and its method.
    var calls: [String: Int] = [:]
    /// Calls refused by a limit, by code.
    var limited: [String: Int] = [:]
    var propertyWrites: [Int: [PropertyWrite]] = [:]
    /// Values deleted by calls that did not name them.
    var deletedValues = 0
    /// Refunds that a client asked of the pay system by `isReturn`.
    var refundsAsked: [Int] = []
    /// Filters on fields that do not exist, which the portal drops in silence.
    var droppedFilters: [String: Int] = [:]
    /// What the receipt of an order must come to; absent: its price, null: anything.
    var expectedTotals: [Int: String?] = [:]
    var bucket: IntensityBucket?
    var operating: [String: OperatingWindow] = [:]
    /// Others who are about to save orders.
    var rivals: [RivalSave] = []

    init(_ portal: BitrixPortal) {
        self.portal = portal
        bucket = portal.intensity.map(IntensityBucket.init)
        _ = personTypes.add([("name", "Физическое лицо"), ("code", "individual"), ("xmlId", "bx_individual")])
        _ = personTypes.add([("name", "Юридическое лицо"), ("code", "legal"), ("xmlId", "bx_legal")])
        for personType in personTypes.ids { PropertySeed.standard.forEach { add($0, personType: personType) } }
    }

    /// Defines a property for a person type unless it has one of that code.
    mutating func add(_ property: PropertySeed, personType: Int) {
        guard self.property(property.code, personType: personType) == nil else { return }
        _ = properties.add([
            ("personTypeId", .int(personType)), ("name", .string(property.name)), ("code", .string(property.code)),
            ("type", .string(property.type)), ("util", property.isInternal ? "Y" : "N"),
            ("isEmail", property.code == "EMAIL" ? "Y" : "N"), ("isPhone", property.code == "PHONE" ? "Y" : "N"),
            ("xmlId", .string("bx_\(property.code.lowercased())_\(personType)")),
        ])
    }

    /// Takes a property away from every person type, with its values.
    mutating func removeProperty(_ code: String) {
        for id in properties.ids where properties.value("code", of: id) == .string(code) {
            for value in propertyValues.ids where propertyValues.value("orderPropsId", of: value) == .int(id) {
                propertyValues.remove(value)
            }
            properties.remove(id)
        }
    }

    /// The id of a property by code and person type.
    func property(_ code: String, personType: Int) -> Int? {
        properties.ids.first {
            properties.value("code", of: $0) == .string(code)
                && properties.value("personTypeId", of: $0) == .int(personType)
        }
    }

    /// The values of an order's properties by code.
    func values(of order: Int) -> [String: String] {
        propertyValues.rows(of: order).reduce(into: [:]) { values, row in
            guard let code = row.value("code", of: propertyValues.entity).stringValue else { return }
            values[code] = row.value("value", of: propertyValues.entity).scalarText
        }
    }

    /// Sets one property value of an order, adding it if there is none.
    mutating func setValue(_ value: String, property: Int, order: Int) {
        let cut = JSONValue.string(String(value.unicodeScalars.prefix(500).map(Character.init)))
        let known = propertyValues.rows(of: order).first {
            $0.value("orderPropsId", of: propertyValues.entity) == .int(property)
        }
        if let known { return propertyValues.update(known.id, [("value", cut)]) }
        _ = propertyValues.add(
            owner: order,
            [
                ("name", properties.value("name", of: property)), ("code", properties.value("code", of: property)),
                ("value", cut), ("orderPropsId", .int(property)),
                ("orderPropsXmlId", properties.value("xmlId", of: property)),
            ])
    }

    /// Notes that an order was saved at that moment.
    mutating func touch(_ order: Int, at now: Int64) {
        let version = orders.value("version", of: order).intValue ?? 0
        orders.update(order, [("version", .int(version + 1)), ("dateUpdate", date(now))])
    }

    /// A moment (microseconds since 1970) as the portal writes it.
    func date(_ now: Int64) -> JSONValue {
        let seconds = now / 1_000_000
        return .string(CivilTime(seconds: seconds, offset: portal.utcOffset).iso8601(offset: portal.utcOffset))
    }
}
