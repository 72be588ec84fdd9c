/// How a sandbox is set up.
package struct SandboxConfiguration: Sendable {
    /// Loopback address to listen on.
    package var host: String
    /// Port; 0 for any free one.
    package var port: Int
    /// Accounts at the stand-in for CloudKassir.
    package var accounts: [CloudKassirAccount]
    /// Portals of the stand-in for Bitrix.
    package var portals: [BitrixPortal]
    /// File of the ledger's memory across restarts; nil: none.
    package var ledgerPath: String?
    /// Whether the ledger keeps the bodies of receipts; about a kilobyte each.
    package var keepsBodies: Bool
    /// The clock of delays and limits.
    package var clock: SandboxClock

    /// Makes a configuration: without arguments one account and one portal, both called `main`.
    package init(
        host: String = "127.0.0.1", port: Int = 0, accounts: [CloudKassirAccount] = [CloudKassirAccount()],
        portals: [BitrixPortal] = [BitrixPortal()], ledgerPath: String? = nil, keepsBodies: Bool = true,
        clock: SandboxClock = .system
    ) {
        self.host = host
        self.port = port
        self.accounts = accounts
        self.portals = portals
        self.ledgerPath = ledgerPath
        self.keepsBodies = keepsBodies
        self.clock = clock
    }
}
