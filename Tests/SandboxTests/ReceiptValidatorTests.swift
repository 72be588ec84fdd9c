import Testing

@testable import Sandbox

@Suite struct ReceiptValidatorTests {
    private func codes(_ body: JSONValue, isCorrection: Bool = false) -> [String] {
        do throws(ReceiptFaults) {
            _ = try ReceiptValidator.check(body, isCorrection: isCorrection)
            return []
        } catch {
            return error.faults.map { "\($0.code) \($0.field)" }
        }
    }

    @Test func aReceiptInOrderPasses() throws {
        let accepted = try ReceiptValidator.check(Samples.receipt(), isCorrection: false)
        #expect(accepted.total.moneyText == "480.00")
        #expect(accepted.email == "a@example.ru")
    }

    static let broken: [(path: [String], value: JSONValue?, code: String)] = [
        (["external_id"], nil, "missing_field external_id"),
        (["external_id"], "", "missing_field external_id"),
        (["timestamp"], "2026-03-05 12:40:00", "invalid_field timestamp"),
        (["type"], "buy", "invalid_field type"),
        (["type"], "sell_correction", "invalid_field type"),
        (["receipt"], nil, "missing_field receipt"),
        (["receipt", "client"], nil, "missing_field receipt.client"),
        (["receipt", "client"], ["email": ""], "missing_field receipt.client"),
        (["receipt", "client", "email"], "nobody", "invalid_field receipt.client.email"),
        (["receipt", "client", "phone"], "123", "invalid_field receipt.client.phone"),
        (["receipt", "company", "sno"], "envd", "invalid_field receipt.company.sno"),
        (["receipt", "company", "inn"], "7712345678", "invalid_field receipt.company.inn"),
        (["receipt", "company", "payment_address"], nil, "missing_field receipt.company.payment_address"),
        (["receipt", "company", "email"], "x", "invalid_field receipt.company.email"),
        (["receipt", "items"], [], "missing_field receipt.items"),
        (
            ["receipt", "items", "0", "name"], .string(String(repeating: "Ж", count: 129)),
            "invalid_field receipt.items[0].name"
        ),
        (["receipt", "items", "0", "name"], " ", "missing_field receipt.items[0].name"),
        (["receipt", "items", "0", "name"], "a\u{1D}b", "invalid_field receipt.items[0].name"),
        (["receipt", "items", "0", "price"], "240.00", "invalid_field receipt.items[0].price"),
        (["receipt", "items", "0", "price"], .number("240.001"), "invalid_field receipt.items[0].price"),
        (["receipt", "items", "0", "price"], .number("-240"), "invalid_field receipt.items[0].price"),
        (["receipt", "items", "0", "sum"], .number("480.01"), "sum_mismatch receipt.items[0].sum"),
        (["receipt", "items", "0", "quantity"], 0, "invalid_field receipt.items[0].quantity"),
        (["receipt", "items", "0", "quantity"], .number("2.0001"), "invalid_field receipt.items[0].quantity"),
        (["receipt", "items", "0", "payment_method"], "paid", "invalid_field receipt.items[0].payment_method"),
        (["receipt", "items", "0", "payment_object"], "mark", "invalid_field receipt.items[0].quantity"),
        (["receipt", "items", "0", "vat"], "vat18", "invalid_field receipt.items[0].vat"),
        (["receipt", "items", "0", "vat"], "vat20", "vat_not_in_force receipt.items[0].vat"),
        (["receipt", "items", "0", "vat"], "vat5", "vat_sno_mismatch receipt.items[0].vat"),
        (["receipt", "items", "0", "vat"], "vat110", "vat_method_mismatch receipt.items[0].vat"),
        (["receipt", "payments"], [], "invalid_field receipt.payments"),
        (["receipt", "payments", "0", "type"], 0, "invalid_field receipt.payments[0].type"),
        (["receipt", "payments", "0", "sum"], .number("479.99"), "total_mismatch receipt.total"),
        (["receipt", "total"], .number("480.001"), "invalid_field receipt.total"),
    ]

    @Test(arguments: broken.indices) func aBrokenOneIsRefusedByField(index: Int) {
        let (path, value, code) = Self.broken[index]
        #expect(codes(Samples.receipt(path, value)).contains(code), "\(path): \(codes(Samples.receipt(path, value)))")
    }

    @Test func nothingIsSaidOnlyOnce() {
        let body = Samples.changed(Samples.receipt(["type"], "buy"), ["receipt", "total"], .number("1"))
        #expect(codes(body).count == 3)  // the type, the items' sum and the payments' sum
    }

    @Test(arguments: [
        ("vat20", "31.12.2025 23:59:59", true), ("vat20", "01.01.2026 00:00:00", false),
        ("vat22", "31.12.2025 23:59:59", false), ("vat22", "01.01.2026 00:00:00", true),
    ]) func ratesFollowTheDate(rate: String, time: String, isRight: Bool) {
        let body = Samples.changed(
            Samples.receipt(["timestamp"], .string(time)), ["receipt", "items", "0", "vat"], .string(rate))
        #expect(codes(body).isEmpty == isRight)
        let returned = Samples.changed(body, ["type"], "sell_return")
        #expect(codes(returned).isEmpty)
    }

    @Test func anInstalmentKeepsTheRateOfTheHandOver() {
        let item: ArraySlice = ["receipt", "items", "0", "vat"]
        let body = Samples.changed(
            Samples.changed(Samples.receipt(), item, "vat20"), ["receipt", "items", "0", "payment_method"],
            "credit_payment")
        #expect(codes(body).isEmpty)
    }

    @Test func nameOf128CharactersPassesWhateverItsBytes() {
        #expect(
            codes(Samples.receipt(["receipt", "items", "0", "name"], .string(String(repeating: "Ж", count: 128))))
                .isEmpty)
    }

    @Test func correctionsNameWhatTheyCorrect() {
        let bare = Samples.receipt(["type"], "sell_correction")
        #expect(codes(bare, isCorrection: true) == ["missing_field correction"])
        let own = Samples.changed(bare, ["correction"], ["type": "self", "base_date": "05.03.2026"])
        #expect(codes(own, isCorrection: true).isEmpty)
        let ordered = Samples.changed(own, ["correction", "type"], "instruction")
        #expect(codes(ordered, isCorrection: true) == ["missing_field correction.base_number"])
        let withoutLines = Samples.changed(Samples.changed(own, ["receipt", "items"], []), ["receipt", "client"], nil)
        #expect(codes(withoutLines, isCorrection: true).isEmpty)
    }
}
