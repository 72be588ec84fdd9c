/// A method of a portal with its parameters.
package struct BitrixCall: Hashable, Sendable {
    /// In lower case and without a suffix, as the portal compares it: `sale.order.list`.
    package let method: String

    /// A map.
    package let parameters: BitrixValue

    package init(_ method: String, _ parameters: BitrixValue = [:]) {
        self.method = method.lowercased()
        self.parameters = parameters
    }

    /// The call as a command of a batch: `sale.order.list?filter[@id][0]=5`.
    package var command: String {
        let query = parameters.query
        return query.isEmpty ? method : "\(method)?\(query)"
    }
}
