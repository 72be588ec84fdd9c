extension BitrixService {
    /// How many receipts the portal's agent asks after in one run.
    private static let agentBatch = 5

    /// Makes a receipt for an order and sends it to the register, as saving the order does.
    ///
    /// The portal waits for the answer up to its patience, which in Bitrix is a minute; given back is the receipt as it
    /// stands then.
    /// - Throws: ``ControlError`` if there is no such order or no register that prints this type.
    func makeCheck(_ seed: CheckSeed, in name: String, patience: Duration) async throws(ControlError) -> PortalCheck {
        let made = withPortals { portals -> Result<Int, ControlError> in
            guard var state = portals.removeValue(forKey: name) else { return .failure(.noPortal(name)) }
            defer { portals[name] = state }
            return Result { () throws(ControlError) in try state.add(seed).id }
        }
        return try await printCheck(try made.get(), in: name, patience: patience)
    }

    /// Sends a receipt to the register: for the first time, or because a person pressed “print again”.
    func printCheck(_ id: Int, in name: String, patience: Duration) async throws(ControlError) -> PortalCheck {
        let now = clock.seconds
        let request = withPortals { portals -> PrintRequest? in
            guard let state = portals[name], var check = state.cashbox.checks[id], check.state != .printed,
                let request = PrintRequest(check, in: state, server: "\(name).example.ru", now: now)
            else { return nil }
            check.state = .printing
            check.uuid = nil
            check.sent += 1
            portals[name]?.cashbox.restore(check)
            remember(check, in: name)
            return request
        }
        guard let request else { throw ControlError("portal '\(name)' has no receipt \(id) to print") }
        let answer = await post(request.body, to: request.url, request.version, patience)
        return try settle(id, in: name) { CheckAnswer.printed(answer, &$0, &$1) }
    }

    /// Asks the register after receipts in progress: one that a manager opened, or as many as the agent takes.
    func pollChecks(_ id: Int?, in name: String, patience: Duration) async throws(ControlError) -> [PortalCheck] {
        let waiting = withPortals { portals in
            let checks = portals[name]?.cashbox.checks.values.filter { $0.state == .printing && $0.uuid != nil } ?? []
            let wanted = id.map { id in checks.filter { $0.id == id } }
            return wanted ?? Array(checks.sorted { $0.id < $1.id }.prefix(Self.agentBatch))
        }
        var polled: [PortalCheck] = []
        for check in waiting {
            let handler = withPortals { $0[name]?.cashbox.handler(ofRegister: check.cashbox) }
            guard let handler, let url = handler.settings["CHECK_URL"]?.scalarText, let uuid = check.uuid else {
                continue
            }
            let version = handler.settings["HTTP_VERSION"]?.scalarText == "1.0" ? "1.0" : "1.1"
            let answer = await post(FormEncoder.body([("uuid", .text(uuid))]), to: url, version, patience)
            polled.append(try settle(check.id, in: name) { CheckAnswer.checked(answer, &$0, &$1) })
        }
        return polled
    }

    private func post(
        _ body: [UInt8], to url: String, _ version: String, _ patience: Duration
    ) async -> (status: Int, body: [UInt8])? {
        try? await OutgoingPost(
            url: url, contentType: "application/x-www-form-urlencoded", body: body, version: version,
            patience: patience
        ).send()
    }

    private func settle(
        _ id: Int, in name: String, _ take: @Sendable (inout PortalCheck, inout PortalState) -> Void
    ) throws(ControlError) -> PortalCheck {
        let settled = withPortals { portals -> PortalCheck? in
            guard var state = portals.removeValue(forKey: name) else { return nil }
            defer { portals[name] = state }
            guard var check = state.cashbox.checks[id] else { return nil }
            take(&check, &state)
            remember(check, in: name)
            return check
        }
        guard let settled else { throw .noPortal(name) }
        return settled
    }

    private func remember(_ check: PortalCheck, in name: String) {
        journal?.append(["event": "check", "portal": .string(name), "check": check.json])
    }
}

extension ControlError {
    static func noPortal(_ name: String) -> ControlError { ControlError("no portal '\(name)'") }
}
