/// The portal in which a shop's orders live.
package struct BitrixSettings: Sendable {
    /// The inbound webhook's address, whose path is a credential.
    package let webhookURL: Secret
    /// Codes of the order properties that show the fiscal result.
    package let properties: Properties
    /// Counted in orders, of which a call carries up to 49.
    package let limits: LimitSettings

    package struct Properties: Hashable, Sendable {
        package let fn: String
        package let fd: String
        package let fpd: String
        /// nil: the link is not written.
        package let qr: String?
    }

    /// - Returns: nil when the shop has no portal, or after faults, which are with the reader.
    init?(key: String, from reader: inout ConfigurationReader) {
        let isGiven =
            !reader.children(of: key).isEmpty || reader.has("\(key).webhook_url")
            || reader.has("\(key).webhook_url_file")
        guard isGiven else { return nil }
        limits = LimitSettings(key: key, from: &reader)
        properties = Properties(
            fn: reader.optionalText("\(key).properties.fn") ?? "CLOUDKASSIR_FN",
            fd: reader.optionalText("\(key).properties.fd") ?? "CLOUDKASSIR_FD",
            fpd: reader.optionalText("\(key).properties.fpd") ?? "CLOUDKASSIR_FPD",
            qr: reader.optionalText("\(key).properties.qr"))
        guard let secret = reader.secret("\(key).webhook_url") else { return nil }
        if let url = try? secret.read(), let problem = ServerAddress.problem(in: url) {
            reader.report("\(key).webhook_url", problem, allowed: "the https: address of an inbound webhook")
        }
        webhookURL = secret
    }
}
