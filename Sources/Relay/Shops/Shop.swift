package import Bitrix
package import FiscalProviders

/// One configured merchant with its connections to the outside.
package struct Shop: Sendable {
    package let settings: ShopSettings
    /// Where its receipts go; nil in shadow mode.
    package let register: CashRegister?
    /// Where its orders live; nil: results are not written back.
    package let portal: Portal?
    /// Where providers are told to call when a receipt of the shop is ready. Stands in the bytes of the request, so a
    /// change of it counts for new receipts only.
    package let callbackURL: String?

    package var name: String { settings.name }
}

/// An account at a provider: one destination with its own pause, limit and backlog, shared by the shops that use it.
package struct CashRegister: Sendable {
    /// The queue of all steps that talk to it, e.g. `cloudkassir:shop@api.cloudkassir.ru`.
    package let destination: String
    package let provider: any FiscalProvider
    /// Of one request, connecting included.
    package let timeout: Duration
}

/// A Bitrix portal: one destination, shared by the shops whose orders live in it.
package struct Portal: Sendable {
    /// The queue of all steps that talk to it, e.g. `bitrix:portal.example.ru`.
    package let destination: String
    package let client: BitrixClient
    /// Where results are handed in; shared by all shops of the portal.
    package let desk: WritebackDesk
    /// Where this shop's results are shown.
    package let properties: BitrixPropertySettings
    /// Whether each receipt of this shop leaves a line in its order's comment.
    package let comments: Bool
    /// How long a result of this shop may wait before somebody is told.
    package let alarmAfter: Duration
}
