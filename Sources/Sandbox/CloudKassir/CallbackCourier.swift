internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// A result that is to be pushed to a receipt's `url`.
struct CallbackDelivery: Hashable, Sendable {
    /// Task number of the receipt; what is pushed is its state at the moment of pushing.
    let receiptID: String
    let url: String
    /// How long to wait first.
    var delay = Duration.zero
    /// How many times it is pushed.
    var times = 1
    /// Whether it goes out before the request that caused it is answered.
    var isBeforeAnswer = false
}

/// Pushes results to the addresses that senders named: plain HTTP, one try, no redirects.
struct CallbackCourier: Service {
    private let service: CloudKassirService
    private let logger: Logger
    private let deliveries: AsyncStream<CallbackDelivery>
    private let inbox: AsyncStream<CallbackDelivery>.Continuation
    private static let patience = TimeAmount.seconds(10)

    init(service: CloudKassirService, logger: Logger) {
        self.service = service
        self.logger = logger
        (deliveries, inbox) = AsyncStream.makeStream()
    }

    /// Delivers what was scheduled until the server stops.
    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await delivery in deliveries.cancelOnGracefulShutdown() {
                group.addTask { await deliver(delivery) }
            }
        }
    }

    /// Delivers later, without holding the caller up.
    func schedule(_ delivery: CallbackDelivery) {
        inbox.yield(delivery)
    }

    /// Delivers now and returns when the receiver has answered or cannot be reached.
    func deliver(_ delivery: CallbackDelivery) async {
        if delivery.delay > .zero {
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: delivery.delay) }
            } catch {
                return
            }
        }
        guard let body = service.callbackBody(of: delivery.receiptID) else { return }
        for _ in 0..<delivery.times {
            do {
                let status = try await Self.post(body, to: delivery.url)
                service.notePush(of: delivery.receiptID, status: status)
            } catch {
                service.notePush(of: delivery.receiptID, status: nil)
                logger.info("callback not delivered", metadata: ["receipt.id": "\(delivery.receiptID)"])
            }
        }
    }

    private struct Unreachable: Error {}

    private static func post(_ body: [UInt8], to url: String) async throws -> Int {
        guard let address = address(of: url) else { throw Unreachable() }
        let head = """
            POST \(address.target) HTTP/1.1\r
            Host: \(address.host):\(address.port)\r
            Content-Type: application/json\r
            Content-Length: \(body.count)\r
            Connection: close\r
            \r\n
            """
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(patience)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let channel = client.channel
        let end = channel.eventLoop.scheduleTask(in: patience) { channel.close(mode: .all, promise: nil) }
        defer { end.cancel() }
        return try await client.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: Array(head.utf8) + body))
            var received: [UInt8] = []
            for try await buffer in inbound {
                received.append(contentsOf: buffer.readableBytesView)
                if received.contains(0x0A) { break }
            }
            let words = String(decoding: received.prefix { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self).split(
                separator: " ")
            guard words.count >= 2, let status = Int(words[1]) else { throw Unreachable() }
            return status
        }
    }

    private static func address(of url: String) -> (host: String, port: Int, target: String)? {
        guard url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let tail = rest.dropFirst(authority.count)
        let parts = authority.split(separator: ":")
        guard let host = parts.first, parts.count <= 2 else { return nil }
        guard let port = parts.count == 2 ? Int(parts[1]) : 80 else { return nil }
        return (String(host), port, tail.hasPrefix("/") ? String(tail) : "/" + tail)
    }
}
