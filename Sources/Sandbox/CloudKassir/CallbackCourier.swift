internal import Logging
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
                let status = try await OutgoingPost(url: delivery.url, contentType: "application/json", body: body)
                    .send().status
                service.notePush(of: delivery.receiptID, status: status)
            } catch {
                service.notePush(of: delivery.receiptID, status: nil)
                logger.info("callback not delivered", metadata: ["receipt.id": "\(delivery.receiptID)"])
            }
        }
    }
}
