import Synchronization

/// An HTTP/1.1 client over libcurl whose every failure tells whether the server may have got the request.
///
/// One thread runs all transfers. Connections are kept alive and shared; no request is ever written twice: libcurl
/// would repeat one whose kept-alive connection closed before the answer, and is stopped from it. TLS is verified, at
/// least version 1.2, and cannot be switched off. Redirects, cookies, netrc and content codings are not used.
package final class HTTPTransport: Sendable {
    private let inbox: TransferInbox
    private let counters: TransferCounters
    private let thread: Mutex<LoopThread?>

    /// Starts the thread. A process that can give it no thread or descriptor is stopped.
    package init(_ configuration: HTTPTransportConfiguration = HTTPTransportConfiguration()) {
        precondition(RequestCheck.isFieldValue(configuration.userAgent), "the user agent is no header value")
        CurlLibrary.initialize()
        let inbox = TransferInbox()
        let counters = TransferCounters()
        self.inbox = inbox
        self.counters = counters
        thread = Mutex(
            LoopThread(name: configuration.threadName) {
                TransferLoop.run(configuration, inbox: inbox, counters: counters)
            })
    }

    /// No request can be under way here, each holds the transport; a thread never shut down ends now.
    deinit {
        _ = inbox.submit(.abort)
        thread.withLock { $0.take() }?.detach()
    }

    /// Sends a request and collects its answer.
    ///
    /// Cancelling the task ends the transfer at once and closes its connection.
    /// - Returns: The answer, whatever its status.
    /// - Throws: ``TransferError``; its ``TransferError/reach`` is `notSent` only with proof that no byte left.
    package func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
        let target = try RequestTarget(request.url)
        try RequestCheck.check(request, for: target)
        let ticket = TransferTicket()
        let deadline = ContinuousClock.now.advanced(by: RequestCheck.bounded(request.timeout))
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<TransferOutcome, Never>) in
                let order = TransferOrder(
                    ticket: ticket, request: request, target: target, deadline: deadline, continuation: continuation)
                if !inbox.submit(.start(order)) {
                    continuation.resume(returning: .failure(.shuttingDown(target)))
                }
            }
        } onCancel: {
            ticket.cancel()
            _ = inbox.submit(.cancel(ticket))
        }
        return try outcome.get()
    }

    /// Ends the transport after the requests under way, each within its own time-out.
    ///
    /// From now on, requests and those still waiting for a connection fail with `shutdown`, not sent. Cancelling the
    /// task ends the requests under way too, with `shutdown`. May be called again; all calls return once the thread
    /// has ended and its connections are closed.
    package func shutdown() async {
        await shutDown(by: nil)
    }

    /// As ``shutdown()``, ending what is still under way when `grace` has passed.
    package func shutdown(within grace: Duration) async {
        await shutDown(by: ContinuousClock.now.advanced(by: min(max(grace, .zero), .seconds(86_400))))
    }

    /// A snapshot; the figures belong to one moment.
    package var statistics: HTTPTransportStatistics { counters.snapshot }

    private func shutDown(by deadline: ContinuousClock.Instant?) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                if !inbox.submit(.shutdown(by: deadline, continuation)) { continuation.resume() }
            }
        } onCancel: {
            _ = inbox.submit(.abort)
        }
        // The continuation was the thread's last act: joining takes microseconds, not the length of a transfer.
        thread.withLock { $0.take() }?.join()
    }
}
