package import HTTPTransport
import Synchronization

/// Calls the REST methods of one portal.
///
/// Each call is one request, or two if the portal moved or the right was renewed: nothing is repeated whose effect is
/// unknown. The limit of requests, which all processes of the fleet share, is kept by a ``BitrixPace``; the operating
/// time of each method by this client itself.
package final class BitrixClient: Sendable {
    /// Carries one request out.
    package typealias Perform = @Sendable (HTTPRequest) async throws(TransferError) -> HTTPResponse

    /// How many moves one call follows: a chain of renamings, not a loop.
    private static let moveLimit = 3

    private let access: any BitrixAccess
    private let configuration: BitrixClientConfiguration
    private let pace: (any BitrixPace)?
    private let perform: Perform
    private let operating = Mutex(BitrixOperatingLedger())

    package convenience init(
        access: any BitrixAccess, configuration: BitrixClientConfiguration = BitrixClientConfiguration(),
        pace: (any BitrixPace)? = nil, transport: HTTPTransport
    ) {
        self.init(access: access, configuration: configuration, pace: pace) { request throws(TransferError) in
            try await transport.perform(request)
        }
    }

    /// A client over anything that carries requests out.
    package init(
        access: any BitrixAccess, configuration: BitrixClientConfiguration = BitrixClientConfiguration(),
        pace: (any BitrixPace)? = nil, perform: @escaping Perform
    ) {
        self.access = access
        self.configuration = configuration
        self.pace = pace
        self.perform = perform
    }

    /// Calls one method.
    ///
    /// - Throws: ``BitrixFault``; its reaction says whether the call may have taken effect. A method that rests for its
    ///   operating time is not sent.
    package func call(_ call: BitrixCall) async throws(BitrixFault) -> BitrixAnswer {
        if let rest = rest(of: call.method) { throw .resting(call.method, for: rest) }
        var endpoint = try await endpoint(for: call)
        var movedTo: String?
        var moves = 0
        var mayRenew = true
        while true {
            await pace?.turn()
            let response = try await exchange(call, at: endpoint)
            if let authority = try moved(response, call, from: endpoint) {
                guard moves < Self.moveLimit else { throw Self.moveFault(call, response) }
                moves += 1
                await access.moved(endpoint, to: authority)
                endpoint = endpoint.moved(to: authority)
                movedTo = authority
                continue
            }
            do throws(BitrixFault) {
                let body = endpoint.blottingSecret(in: response.body)
                let envelope = try BitrixEnvelope.open(body, status: response.status, method: call.method)
                note(envelope.time, of: call.method)
                return BitrixAnswer(
                    result: envelope.result, next: envelope.next, total: envelope.total, time: envelope.time,
                    movedTo: movedTo)
            } catch {
                if error.reaction.action == .slowPortal { await pace?.refused() }
                guard mayRenew, error.isRefusal else { throw resting(error.afterRenewal) }
                mayRenew = false
                switch await access.renew(after: endpoint, because: error) {
                case .endpoint(let fresh): endpoint = fresh
                case .none: throw resting(error.afterRenewal)
                case .later(let reason): throw .accessUnavailable(call.method, reason, isPassing: true)
                }
            }
        }
    }

    /// Runs up to ``BitrixBatch/limit`` calls in one request; a call that fails does not stop the others, and one whose
    /// method rests is left out.
    ///
    /// - Throws: ``BitrixFault`` if the request as a whole failed. If it may have run, so may any of the calls.
    package func batch(_ calls: [BitrixCall]) async throws(BitrixFault) -> BitrixBatchAnswer {
        let rests = calls.map { rest(of: $0.method) }
        let sent = zip(calls, rests).filter { $0.1 == nil }.map(\.0)
        guard !sent.isEmpty else {
            return BitrixBatchAnswer(outcomes: Self.outcomes(calls, rests, sent: []), movedTo: nil)
        }
        let answer = try await call(BitrixBatch.call(sent))
        guard answer.result.members != nil else { throw .unexpected("batch", "results of its commands") }
        let batch = BitrixBatchAnswer(answer.result, commands: sent, movedTo: answer.movedTo)
        // Good answers first: they tell when a method that was refused beside them gets time back.
        for (call, outcome) in zip(sent, batch.outcomes) {
            if case .success(let answer) = outcome { note(answer.time, of: call.method) }
        }
        let outcomes = batch.outcomes.map { outcome in outcome.mapError { resting($0.afterRenewal) } }
        return BitrixBatchAnswer(outcomes: Self.outcomes(calls, rests, sent: outcomes), movedTo: batch.movedTo)
    }

    /// The outcomes of all calls: those that were sent, and faults for those that rest.
    private static func outcomes(
        _ calls: [BitrixCall], _ rests: [Duration?], sent: [BitrixBatchAnswer.Outcome]
    ) -> [BitrixBatchAnswer.Outcome] {
        var sent = sent[...]
        return zip(calls, rests).map { call, rest in
            if let rest { return .failure(.resting(call.method, for: rest)) }
            return sent.popFirst() ?? .failure(.unexpected(call.method, "result"))
        }
    }

    private func endpoint(for call: BitrixCall) async throws(BitrixFault) -> BitrixEndpoint {
        do throws(BitrixAccessUnavailable) {
            return try await access.endpoint()
        } catch {
            throw .accessUnavailable(call.method, error.reason, isPassing: error.isPassing)
        }
    }

    private func exchange(_ call: BitrixCall, at endpoint: BitrixEndpoint) async throws(BitrixFault) -> HTTPResponse {
        var headers: HTTPHeaders = [
            "Accept": "application/json", "Content-Type": "application/json", "User-Agent": configuration.userAgent,
        ]
        if let token = endpoint.token { headers["Authorization"] = "Bearer \(token)" }
        let request = HTTPRequest(
            method: .post, url: endpoint.url(of: call.method), headers: headers, body: call.parameters.json,
            connectTimeout: configuration.connectTimeout, timeout: configuration.timeout,
            maximumResponseBytes: configuration.maximumAnswerBytes)
        do throws(TransferError) {
            return try await perform(request)
        } catch {
            let notSent = error.reach == .notSent
            let kind = error.kind.rawValue.split(separator: "_").joined(separator: " ")
            throw BitrixFault(
                code: notSent ? "transport_not_sent" : "transport_unknown",
                message: "No answer from the portal: \(kind).",
                reaction: notSent ? BitrixReaction(.repeatLater) : .unknown, method: call.method,
                httpStatus: error.status)
        }
    }

    /// The host that a redirection names, or nil if the answer is none.
    private func moved(
        _ response: HTTPResponse, _ call: BitrixCall, from endpoint: BitrixEndpoint
    ) throws(BitrixFault) -> String? {
        guard [301, 302, 303, 307, 308].contains(response.status) else { return nil }
        guard let location = response.headers["Location"],
            let authority = endpoint.authority(movedBy: location, method: call.method)
        else { throw Self.moveFault(call, response) }
        guard configuration.moves.allows(from: endpoint.authority, to: authority) else {
            throw BitrixFault(
                code: "redirect_not_allowed",
                message: "The portal says that it lives at \(authority) now. If that is so, put the new name into its "
                    + "address, or into bitrix.moved_to.",
                reaction: BitrixReaction(.accessRefused), method: call.method, httpStatus: response.status)
        }
        return authority
    }

    private static func moveFault(_ call: BitrixCall, _ response: HTTPResponse) -> BitrixFault {
        BitrixFault(
            code: "redirect_refused",
            message: "The portal sends the call somewhere else than to the same method under a new host name.",
            reaction: BitrixReaction(.repeatLater), method: call.method, httpStatus: response.status)
    }

    // MARK: Operating time

    private func note(_ time: BitrixTime, of method: String) {
        operating.withLock { $0.note(time, of: method, now: .now) }
    }

    private func rest(of method: String) -> Duration? {
        operating.withLock { $0.rest(of: method, now: .now) }
    }

    /// The fault with the pause that its method needs, which begins now.
    private func resting(_ fault: BitrixFault) -> BitrixFault {
        guard fault.reaction.action == .pauseMethod else { return fault }
        var resting = fault
        resting.retryAfter = operating.withLock { operating in
            let pause = fault.retryAfter ?? operating.pause(of: fault.method, now: .now)
            operating.block(fault.method, for: pause, now: .now)
            return pause
        }
        return resting
    }
}
