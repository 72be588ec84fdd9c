import Testing

@testable import Fiscal

@Suite struct AgentDataTests {
    @Test(
        "R58: the flag of tag 1222 is a bit",
        arguments: [
            ("bank_paying_agent", 1), ("bank_paying_subagent", 2), ("paying_agent", 4), ("paying_subagent", 8),
            ("attorney", 16), ("commission_agent", 32), ("another", 64),
        ])
    func flag(name: String, bit: Int) throws {
        let agent = try AgentData(kind: name, principalINN: "7707083893")
        #expect(agent.kind.tag1222 == bit)
        #expect(1 << agent.kind.index == bit)
    }

    @Test("R58: name and phones of the principal are cleaned and kept")
    func principal() throws {
        let agent = try AgentData(
            kind: "commission_agent", principalINN: "500100732259", principalName: " ИП Иванов ",
            principalPhones: ["8 (800) 555-35-35", "+375291234567"])
        #expect(agent.principalName == "ИП Иванов")
        #expect(agent.principalPhones.map(\.text) == ["+78005553535", "+375291234567"])
        #expect(agent.principalINN.text == "500100732259")
        #expect(!"\(agent.principalINN)".contains("500100732259"))
    }

    @Test("R58: an item of an agent without its principal's number is refused, with every other fault")
    func faults() {
        let faults = #expect(throws: FiscalFaults.self) {
            try AgentData(
                kind: "seller", principalINN: nil, principalName: String(repeating: "я", count: 240),
                principalPhones: ["8 800 555-35-35", "12"])
        }
        #expect(
            faults?.all.map { "\($0.field) \($0.code.rawValue)" } == [
                "type agent_invalid", "supplier_inn agent_invalid", "supplier_name value_too_long",
                "supplier_phones[1] phone_invalid",
            ])
        #expect(faults?.first.allowed.contains("commission_agent") == true)
        #expect(throws: FiscalFaults.self) { try AgentData(kind: nil, principalINN: "7707083893") }
    }

    @Test("R58: what a paying agent names beside the principal keeps to its limits")
    func payingAgent() throws {
        #expect(throws: FiscalFaults.self) { try PayingAgentData(operation: String(repeating: "я", count: 25)) }
        #expect(try PayingAgentData(operation: "Оплата").operation == "Оплата")
        let inn = try INN("7707083893")
        let faults = #expect(throws: FiscalFaults.self) {
            try PayingAgentData.TransferOperator(
                name: String(repeating: "я", count: 65), address: "", inn: inn, phones: [])
        }
        #expect(faults?.all.map(\.field.text) == ["name", "address"])
    }
}
