import FiscalProviders
import Testing

@Suite struct CloudKassirCallbackTests {
    private func key(_ text: String) -> String? { CloudKassirCallback.externalID(Array(text.utf8)) }

    @Test func theKeyIsRead() {
        #expect(
            key(#"{"fn":"9999078900001234","fd":"17","fpd":"1","qr":"t=1","external_id":"main/payment:5:paid:1/1.1"}"#)
                == "main/payment:5:paid:1/1.1")
        #expect(key(#"{"external_id":"ключ","more":{"deep":[1,2]}}"#) == "ключ")
    }

    @Test(arguments: [
        "", "{", "null", "[]", "\"k\"", "{}", #"{"external_id":null}"#, #"{"external_id":""}"#,
        #"{"external_id":5}"#, #"{"external_id":["k"]}"#, #"{"external_id":"a\u0000b"}"#,
        #"{"external_id":"\#(String(repeating: "k", count: 201))"}"#, String(repeating: "[", count: 15_000),
    ])
    func whatNamesNoReceiptIsNone(text: String) {
        #expect(key(text) == nil)
    }

    @Test func aLongBodyIsNotRead() {
        let padding = String(repeating: " ", count: CloudKassirCallback.sizeLimit)
        #expect(key(#"{"external_id":"k"}"# + padding) == nil)
    }
}
