import Fiscal

extension JSONByteWriter {
    /// `agent_info` and `supplier_info` of an item sold for a principal.
    mutating func append(_ agent: AgentData) {
        key("agent_info")
        object { json in
            json.member("type", agent.kind.rawValue)
            if let paying = agent.paying { json.append(paying) }
        }
        key("supplier_info")
        object { json in
            json.member("inn", agent.principalINN.text)
            if let name = agent.principalName { json.member("name", name) }
            json.append("phones", agent.principalPhones)
        }
    }

    private mutating func append(_ paying: PayingAgentData) {
        if paying.operation != nil || !paying.phones.isEmpty {
            key("paying_agent")
            object { json in
                if let operation = paying.operation { json.member("operation", operation) }
                json.append("phones", paying.phones)
            }
        }
        if !paying.receiverPhones.isEmpty {
            key("receive_payments_operator")
            object { $0.append("phones", paying.receiverPhones) }
        }
        if let transfer = paying.transferOperator {
            key("money_transfer_operator")
            object { json in
                json.member("name", transfer.name)
                json.member("address", transfer.address)
                json.member("inn", transfer.inn.digits)
                json.append("phones", transfer.phones)
            }
        }
    }

    private mutating func append(_ name: StaticString, _ phones: [PhoneNumber]) {
        guard !phones.isEmpty else { return }
        key(name)
        array { json in
            for phone in phones { json.string(phone.text) }
        }
    }
}

extension JSONByteWriter {
    mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    /// Roubles with both decimals.
    mutating func member(_ name: StaticString, _ amount: Money) {
        key(name)
        hundredths(amount.kopecks)
    }
}
