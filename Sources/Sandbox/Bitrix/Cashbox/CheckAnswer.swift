/// What a portal makes of a register's answers. Every odd rule here is Bitrix's own.
enum CheckAnswer {
    /// Takes the answer to the print request in: nil for none.
    static func printed(
        _ answer: (status: Int, body: [UInt8])?, _ check: inout PortalCheck, _ state: inout PortalState
    ) {
        guard let answer else { return state.fail(&check, "Ошибка соединения с кассой") }
        // Any status but 200 counts as success, without a number to ask by.
        guard answer.status == 200 else { return state.cashbox.restore(check) }
        guard let json = try? JSONParser.parse(answer.body) else {
            return state.fail(&check, "Касса ответила не в JSON")
        }
        let fields = json.upperKeys
        let errors = fields["ERRORS"]?.phpEntries?.compactMap(\.value.scalarText) ?? []
        guard errors.isEmpty else { return state.fail(&check, errors.joined(separator: "; ")) }
        check.uuid = fields["UUID"]?.scalarText.map { String($0.prefix(100)) }
        state.cashbox.restore(check)
    }

    /// Takes the answer to the question after a receipt in: nil for none.
    ///
    /// Without a word that it knows the portal takes the receipt for printed, with empty data.
    static func checked(
        _ answer: (status: Int, body: [UInt8])?, _ check: inout PortalCheck, _ state: inout PortalState
    ) {
        let isAnswer = answer?.status == 200
        let json = isAnswer ? (try? JSONParser.parse(answer?.body ?? []))?.upperKeys ?? [:] : [:]
        switch json["STATUS"]?.scalarText?.uppercased() {
        case "WAIT": return
        case "ERROR": state.fail(&check, json["ERROR"]?.scalarText ?? "")
        default:
            check.print(json)
            state.cashbox.restore(check)
        }
    }
}
