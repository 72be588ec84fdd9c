/// `sale.cashbox.check.apply`: a register says that it has printed.
enum CheckMethods {
    static let all: [String: BitrixMethod] = [
        "sale.cashbox.check.apply": BitrixMethod(scope: "cashbox", writes: true) { state, call throws(BitrixError) in
            let parameters = call.parameters.upperKeys
            try CashboxHandlerMethods.need(["UUID"], in: parameters)
            guard var check = state.cashbox.check(uuid: parameters["UUID"]?.scalarText ?? "") else {
                throw BitrixError(status: 400, code: "ERROR_CHECK_NOT_FOUND", description: "Check not found")
            }
            // One that is printed takes no further result, and says nothing of it.
            guard check.state != .printed else { return BitrixResult(true) }
            guard parameters["STATUS"]?.scalarText?.uppercased() != "ERROR" else {
                let text = parameters["ERROR"]?.scalarText ?? ""
                state.fail(&check, text)
                throw BitrixError(status: 400, code: "ERROR_CHECK_APPLY", description: text)
            }
            check.print(parameters)
            state.cashbox.restore(check)
            return BitrixResult(true)
        }
    ]
}

extension PortalState {
    /// Notes that a receipt could not be printed, and marks its payment with the words.
    mutating func fail(_ check: inout PortalCheck, _ text: String) {
        check.state = .failed
        check.error = text
        cashbox.restore(check)
        if let payment = check.payment {
            payments.update(
                payment, [("marked", "Y"), ("reasonMarked", .string(String(text.prefix(255))))])
        }
        orders.update(check.order, [("marked", "Y"), ("reasonMarked", .string(String(text.prefix(255))))])
    }
}
