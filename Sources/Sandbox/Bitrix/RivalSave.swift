/// Somebody else saves a property of an order, right before the portal carries out a call of ours.
package struct RivalSave: Hashable, Sendable {
    package var order: Int
    /// Code of the property.
    package var code: String
    package var value: String
    /// The method before which it happens, by itself or as a command of a batch, e.g. `sale.order.list`.
    package var method: String
    /// How many of its calls are let pass first.
    package var skip: Int

    package init(order: Int, code: String, value: String, before method: String, skip: Int = 0) {
        self.order = order
        self.code = code
        self.value = value
        self.method = method
        self.skip = skip
    }
}

extension PortalState {
    /// Lets those come who were waiting for this call; each comes once.
    mutating func letRivalsSave(before call: BitrixCall) {
        var waiting: [RivalSave] = []
        for var rival in rivals {
            if rival.method != call.method {
                waiting.append(rival)
            } else if rival.skip > 0 {
                rival.skip -= 1
                waiting.append(rival)
            } else if let type = orders.value("personTypeId", of: rival.order).intValue,
                let property = property(rival.code, personType: type)
            {
                setValue(rival.value, property: property, order: rival.order)
                touch(rival.order, at: call.now)
            }
        }
        rivals = waiting
    }
}
