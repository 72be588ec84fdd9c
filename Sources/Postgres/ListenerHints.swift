import Synchronization

/// A subscription to a listener: an endless sequence of hints, for one task.
///
/// A slow reader misses nothing: what comes meanwhile is gathered into its next hint. Ends when the listener stops.
package struct ListenerHints: AsyncSequence, Sendable {
    package typealias Element = ListenerHint

    let mailbox: Mailbox

    /// Reads the hints.
    package struct Iterator: AsyncIteratorProtocol {
        let mailbox: Mailbox
        var ticks: AsyncStream<Void>.Iterator

        package mutating func next() async -> ListenerHint? {
            while await ticks.next(isolation: #isolation) != nil {
                let hint = mailbox.empty()
                if !hint.isEmpty { return hint }
            }
            return nil
        }
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(mailbox: mailbox, ticks: mailbox.ticks.makeAsyncIterator())
    }

    /// Gathers what was heard; its stream only says that there is something.
    final class Mailbox: Sendable {
        let ticks: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation
        private let hint = Mutex(ListenerHint())

        init() {
            (ticks, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }

        func put(_ change: (inout ListenerHint) -> Void) {
            hint.withLock { change(&$0) }
            continuation.yield()
        }

        func empty() -> ListenerHint {
            hint.withLock { hint in
                defer { hint = ListenerHint() }
                return hint
            }
        }

        func finish() {
            continuation.finish()
        }
    }
}
