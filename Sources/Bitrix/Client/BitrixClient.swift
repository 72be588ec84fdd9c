package import HTTPTransport
import Synchronization

/// Calls the REST methods of one portal.
///
/// Each call is one request, or two if the portal moved or the right was renewed: nothing is repeated whose effect is
/// unknown. The pace is the caller's: the portal's limit of requests is shared by all processes of the fleet.
package final class BitrixClient: Sendable {
    /// Carries one request out.
    package typealias Perform = @Sendable (HTTPRequest) async throws(TransferError) -> HTTPResponse

    /// How many moves one call follows: a chain of renamings, not a loop.
    private static let moveLimit = 3

    private let access: any BitrixAccess
    private let configuration: BitrixClientConfiguration
    private let perform: Perform
    private let operating = Mutex(BitrixOperatingLedger())

    package convenience init(
        access: any BitrixAccess, configuration: BitrixClientConfiguration = BitrixClientConfiguration(),
        transport: HTTPTransport
    ) {
        self.init(access: access, configuration: configuration) { request throws(TransferError) in
            try await transport.perform(request)
        }
    }

    /// A client over anything that carries requests out.
    package init(
        access: any BitrixAccess, configuration: BitrixClientConfiguration = BitrixClientConfiguration(),
        perform: @escaping Perform
    ) {
        self.access = access
        self.configuration = configuration
        self.perform = perform
    }

    /// Calls one method.
    ///
    /// - Throws: ``BitrixFault``; its reaction says whether the call may have taken effect.
    package func call(_ call: BitrixCall) async throws(BitrixFault) -> BitrixAnswer {
        var endpoint = try await endpoint(for: call)
        var movedTo: String?
        var moves = 0
        var mayRenew = true
        while true {
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
                let envelope = try BitrixEnvelope.open(response.body, status: response.status, method: call.method)
                operating.withLock { $0.note(envelope.time, of: call.method, now: .now) }
                return BitrixAnswer(
                    result: envelope.result, next: envelope.next, total: envelope.total, time: envelope.time,
                    movedTo: movedTo)
            } catch {
                guard mayRenew, error.isRefusal, let fresh = await access.renewed(after: endpoint) else {
                    throw resting(error.afterRenewal)
                }
                mayRenew = false
                endpoint = fresh
            }
        }
    }

    /// Runs up to ``BitrixBatch/limit`` calls in one request; a call that fails does not stop the others.
    ///
    /// - Throws: ``BitrixFault`` if the request as a whole failed. If it may have run, so may any of the calls.
    package func batch(_ calls: [BitrixCall]) async throws(BitrixFault) -> BitrixBatchAnswer {
        let answer = try await call(BitrixBatch.call(calls))
        guard answer.result.members != nil else { throw .unexpected("batch", "results of its commands") }
        let batch = BitrixBatchAnswer(answer.result, commands: calls, movedTo: answer.movedTo)
        return BitrixBatchAnswer(
            outcomes: zip(calls, batch.outcomes).map { call, outcome in
                switch outcome {
                case .success(let answer):
                    operating.withLock { $0.note(answer.time, of: call.method, now: .now) }
                    return outcome
                case .failure(let fault): return .failure(resting(fault.afterRenewal))
                }
            }, movedTo: batch.movedTo)
    }

    private func endpoint(for call: BitrixCall) async throws(BitrixFault) -> BitrixEndpoint {
        do throws(BitrixAccessUnavailable) {
            return try await access.endpoint()
        } catch {
            throw BitrixFault(
                code: "access_unavailable", message: error.reason, reaction: BitrixReaction(.accessRefused),
                method: call.method)
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
        return authority
    }

    private static func moveFault(_ call: BitrixCall, _ response: HTTPResponse) -> BitrixFault {
        BitrixFault(
            code: "redirect_refused",
            message: "The portal sends the call somewhere else than to the same method under a new host name.",
            reaction: BitrixReaction(.repeatLater), method: call.method, httpStatus: response.status)
    }

    /// The fault with the pause that its method needs.
    private func resting(_ fault: BitrixFault) -> BitrixFault {
        guard fault.reaction.action == .pauseMethod, fault.retryAfter == nil else { return fault }
        var resting = fault
        resting.retryAfter = operating.withLock { $0.pause(of: fault.method, now: .now) }
        return resting
    }
}

extension BitrixFault {
    /// Whether another right may help: the token ran out, or the portal does not know this one.
    fileprivate var isRefusal: Bool {
        reaction.action == .renewToken || ["no_auth_found", "invalid_credentials"].contains(code.lowercased())
    }

    /// A token that could not be renewed is a refused access.
    fileprivate var afterRenewal: BitrixFault {
        guard reaction.action == .renewToken else { return self }
        return BitrixFault(
            code: code, message: message, reaction: BitrixReaction(.accessRefused), method: method,
            httpStatus: httpStatus)
    }
}
