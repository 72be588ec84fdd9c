import Testing

@testable import Fiscal

@Suite struct INNTests {
    @Test(
        "R50: numbers with right check digits are taken",
        arguments: ["7707083893", "500100732259", "7712345671", "7728168971", "7736207543", "7830002293"])
    func right(text: String) throws {
        #expect(try INN(text).digits == text)
    }

    @Test(
        "R50: any other text is refused",
        arguments: [
            "7707083894", "7707083803", "500100732295", "500100732258", "500100732269", "0000000000", "000000000000",
            "77070838", "", "77070838931", "5001007322590", " 7707083893", "7707083893 ", "7707083893\n", "٧٧٠٧٠٨٣٨٩٣",
            "７７０７０８３８９３", "+707083893", "-707083893", "7707 083893", "77070838a3", "7707083893\u{0}",
        ])
    func wrong(text: String) {
        let fault = #expect(throws: FiscalFault.self) { try INN(text) }
        #expect(fault?.code == .innInvalid)
        #expect(fault?.field == "inn")
    }

    @Test("R50: a remainder of 10 is the digit 0", arguments: ["7794580730", "504990951403", "505475277230"])
    func remainderOfTen(text: String) throws {
        #expect(try INN(text).digits == text)
    }

    @Test("R50: every change of one digit of a company's number is noticed")
    func oneDigitChanged() throws {
        let right = Array("7707083893".utf8)
        for position in right.indices {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != right[position] {
                var changed = right
                changed[position] = digit
                let text = String(decoding: changed, as: UTF8.self)
                // A remainder of 10 shows as 0, so two numbers of ninety may agree by chance; these do not.
                #expect(throws: FiscalFault.self, "\(text)") { try INN(text) }
            }
        }
    }

    @Test("R50: twelve zeros are a principal abroad, and only as a principal")
    func foreignPrincipal() throws {
        #expect(try PrincipalINN("000000000000") == .foreign)
        #expect(try PrincipalINN("7707083893").text == "7707083893")
        let fault = #expect(throws: FiscalFault.self) { try PrincipalINN("0000000000") }
        #expect(fault?.field == "supplier_inn")
    }

    @Test("R65: a number shows only its ends in a log")
    func masked() throws {
        #expect(try "\(INN("500100732259"))" == "5001******59")
        #expect(try INN("500100732259").isOfPerson)
        #expect(try !INN("7707083893").isOfPerson)
    }
}
