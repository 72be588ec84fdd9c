/// How long what is kept is kept.
package struct RetentionSettings: Sendable {
    /// How long after its end an event keeps its payload, which holds the buyer's contact; `nil`: for ever.
    package let personalData: Duration?

    init(from reader: inout ConfigurationReader) {
        let key = "retention.personal_data"
        personalData =
            reader.has(key)
            ? reader.duration(key, in: .seconds(30 * 86_400)...(.seconds(3650 * 86_400)), default: .zero) : nil
    }
}
