internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle

/// What Hummingbird tells about a request beside the request: its connection.
struct SandboxContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }
}

/// Finds the stand-in that a request is for, lets the ordered faults befall it, and answers.
struct SandboxResponder: HTTPResponder {
    let sandbox: Sandbox
    let courier: CallbackCourier
    /// Completed when the server stops, so that connections held open do not keep it.
    let stopping: EventLoopFuture<Void>

    private static let largestBody = 64 << 20

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        let call = try await SandboxRequest(request, upTo: Self.largestBody)
        if call.path(below: "/_sandbox") != nil {
            return Response(await ControlAPI(sandbox: sandbox).answer(call))
        }
        guard let target = sandbox.target(of: call) else {
            return Response(
                .json(["error": ["code": "not_found", "message": "no stand-in has this address"]], status: 404))
        }
        let decision = sandbox.faults.decide(target.faultSubject)
        if decision.latency > .zero {
            // Ends early when the server stops.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: decision.latency) }
        }
        guard let spoiling = decision.spoiling else {
            return Response(await perform(target, decision))
        }
        let answer = spoiling.isAccepting ? await perform(target, decision) : target.unaccepted
        return await spoil(spoiling, target, answer, context.channel)
    }

    private func perform(_ target: SandboxTarget, _ decision: FaultPlan.Decision) async -> SandboxAnswer {
        let performed = target.perform(decision.receiptFaults)
        for callback in performed.callbacks {
            if callback.isBeforeAnswer {
                await courier.deliver(callback)
            } else {
                courier.schedule(callback)
            }
        }
        return performed.answer
    }

    private func spoil(
        _ fault: Fault, _ target: SandboxTarget, _ answer: SandboxAnswer, _ channel: any Channel
    ) async -> Response {
        switch fault {
        case .timeout(_, let hold): await ConnectionFaults.hold(channel, for: hold, released: stopping)
        case .reset: await ConnectionFaults.reset(channel)
        case .close: await ConnectionFaults.close(channel)
        case .truncated: await ConnectionFaults.truncate(answer, on: channel)
        case .garbage:
            let page = "<html><head><title>502 Bad Gateway</title></head><body>\u{FFFD}{\"id\": tru"
            return Response(
                SandboxAnswer(status: 200, headers: [("Content-Type", "text/html")], body: Array(page.utf8)))
        case .status(let status, let code, let message, let retryAfter, _):
            var answer = target.errorAnswer(status, code, message)
            if let retryAfter { answer.headers.append(("Retry-After", String(retryAfter))) }
            return Response(answer)
        case .latency, .wait, .fail: return Response(answer)
        }
        // The connection is gone; what is returned goes nowhere.
        return Response(status: .internalServerError)
    }
}

extension SandboxRequest {
    /// Reads the whole of a request.
    init(_ request: Request, upTo limit: Int) async throws {
        let body = try await request.body.collect(upTo: limit)
        var headers: [String: String] = [:]
        for field in request.headers where headers[field.name.canonicalName] == nil {
            headers[field.name.canonicalName] = field.value
        }
        // The library takes it out of the fields.
        headers["host"] = headers["host"] ?? request.head.authority
        let target = request.head.path ?? "/"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            method: request.method.rawValue, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
            headers: headers, body: Array(body.readableBytesView))
    }
}

extension Response {
    /// The answer on the wire.
    init(_ answer: SandboxAnswer) {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        self.init(
            status: .init(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}
