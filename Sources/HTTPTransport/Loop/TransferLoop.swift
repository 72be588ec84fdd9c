import CCurl

/// Runs every transfer of a transport on the thread that calls ``run(_:inbox:counters:)``; owns the multi and all easy handles.
///
/// libcurl's callbacks only record; transfers end in the loop, never inside a callback. No lock is held while a
/// continuation is resumed.
final class TransferLoop {
    private let configuration: HTTPTransportConfiguration
    private let inbox: TransferInbox
    let counters: TransferCounters
    let poller: EventPoller
    let multi: UnsafeMutableRawPointer
    /// When libcurl wants to be called without an event.
    var timer: ContinuousClock.Instant?
    var sockets = SocketRegistry()
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var admission: AdmissionQueue<ObjectIdentifier>
    private var deadlines = DeadlineHeap<ObjectIdentifier>()
    private var stopping = Stopping()

    /// How far a shutdown has come.
    private struct Stopping {
        var requested = false
        var deadline: ContinuousClock.Instant?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private init(_ configuration: HTTPTransportConfiguration, inbox: TransferInbox, counters: TransferCounters) {
        self.configuration = configuration
        self.inbox = inbox
        self.counters = counters
        poller = EventPoller(inbox: inbox.event)
        admission = AdmissionQueue(
            limit: configuration.maximumConnections, limitPerHost: configuration.maximumConnectionsPerHost)
        guard let multi = curl_multi_init() else { preconditionFailure("libcurl has no memory for a multi handle") }
        self.multi = multi
        // The admission queue keeps the limits; told of them, libcurl closes idle connections to make room.
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maximumConnections)
        ccurl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maximumConnections)
        ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost)
        installCallbacks()
    }

    deinit {
        precondition(transfers.isEmpty)
        curl_multi_cleanup(multi)
    }

    /// Runs a loop until it is shut down; its handles and sockets are closed when the tasks that wait for it go on.
    static func run(_ configuration: HTTPTransportConfiguration, inbox: TransferInbox, counters: TransferCounters) {
        let waiters = {
            let loop = TransferLoop(configuration, inbox: inbox, counters: counters)
            loop.run()
            return loop.stopping.waiters
        }()
        for waiter in waiters { waiter.resume() }
    }

    private func run() {
        while true {
            for command in inbox.drain() { carryOut(command) }
            while let id = admission.next() { launch(id) }
            expire()
            publish()
            if stopping.requested && transfers.isEmpty { break }
            poller.wait(atMost: timeToNextDeadline()) { event in
                if case .socket(let socket, let selection) = event { act(on: socket, selection) }
            }
            if let due = timer, due <= .now {
                timer = nil
                act(on: CURL_SOCKET_TIMEOUT, 0)
            }
            collectEnded()
        }
        for command in inbox.close() { carryOut(command) }  // starts are refused, shutdowns wait below
    }

    // MARK: Commands

    private func carryOut(_ command: TransferInbox.Command) {
        switch command {
        case .start(let order):
            accept(order)
        case .cancel(let ticket):
            guard let transfer = transfers[ObjectIdentifier(ticket)] else { return }  // not yet here, or ended
            end(transfer, .failure(transfer.error(.cancelled, "the task was cancelled")))
        case .shutdown(let deadline, let waiter):
            stopping.requested = true
            stopping.waiters.append(waiter)
            if let deadline { stopping.deadline = min(stopping.deadline ?? deadline, deadline) }
            endAll { $0.handle == nil }
        case .abort:
            stopping.requested = true
            endAll { _ in true }
        }
    }

    private func accept(_ order: TransferOrder) {
        let transfer = Transfer(order, maximumHeaderBytes: configuration.maximumHeaderBytes, in: self)
        if stopping.requested {
            transfer.resume(.failure(.shuttingDown(order.target)))
        } else if order.ticket.isCancelled {
            transfer.resume(.failure(transfer.error(.cancelled, "the task was cancelled")))
        } else {
            transfers[transfer.id] = transfer
            admission.enqueue(transfer.id, for: transfer.target.peer)
            deadlines.insert(transfer.id, at: transfer.deadline)
        }
    }

    private func endAll(_ chosen: (Transfer) -> Bool) {
        for transfer in transfers.values where chosen(transfer) {
            end(transfer, .failure(transfer.error(.shutdown, "the transport is shutting down")))
        }
    }

    // MARK: Begin and end

    private func launch(_ id: ObjectIdentifier) {
        guard let transfer = transfers[id] else { preconditionFailure("an admitted transfer is unknown") }
        do throws(CurlFailure) {
            let handle = try EasyHandle()
            try handle.configure(transfer.request, to: transfer.target, configuration)
            try install(transfer, on: handle)
            transfer.handle = handle
        } catch {
            admission.release(transfer.target.peer)
            finish(transfer, .failure(transfer.error(.internalFailure, error.message)))
            return
        }
        add(transfer)
    }

    private func add(_ transfer: Transfer) {
        guard let handle = transfer.handle else { return }
        let code = curl_multi_add_handle(multi, handle.pointer)
        if code != CURLM_OK {
            let message = String(cString: curl_multi_strerror(code))
            end(transfer, .failure(transfer.error(.internalFailure, message)))
        }
    }

    /// Takes the transfer out of libcurl or out of the queue, and answers its task.
    private func end(_ transfer: Transfer, _ outcome: TransferOutcome) {
        if let handle = transfer.handle {
            curl_multi_remove_handle(multi, handle.pointer)
            transfer.handle = nil
            admission.release(transfer.target.peer)
        } else {
            admission.withdraw(transfer.id)
        }
        finish(transfer, outcome)
    }

    private func finish(_ transfer: Transfer, _ outcome: TransferOutcome) {
        transfers[transfer.id] = nil
        deadlines.compact(live: transfers.count) { transfers[$0] != nil }
        counters.update { statistics in
            switch outcome {
            case .success: statistics.answered += 1
            case .failure: statistics.failed += 1
            }
        }
        publish()
        transfer.resume(outcome)
    }

    private func collectEnded() {
        var pointer: UnsafeMutableRawPointer?
        var code = CURLE_OK
        while ccurl_multi_next_finished(multi, &pointer, &code) {
            guard let pointer, let owner = EasyHandle.owner(of: pointer) else { continue }
            let transfer = Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue()
            if transfer.stop == .staleConnection && !transfer.isRelaunched {
                relaunch(transfer)
            } else {
                end(transfer, outcome(of: transfer, code))
            }
        }
    }

    /// Not a second sending: nothing was written, which the pre-request callback saw to.
    private func relaunch(_ transfer: Transfer) {
        guard let handle = transfer.handle else { return }
        counters.update { $0.staleConnections += 1 }
        curl_multi_remove_handle(multi, handle.pointer)
        transfer.relaunch()
        do throws(CurlFailure) {
            try handle.set(CURLOPT_FRESH_CONNECT, 1)
            add(transfer)
        } catch {
            end(transfer, .failure(transfer.error(.internalFailure, error.message)))
        }
    }

    private func outcome(of transfer: Transfer, _ code: CURLcode) -> TransferOutcome {
        if transfer.stop == .cancelled {
            return .failure(transfer.error(.cancelled, "the task was cancelled"))
        }
        if code == CURLE_OK {
            if let response = transfer.collector.response { return .success(response) }
            return .failure(transfer.error(.malformedResponse, "the response is not HTTP"))
        }
        let facts = FailureClassifier.Facts(
            code: code, started: transfer.started, stoppedRepeat: transfer.stop == .repeated,
            refusal: transfer.collector.refusal, message: transfer.handle?.errorMessage ?? "")
        return .failure(FailureClassifier.error(facts, target: transfer.target, status: transfer.collector.status))
    }

    // MARK: Time

    private func expire() {
        let now = ContinuousClock.now
        while let id = deadlines.popExpired(now) {
            guard let transfer = transfers[id] else { continue }
            let detail =
                if transfer.started { "no complete answer in time" } else if transfer.handle != nil {
                    "no connection in time"
                } else { "no free connection in time" }
            end(transfer, .failure(transfer.error(.timeout, detail)))
        }
        if let deadline = stopping.deadline, deadline <= now { endAll { _ in true } }
    }

    private func timeToNextDeadline() -> Duration? {
        let stop = transfers.isEmpty ? nil : stopping.deadline
        return [timer, deadlines.first, stop].compactMap { $0 }.min().map { ContinuousClock.now.duration(to: $0) }
    }

    private func act(on socket: curl_socket_t, _ selection: Int32) {
        var running: Int32 = 0
        _ = curl_multi_socket_action(multi, socket, selection, &running)
    }

    private func publish() {
        let waiting = admission.waitingCount
        let active = admission.active
        counters.update { statistics in
            statistics.waiting = waiting
            statistics.active = active
        }
    }
}
