/// Decides how long a connection may go on as it is, from what passes on it: nobody holds one by sending slowly,
/// nothing, or too much, or by not taking an answer.
///
/// One limit runs at any time. It is counted anew only by what a whole request or a whole answer brings about, never by
/// single bytes.
struct ExchangeClock: Hashable, Sendable {
    enum Limit: Hashable, Sendable {
        /// From the opening of the connection, or the end of an answer, to the end of the next request.
        case request
        /// From the end of a request to the end of its answer.
        case answer
    }

    enum Reaction: Hashable, Sendable {
        case none
        /// The limit runs from now on, in place of the one before.
        case start(Limit)
        case close
    }

    /// In bytes. A body that was refused is read on, so that its sender gets to hear it; a longer one is cut off.
    static let longestBody = 1 << 20

    /// Bytes of the body that is arriving.
    private var received = 0
    /// Requests that arrived in full and are not answered yet.
    private var owed = 0
    /// The request that is arriving has been answered already.
    private var isAnsweredEarly = false

    mutating func receivedHead() -> Reaction {
        received = 0
        return .none
    }

    mutating func receivedBody(_ bytes: Int) -> Reaction {
        received += bytes
        return received > Self.longestBody ? .close : .none
    }

    mutating func receivedEnd() -> Reaction {
        guard !isAnsweredEarly else {
            // The exchange ends here: nothing is owed, and the next request has its time.
            isAnsweredEarly = false
            return owed == 0 ? .start(.request) : .none
        }
        owed += 1
        return owed == 1 ? .start(.answer) : .none
    }

    mutating func sentEnd() -> Reaction {
        guard owed > 0 else {
            isAnsweredEarly = true
            return .none
        }
        owed -= 1
        return .start(owed == 0 ? .request : .answer)
    }
}
