import Relay
import Testing

@Suite("Time spans of the configuration")
struct DurationSettingTests {
    @Test(
        "What is read",
        arguments: [
            ("90", Duration.seconds(90)), ("500ms", .milliseconds(500)), ("30s", .seconds(30)), ("15m", .seconds(900)),
            ("24h", .seconds(86400)), ("7d", .seconds(604_800)), ("5 s", .seconds(5)), ("0", .zero),
        ])
    func read(text: String, duration: Duration) {
        #expect(Duration(settingText: text) == duration)
    }

    @Test(
        "What is not",
        arguments: [
            "", "s", "-1", "+1", "1.5h", "1w", "1 h ", "soon", "٣s", "9223372036854775807d", "99999999999999999999",
            "1hh",
        ])
    func refuse(text: String) {
        #expect(Duration(settingText: text) == nil)
    }

    @Test(
        "The shortest form reads back",
        arguments: [
            (Duration.seconds(90), "90s"), (.seconds(120), "2m"), (.seconds(7200), "2h"), (.seconds(86400), "1d"),
            (.zero, "0s"), (.milliseconds(1500), "1500ms"),
        ])
    func text(duration: Duration, text: String) {
        #expect(duration.settingText == text)
        #expect(Duration(settingText: text) == duration)
    }
}
