extension BitrixClient {
    /// Writes values into the properties of many orders, see ``OrderPropertyWriter``.
    package func writeOrderProperties(
        orders: [OrderPropertyWrite], directory: OrderPropertyDirectory
    ) async -> [OrderPropertyReport] {
        await OrderPropertyWriter(client: self, directory: directory).write(orders)
    }
}
