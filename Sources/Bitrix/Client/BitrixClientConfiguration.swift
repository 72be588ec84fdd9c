/// Limits of the calls to one portal.
package struct BitrixClientConfiguration: Hashable, Sendable {
    /// `User-Agent`; the portal's documentation asks for one of one's own.
    package var userAgent: String

    /// How long a connection may take.
    package var connectTimeout: Duration

    /// How long one call may take in all: the cloud cuts a call after 60 s, and its answer should still be seen.
    package var timeout: Duration

    /// Longer answers are cut off and count as unreadable.
    package var maximumAnswerBytes: Int

    /// Where the portal's secret may follow it.
    package var moves: BitrixMovePolicy

    package init(
        userAgent: String = "FiscalRelay", connectTimeout: Duration = .seconds(5), timeout: Duration = .seconds(68),
        maximumAnswerBytes: Int = 8 << 20, moves: BitrixMovePolicy = BitrixMovePolicy()
    ) {
        self.userAgent = userAgent
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.maximumAnswerBytes = maximumAnswerBytes
        self.moves = moves
    }
}
