import Relay
import Testing

@Suite("Settlement keys")
struct SettlementKeyTests {
    @Test(
        "Pinned: they are unique in the database for ever (I11)",
        arguments: [
            (SettlementKey.paymentIn(payment: "5", time: 1), "payment:5:in:1"),
            (.paymentIn(payment: "5", time: 12), "payment:5:in:12"),
            (.paymentOut(payment: "5", refund: "r/1"), "payment:5:out:r/1"),
            (.shipment("77"), "shipment:77"), (.pointOfSale(transaction: "t"), "pos:t"),
            (.correction(of: "main/payment:5:paid:1/1.1"), "correction:main/payment:5:paid:1/1.1"),
        ])
    func texts(key: SettlementKey, text: String) {
        #expect(key.description == text)
    }
}
