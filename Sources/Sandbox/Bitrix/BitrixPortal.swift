/// One Bitrix portal that the sandbox stands in for.
package struct BitrixPortal: Hashable, Sendable {
    /// The two kinds of Bitrix.
    package enum Edition: String, Hashable, Sendable, CaseIterable {
        /// Bitrix24 in the cloud: both limits apply, and `time` tells `operating`.
        case cloud
        /// 1C-Bitrix on the shop's server: no limit unless set.
        case selfHosted = "self_hosted"
    }

    /// An inbound webhook: `…/rest/{user}/{code}/{method}`.
    package struct Webhook: Hashable, Sendable {
        /// The user it acts for.
        package var user: Int
        /// Its secret.
        package var code: String
        /// What it may use; those that the portal does not have count for nothing.
        package var scopes: Set<String>
        /// Rights of its user.
        package var access: Access

        /// Makes a webhook.
        package init(
            user: Int = 1, code: String = "sandboxcode",
            scopes: Set<String> = ["sale", "catalog", "cashbox", "fiscal.relay"], access: Access = .administrator
        ) {
            self.user = user
            self.code = code
            self.scopes = scopes
            self.access = access
        }
    }

    /// The leaky bucket of the intensity limit.
    package struct Intensity: Hashable, Sendable {
        /// Requests that fit at once.
        package var capacity: Int
        /// Requests that drain in a second.
        package var perSecond: Int

        /// Makes a limit; the defaults are those of Bitrix24's usual plans.
        package init(capacity: Int = 50, perSecond: Int = 2) {
            self.capacity = capacity
            self.perSecond = perSecond
        }
    }

    /// Name in the ledger and in faults.
    package var name: String
    /// Path in front of `/rest`, without a slash at the end; empty for the root.
    package var basePath: String
    /// Cloud or self-hosted.
    package var edition: Edition
    /// Who may call.
    package var webhooks: [Webhook]
    /// Applications that can be installed.
    package var applications: [Application]
    /// Whether FiscalRelay's own module is installed, with its REST method; for self-hosted portals.
    package var hasModule: Bool
    /// Codes of the properties that the module's method may set.
    package var modulePropertyCodes: Set<String>
    /// The intensity limit; nil: none.
    package var intensity: Intensity?
    /// Seconds that one method may work within ten minutes; nil: without limit.
    package var operatingLimit: Int?
    /// What a call of a method is reckoned to work, in milliseconds; under 100 it is not counted. Unnamed methods: 0.
    package var operatingCost: [String: Int]
    /// Seconds east of UTC in the portal's dates.
    package var utcOffset: Int
    /// Whether numeric error codes are written as numbers (older portals) or as strings.
    package var hasNumericErrorCodes: Bool

    /// Makes a portal. Without an intensity the cloud's usual one applies to a cloud portal, and none to another.
    package init(
        name: String = "main", basePath: String = "/portal/main", edition: Edition = .selfHosted,
        webhooks: [Webhook] = [Webhook()], applications: [Application] = [], hasModule: Bool = false,
        modulePropertyCodes: Set<String> = ["CLOUDKASSIR_FN", "CLOUDKASSIR_FD", "CLOUDKASSIR_FPD"],
        intensity: Intensity? = nil, operatingLimit: Int? = nil,
        operatingCost: [String: Int] = [:], utcOffset: Int = 10800, hasNumericErrorCodes: Bool = false
    ) {
        self.name = name
        self.basePath = basePath
        self.edition = edition
        self.webhooks = webhooks
        self.applications = applications
        self.hasModule = hasModule
        self.modulePropertyCodes = modulePropertyCodes
        self.intensity = intensity ?? (edition == .cloud ? Intensity() : nil)
        self.operatingLimit = operatingLimit ?? (edition == .cloud ? 480 : nil)
        self.operatingCost = operatingCost
        self.utcOffset = utcOffset
        self.hasNumericErrorCodes = hasNumericErrorCodes
    }

    /// The id by which Bitrix knows the portal for good, 32 hexadecimal digits; made from the name.
    package var memberID: String { String(Digest.sha256(Array(name.utf8)).prefix(32)) }
}
