import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Gateway

/// How long a connection is kept, by a clock that the test moves.
@Suite struct ConnectionDeadlineTests {
    private static let requestTime = TimeAmount.seconds(10)
    private static let answerTime = TimeAmount.seconds(60)

    /// A connection on which parts arrive and answers go out.
    private final class Connection {
        let channel = EmbeddedChannel()
        var isOpen: Bool { channel.isActive }

        init() throws {
            try channel.pipeline.syncOperations.addHandler(
                ConnectionDeadline(requestTime: requestTime, answerTime: answerTime))
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func receive(_ parts: HTTPRequestPart...) throws {
            for part in parts where isOpen { try channel.writeInbound(part) }
        }

        /// Hands an answer over; the peer takes it if `isTaken`.
        func answer(isTaken: Bool = true) {
            channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
            channel.write(HTTPResponsePart.end(nil), promise: nil)
            if isTaken { channel.flush() }
        }

        func pass(seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }
    }

    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .post, scheme: "http", authority: "g", path: "/callbacks/x"))

    private static func body(_ bytes: Int = 1) -> HTTPRequestPart { .body(ByteBuffer(repeating: 0x20, count: bytes)) }

    @Test func whoeverSaysNothingIsLetGo() throws {
        let connection = try Connection()
        connection.pass(seconds: 9)
        #expect(connection.isOpen)
        connection.pass(seconds: 1)
        #expect(!connection.isOpen)
    }

    @Test func bytesNowAndThenBuyNoTime() throws {
        let connection = try Connection()
        try connection.receive(Self.head)
        for _ in 0..<9 {
            connection.pass(seconds: 1)
            try connection.receive(Self.body())
        }
        #expect(connection.isOpen)
        connection.pass(seconds: 1)
        #expect(!connection.isOpen)
    }

    @Test func anAnswerMayTakeLongerThanARequestButNotForEver() throws {
        let connection = try Connection()
        try connection.receive(Self.head, .end(nil))
        connection.pass(seconds: 59)
        #expect(connection.isOpen)
        connection.pass(seconds: 1)
        #expect(!connection.isOpen)
    }

    @Test func theNextRequestHasItsTimeAfterTheAnswer() throws {
        let connection = try Connection()
        for _ in 0..<3 {
            connection.pass(seconds: 9)
            try connection.receive(Self.head, Self.body(), .end(nil))
            connection.pass(seconds: 30)
            connection.answer()
        }
        #expect(connection.isOpen)
        connection.pass(seconds: 10)
        #expect(!connection.isOpen)
    }

    /// A refusal may come before the request has ended: its end owes nothing then, and what follows is bounded too.
    @Test func aRequestAnsweredEarlyIsStillBounded() throws {
        let connection = try Connection()
        try connection.receive(Self.head, Self.body())
        connection.answer()
        connection.pass(seconds: 9)
        try connection.receive(Self.body(), .end(nil))
        connection.pass(seconds: 9)
        #expect(connection.isOpen)
        connection.pass(seconds: 1)
        #expect(!connection.isOpen)

        let endless = try Connection()
        try endless.receive(Self.head, Self.body())
        endless.answer()
        endless.pass(seconds: 10)
        #expect(!endless.isOpen)
    }

    @Test func anAnswerThatNobodyTakesIsNotKeptForEver() throws {
        let connection = try Connection()
        try connection.receive(Self.head, .end(nil))
        connection.answer(isTaken: false)
        connection.pass(seconds: 59)
        #expect(connection.isOpen)
        connection.pass(seconds: 1)
        #expect(!connection.isOpen)
    }

    @Test func whatWaitsBehindAnAnswerHasItsTimeLater() throws {
        let connection = try Connection()
        try connection.receive(Self.head, .end(nil), Self.head, .end(nil), Self.head)
        connection.pass(seconds: 50)
        connection.answer()
        connection.pass(seconds: 50)
        #expect(connection.isOpen)
        connection.answer()
        connection.pass(seconds: 9)
        #expect(connection.isOpen)
        connection.pass(seconds: 1)
        #expect(!connection.isOpen)
    }

    @Test func aBodyWithoutEndIsCutOff() throws {
        let connection = try Connection()
        try connection.receive(Self.head, Self.body(ExchangeClock.longestBody))
        #expect(connection.isOpen)
        try connection.receive(Self.body())
        #expect(!connection.isOpen)
        // Each request is counted by itself.
        let other = try Connection()
        for _ in 0..<3 {
            try other.receive(Self.head, Self.body(ExchangeClock.longestBody), .end(nil))
            other.answer()
        }
        #expect(other.isOpen)
    }
}
