internal import Synchronization

/// The stand-in for Bitrix REST: any number of portals, called through inbound webhooks and by applications, and the
/// authorization server of those.
package final class BitrixService: Sendable {
    private let portals: Mutex<[String: PortalState]>
    let clock: SandboxClock
    let journal: LedgerJournal?
    private let faults: FaultPlan

    init(portals: [BitrixPortal], clock: SandboxClock, journal: LedgerJournal?, faults: FaultPlan) {
        self.portals = Mutex(Dictionary(portals.map { ($0.name, PortalState($0)) }, uniquingKeysWith: { $1 }))
        self.clock = clock
        self.journal = journal
        self.faults = faults
    }

    /// Runs a short piece of work on all portals.
    func withPortals<Value: Sendable>(_ body: (inout [String: PortalState]) -> Value) -> Value {
        portals.withLock { body(&$0) }
    }

    /// Adds a portal, or replaces the one of that name with an empty one.
    package func add(_ portal: BitrixPortal) {
        withPortals { $0[portal.name] = PortalState(portal) }
    }

    /// Forgets everything in every portal.
    func reset() {
        withPortals { portals in portals = portals.mapValues { PortalState($0.portal) } }
    }

    // MARK: Requests

    /// What a request to this service is about, or nil if it is none of its addresses.
    func target(of request: SandboxRequest) -> SandboxTarget? {
        if let target = authorizationTarget(of: request) { return target }
        let bases = withPortals { $0.values.map { (name: $0.portal.name, path: $0.portal.basePath) } }
        let here = bases.compactMap { base in
            request.path(below: base.path).map { (name: base.name, base: base.path, path: $0) }
        }
        guard let found = here.max(by: { $0.base.utf8.count < $1.base.utf8.count }),
            let reader = BitrixRequestReader(request, path: found.path)
        else { return nil }
        return SandboxTarget(
            faultSubject: FaultSubject(
                service: .bitrix, account: found.name, method: request.method, path: reader.method, body: request.body),
            perform: { _ in .init(answer: self.perform(reader, in: found.name)) },
            errorAnswer: { status, code, message in
                let standard = Self.standardError(status)
                let error = BitrixError(
                    status: status, code: code ?? standard.code, description: message ?? standard.description)
                return .json(error.body(numericCodes: false), status: status)
            })
    }

    private static func standardError(_ status: Int) -> BitrixError {
        switch status {
        case 401: .noAuth
        case 404: .methodNotFound
        case 429: .operatingLimit
        case 503: .queryLimit
        case 400: .other("ordered fault")
        default: BitrixError(status: status, code: "INTERNAL_SERVER_ERROR", description: "Internal server error")
        }
    }

    private func perform(_ reader: BitrixRequestReader, in name: String) -> SandboxAnswer {
        let now = clock.microseconds()
        return withPortals { portals in
            guard var state = portals.removeValue(forKey: name) else {
                return .json(BitrixError.noAuth.body(numericCodes: false), status: 401)
            }
            defer { portals[name] = state }
            let numericCodes = state.portal.hasNumericErrorCodes
            do throws(BitrixError) {
                return .json(try answer(reader, &state, now))
            } catch {
                if error == .queryLimit || error == .operatingLimit { state.limited[error.code, default: 0] += 1 }
                return .json(error.body(numericCodes: numericCodes), status: error.status)
            }
        }
    }

    private func answer(
        _ reader: BitrixRequestReader, _ state: inout PortalState, _ now: Int64
    ) throws(BitrixError) -> JSONValue {
        guard state.bucket?.admits(at: now) ?? true else { throw .queryLimit }
        let caller = try state.caller(reader.credentials, at: now / 1_000_000)
        state.calls[reader.method, default: 0] += 1
        if reader.method == "batch" {
            let result = BitrixBatch.run(reader.parameters, numericCodes: state.portal.hasNumericErrorCodes) {
                method, parameters in
                state.calls["batch/\(method)", default: 0] += 1
                let call = BitrixCall(method: method, parameters: parameters, caller: caller, now: now)
                do throws(BitrixError) {
                    try failOnOrder(method, in: state.portal.name)
                    let result = try run(call, &state)
                    return .success((result, time(of: method, &state, now)))
                } catch {
                    if error == .operatingLimit { state.limited[error.code, default: 0] += 1 }
                    return .failure(error)
                }
            }
            return ["result": result, "time": time(of: "batch", &state, now)]
        }
        let call = BitrixCall(method: reader.method, parameters: reader.parameters, caller: caller, now: now)
        let result = try run(call, &state)
        var body: JSONValue = ["result": result.result]
        if let next = result.next { body.set("next", to: .int(next)) }
        if let total = result.total { body.set("total", to: .int(total)) }
        body.set("time", to: time(of: reader.method, &state, now))
        return body
    }

    /// Lets an ordered fault befall one command of a batch.
    private func failOnOrder(_ method: String, in portal: String) throws(BitrixError) {
        let subject = FaultSubject(service: .bitrix, account: portal, method: "POST", path: "batch/\(method)")
        let decision = faults.decide(subject) { if case .status = $0 { true } else { false } }
        if case .status(let status, let code, let message, _, _) = decision.spoiling {
            let standard = Self.standardError(status)
            throw BitrixError(
                status: status, code: code ?? standard.code, description: message ?? standard.description)
        }
    }

    private func run(_ call: BitrixCall, _ state: inout PortalState) throws(BitrixError) -> BitrixResult {
        guard let method = BitrixMethods.all[call.method], state.portal.has(method) else { throw .methodNotFound }
        if !state.rivals.isEmpty { state.letRivalsSave(before: call) }
        if let scope = method.scope, !call.caller.scopes.contains(scope) {
            throw call.caller.application == nil ? .insufficientScope : .applicationScope
        }
        if let refusal = method.refusal(of: call.caller.access) { throw refusal }
        let seconds = call.now / 1_000_000
        var window = state.operating[call.method] ?? OperatingWindow()
        if let limit = state.portal.operatingLimit, window.total(at: seconds) >= limit * 1000 { throw .operatingLimit }
        window.add(milliseconds: state.portal.operatingCost[call.method] ?? 0, at: seconds)
        state.operating[call.method] = window
        // Before the outcome is known: a call that fails may have changed something.
        if method.writes { remember(call, in: state.portal.name) }
        return try method.run(&state, call)
    }

    /// The `time` object. The sandbox works in no time worth telling; only cloud portals tell `operating`.
    private func time(of method: String, _ state: inout PortalState, _ now: Int64) -> JSONValue {
        let microseconds = String(now % 1_000_000)
        let stamp = "\(now / 1_000_000)." + String(repeating: "0", count: 6 - microseconds.count) + microseconds
        var time: JSONValue = [
            "start": .number(stamp), "finish": .number(stamp), "duration": .number("0.0001"), "processing": 0,
            "date_start": state.date(now), "date_finish": state.date(now),
        ]
        if state.portal.edition == .cloud {
            var window = state.operating[method] ?? OperatingWindow()
            let total = window.total(at: now / 1_000_000)
            time.set("operating_reset_at", to: .int(window.resetsAt(now: now / 1_000_000)))
            time.set("operating", to: .number("\(total / 1000).\(total % 1000 / 100)"))
        }
        return time
    }

    // MARK: Memory

    /// Puts orders into a portal; those whose id is taken are left as they are.
    func create(_ seeds: [OrderSeed], in name: String) -> [CreatedOrder] {
        let now = clock.microseconds()
        return withPortals { portals in
            guard var state = portals.removeValue(forKey: name) else { return [] }
            defer { portals[name] = state }
            return seeds.compactMap { seed in
                guard let created = state.add(seed, at: now) else { return nil }
                var known = seed
                known.id = created.id
                journal?.append(["event": "order", "portal": .string(name), "at": .int(now), "order": known.json])
                return created
            }
        }
    }

    /// Puts stores, products and stock into a portal's catalogue.
    func add(_ seed: CatalogSeed, in name: String) {
        withPortals { $0[name]?.catalog.add(seed) }
        journal?.append(["event": "catalog", "portal": .string(name), "catalog": seed.json])
    }

    private func remember(_ call: BitrixCall, in portal: String) {
        journal?.append([
            "event": "call", "portal": .string(portal), "at": .int(call.now), "method": .string(call.method),
            "parameters": call.parameters, "caller": call.caller.json,
        ])
    }

    /// Takes one line of a ledger file back into memory.
    func restore(_ event: JSONValue) {
        guard let name = event["portal"]?.stringValue else { return }
        let at = Int64(event["at"]?.intValue ?? 0)
        withPortals { portals in
            guard var state = portals.removeValue(forKey: name) else { return }
            defer { portals[name] = state }
            switch event["event"]?.stringValue {
            case "order":
                if let seed = event["order"].flatMap({ try? OrderSeed(json: $0) }) { _ = state.add(seed, at: at) }
            case "catalog":
                if let seed = event["catalog"].flatMap({ try? CatalogSeed(json: $0) }) { state.catalog.add(seed) }
            case "check":
                if let check = event["check"].flatMap(PortalCheck.init(json:)) { state.cashbox.restore(check) }
            case "shipments": restoreShipments(event, &state)
            case "call":
                let call = BitrixCall(
                    method: event["method"]?.stringValue ?? "", parameters: event["parameters"] ?? [:],
                    caller: BitrixCaller(json: event["caller"]), now: at)
                _ = try? BitrixMethods.all[call.method]?.run(&state, call)
            default: restoreGrant(event, &state)
            }
        }
    }
}
