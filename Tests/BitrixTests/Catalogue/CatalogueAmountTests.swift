import Bitrix
import Testing

@Suite("Quantities of a catalogue")
struct CatalogueAmountTests {
    @Test(
        "Every spelling of a number is read to the millionth",
        arguments: [
            ("2", 2_000_000), ("-2.5", -2_500_000), ("0.30000000000000004", 300_000), ("2.9999999999999996", 3_000_000),
            ("1.0E-5", 10), ("1.5e3", 1_500_000_000), ("0", 0), (".5", 500_000), ("0.0000005", 1), ("0.0000004", 0),
            ("+7.000000", 7_000_000), ("12e-1", 1_200_000),
        ])
    func reading(text: String, millionths: Int64) {
        #expect(CatalogueAmount(text)?.millionths == millionths)
    }

    @Test(
        "What is no number is none",
        arguments: [
            "", "-", "a", "1,5", "1.2.3", "1e", "1e99", "99999999999999999999", ".", "1000000000000",
            "1e-9223372036854775808",
        ])
    func rubbish(text: String) {
        #expect(CatalogueAmount(text) == nil)
    }

    @Test(
        "It is written as short as it can be",
        arguments: [(2_000_000, "2"), (-2_500_000, "-2.5"), (1, "0.000001"), (0, "0")])
    func writing(millionths: Int64, text: String) {
        #expect(CatalogueAmount(millionths: millionths).description == text)
        #expect(CatalogueAmount(text)?.millionths == millionths)
    }
}
