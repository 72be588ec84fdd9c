/// For whom an item is sold (R58): the agent's capacity, and the principal.
///
/// Items of several principals may share a receipt and are never merged. The rate of the item is the principal's, so
/// the tax system of the shop does not judge it (C14). The till must be registered for the same capacity.
package struct AgentData: Hashable, Sendable {
    /// The most characters of the principal's name.
    package static let maximumNameLength = 239

    /// Tag 1222.
    package let kind: AgentKind
    /// Tag 1226.
    package let principalINN: PrincipalINN
    /// Tag 1225; nil if not given.
    package let principalName: String?
    /// Tag 1171; empty if not given.
    package let principalPhones: [PhoneNumber]
    /// What a bank or paying agent has to name beside the principal; nil for the other kinds.
    package let paying: PayingAgentData?

    /// Data that were checked already.
    package init(
        kind: AgentKind, principalINN: PrincipalINN, principalName: String? = nil,
        principalPhones: [PhoneNumber] = [], paying: PayingAgentData? = nil
    ) {
        self.kind = kind
        self.principalINN = principalINN
        self.principalName = principalName
        self.principalPhones = principalPhones
        self.paying = paying
    }

    /// Reads an agent from the texts of an order line.
    ///
    /// - Throws: ``FiscalFaults`` with every fault, at `type`, `supplier_inn`, `supplier_name` and `supplier_phones[n]`.
    package init(
        kind: String?, principalINN: String?, principalName: String? = nil, principalPhones: [String] = []
    ) throws(FiscalFaults) {
        var collector = FaultCollector()
        let capacity = collector.value { () throws(FiscalFault) in try Self.kind(named: kind) }
        let inn = collector.value { () throws(FiscalFault) in
            guard let principalINN else { throw FiscalFault(.agentInvalid, at: "supplier_inn") }
            return try PrincipalINN(principalINN)
        }
        var name: String?
        if let principalName {
            let trimmed = Blanks.trimmed(principalName)
            if trimmed.unicodeScalars.count > Self.maximumNameLength {
                collector.add(FiscalFault(.valueTooLong, at: "supplier_name", limit: String(Self.maximumNameLength)))
            }
            name = trimmed.isEmpty ? nil : trimmed
        }
        var phones: [PhoneNumber] = []
        for (position, phone) in principalPhones.enumerated() {
            do {
                phones.append(try PhoneNumber(phone))
            } catch {
                collector.add(error.at(FieldPath("supplier_phones").element(position)))
            }
        }
        try collector.finish()
        guard let capacity, let inn else { throw FiscalFaults(.agentInvalid, at: .whole) }
        self.init(kind: capacity, principalINN: inn, principalName: name, principalPhones: phones)
    }

    private static func kind(named name: String?) throws(FiscalFault) -> AgentKind {
        guard let name else { throw FiscalFault(.agentInvalid, at: "type", allowed: AgentKind.names) }
        return try AgentKind.named(name, at: "type")
    }
}

extension AgentData: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind = "type"
        case principalINN = "supplier_inn"
        case principalName = "supplier_name"
        case principalPhones = "supplier_phones"
        case paying
    }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try map.decode(AgentKind.self, forKey: .kind),
            principalINN: try map.decode(PrincipalINN.self, forKey: .principalINN),
            principalName: try map.decodeIfPresent(String.self, forKey: .principalName),
            principalPhones: try map.decodeIfPresent([PhoneNumber].self, forKey: .principalPhones) ?? [],
            paying: try map.decodeIfPresent(PayingAgentData.self, forKey: .paying))
    }

    package func encode(to encoder: any Encoder) throws {
        var map = encoder.container(keyedBy: CodingKeys.self)
        try map.encode(kind, forKey: .kind)
        try map.encode(principalINN, forKey: .principalINN)
        try map.encodeIfPresent(principalName, forKey: .principalName)
        if !principalPhones.isEmpty { try map.encode(principalPhones, forKey: .principalPhones) }
        try map.encodeIfPresent(paying, forKey: .paying)
    }
}
