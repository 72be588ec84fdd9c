/// The checks of the buyer: a contact always (R44), a company if one is named (R51).
enum BuyerCheck {
    static func check(_ draft: SettlementDraft, _ findings: inout Findings) {
        findings.run { () throws(FiscalFault) in try BuyerContact(email: draft.email, phone: draft.phone) }
        guard draft.companyName != nil || draft.companyINN != nil else { return }
        do {
            _ = try BuyerCompany(name: draft.companyName ?? "", inn: draft.companyINN ?? "")
        } catch {
            findings.add(error.within("customer"))
        }
    }
}
