/// What a bank or paying agent names beside the principal (part of R58; limits of the ATOL protocol).
package struct PayingAgentData: Hashable, Sendable, Codable {
    /// Tag 1044: the operation, at most 24 characters.
    package let operation: String?
    /// Tag 1073: the agent's phones.
    package let phones: [PhoneNumber]
    /// Tag 1074: phones of the operator that takes the payments.
    package let receiverPhones: [PhoneNumber]
    /// The operator that transfers the money, for bank agents.
    package let transferOperator: TransferOperator?

    /// The operator of a money transfer: tags 1026, 1005, 1016 and 1075.
    package struct TransferOperator: Hashable, Sendable, Codable {
        /// Tag 1026, at most 64 characters.
        package let name: String
        /// Tag 1005, at most 256 characters.
        package let address: String
        /// Tag 1016.
        package let inn: INN
        /// Tag 1075.
        package let phones: [PhoneNumber]

        /// - Throws: ``FiscalFaults`` at `name` and `address` if one is empty or too long.
        package init(name: String, address: String, inn: INN, phones: [PhoneNumber]) throws(FiscalFaults) {
            var collector = FaultCollector()
            for (field, text, limit) in [("name", name, 64), ("address", address, 256)] {
                if text.isEmpty { collector.add(FiscalFault(.valueMissing, at: FieldPath(field))) }
                if text.unicodeScalars.count > limit {
                    collector.add(FiscalFault(.valueTooLong, at: FieldPath(field), limit: String(limit)))
                }
            }
            try collector.finish()
            self.name = name
            self.address = address
            self.inn = inn
            self.phones = phones
        }
    }

    /// - Throws: ``FiscalFaults`` at `operation` if it is longer than 24 characters.
    package init(
        operation: String? = nil, phones: [PhoneNumber] = [], receiverPhones: [PhoneNumber] = [],
        transferOperator: TransferOperator? = nil
    ) throws(FiscalFaults) {
        if let operation, operation.unicodeScalars.count > 24 {
            throw FiscalFaults(.valueTooLong, at: "operation", limit: "24")
        }
        self.operation = operation
        self.phones = phones
        self.receiverPhones = receiverPhones
        self.transferOperator = transferOperator
    }
}
