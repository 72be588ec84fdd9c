import Testing

@testable import Fiscal

@Suite struct QRTextTests {
    @Test(
        "R62: the text of the code",
        arguments: [
            (
                "2026-03-05T09:07:59", "1234.5", "0000001207", "0352220716", "sell",
                "t=20260305T0907&s=1234.50&fn=9960440300000123&i=1207&fp=352220716&n=1"
            ),
            (
                "2026-03-06 23:00", "350.00", "1208", "4294967295", "sell_return",
                "t=20260306T2300&s=350.00&fn=9960440300000123&i=1208&fp=4294967295&n=2"
            ),
            (
                "2026-03-06T00:00", "0", "4294967295", "0", "buy_correction",
                "t=20260306T0000&s=0.00&fn=9960440300000123&i=4294967295&fp=0&n=3"
            ),
            (
                "2026-03-06T00:00", "42949672.95", "1", "1", "buy_return",
                "t=20260306T0000&s=42949672.95&fn=9960440300000123&i=1&fp=1&n=4"
            ),
        ])
    func built(time: String, total: String, fd: String, fpd: String, type: String, expected: String) throws {
        let qr = try QRText(time: time, total: total, fn: "9960440300000123", fd: fd, fpd: fpd, type: type)
        #expect(qr.text == expected)
        let read = try QRText(parsing: expected)
        #expect(read.text == expected)
        #expect(read.type == qr.type && read.signs == qr.signs && read.total == qr.total)
    }

    @Test("R62: a text with seconds, another order or fewer decimals is read")
    func readOtherForms() throws {
        let example = "t=20200115T2110&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908&n=1"
        #expect(try QRText(parsing: example).text == example)
        for form in [
            "t=20200115T211059&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908&n=1",
            "n=1&fp=1250830908&i=0029414&fn=9251440300046840&s=1030&t=20200115T2110", " \(example)\n",
            "t=20200115T2110&s=1030.0&fn=9251440300046840&i=29414&fp=01250830908&n=1",
        ] {
            #expect(try QRText(parsing: form).text == example)
        }
        #expect(try QRText(parsing: "t=20200115T211059&s=1&fn=9251440300046840&i=2&fp=3&n=1").time.second == 59)
    }

    @Test(
        "R62: any other text is refused, and the fault names the value",
        arguments: [
            ("", nil), ("hello", nil), ("t=20200115T2110", "s"),
            ("t=20200115T2110&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908", "n"),
            ("t=20200115T2110&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908&n=5", "n"),
            ("t=20200115T2110&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908&n=01", "n"),
            ("t=20200115T2110&s=1030.00&fn=925144030004684&i=29414&fp=1250830908&n=1", "fn"),
            ("t=20200115T2110&s=1030.00&fn=9251440300046840&i=0&fp=1250830908&n=1", "i"),
            ("t=20200115T2110&s=1030.00&fn=9251440300046840&i=29414&fp=4294967296&n=1", "fp"),
            ("t=20200115T2110&s=1030.001&fn=9251440300046840&i=29414&fp=1250830908&n=1", "s"),
            ("t=20200115T2110&s=-1&fn=9251440300046840&i=29414&fp=1250830908&n=1", "s"),
            ("t=20200115T2110&s=1030,00&fn=9251440300046840&i=29414&fp=1250830908&n=1", "s"),
            ("t=20200230T2110&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908&n=1", "t"),
            ("t=20200115T2460&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908&n=1", "t"),
            ("t=2020-01-15&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908&n=1", "t"),
            ("t=20200115T211&s=1030.00&fn=9251440300046840&i=29414&fp=1250830908&n=1", "t"),
            ("t=20200115T2110&t=20200115T2110&s=1&fn=9251440300046840&i=2&fp=3&n=1", nil),
            ("t=20200115T2110&s=1&fn=9251440300046840&i=2&fp=3&n=1&x=1", nil), ("&&&&&", nil),
            ("t=&s=&fn=&i=&fp=&n=", "t"),
            ("t=20200115T2110&s=1&fn=9251440300046840&i=+2&fp=3&n=1", "i"),
            ("t=20200115T2110&s=1&fn=0000000000000000&i=2&fp=3&n=1", "fn"),
        ] as [(String, String?)])
    func refused(text: String, value: String?) {
        let fault = #expect(throws: FiscalFault.self) { try QRText(parsing: text) }
        #expect(fault?.code == .qrInvalid)
        if let value { #expect(fault?.english.contains("(\(value))") == true) }
    }

    @Test("R60: a fiscal sign is digits of the right length, and every wrong one is named")
    func signs() throws {
        #expect(
            try "\(FiscalSigns(fn: "9960440300000123", fd: "0007", fpd: "0000000042"))"
                == "ФН 9960440300000123 ФД 7 ФПД 42")
        for (fn, fd, fpd, fields) in [
            ("996044030000012", "1", "1", ["fn"]), ("99604403000001234", "0", "x", ["fn", "fd", "fpd"]),
            ("9960440300000123", "-1", "", ["fd", "fpd"]), ("9960440300000123", "4294967296", "1.0", ["fd", "fpd"]),
            ("9960440300000123", "1", "000000000000000000001", ["fpd"]), ("０９６０４４０３００００", "1", "1", ["fn"]),
        ] {
            let faults = #expect(throws: FiscalFaults.self) { try FiscalSigns(fn: fn, fd: fd, fpd: fpd) }
            #expect(faults?.all.map(\.field.text) == fields)
            #expect(faults?.codes == [.fiscalSignInvalid])
        }
    }

    @Test("R62: every fault of a provider's values is reported at once")
    func allFaults() {
        let faults = #expect(throws: FiscalFaults.self) {
            try QRText(time: "2026-02-30T10:00", total: "1.234", fn: "1", fd: "x", fpd: "1", type: "sale")
        }
        #expect(faults?.all.map(\.field.text) == ["time", "total", "fn", "fd", "type"])
        let negative = #expect(throws: FiscalFaults.self) {
            try QRText(time: "2026-02-03T10:00", total: "-1", fn: "9960440300000123", fd: "1", fpd: "1", type: "sell")
        }
        #expect(negative?.codes == [.amountInvalid])
    }
}
