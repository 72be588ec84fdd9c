package import JobQueue
import Postgres

/// Alarms that steps raise with their outcome; each is raised once, says what was last said, and stays until it is cleared.
package enum AlarmEffects {
    package static let kinds = [raise, clear]

    package enum Severity: String, Sendable {
        case warning, critical
    }

    private static let raise = EffectKind(
        name: "alarm.raise",
        statement: Statement(
            "alarm.raise",
            """
            SELECT fiscal.raise_alarm(a.key, a.severity, a.text)
            FROM unnest($1::text[], $2::text[], $3::text[]) AS a (key, severity, text) ORDER BY a.key
            """),
        columns: [.text, .text, .text])

    /// Raises an alarm; one that is raised already takes over severity and text.
    ///
    /// - Parameters:
    ///   - key: Names the condition, e.g. `property_missing:main`; one alarm is open per key.
    ///   - severity: How soon somebody should look.
    ///   - text: For the person on duty; no personal data, no secrets.
    /// - Returns: The effect.
    package static func raise(_ key: String, _ severity: Severity, _ text: String) -> Effect {
        Effect(raise, [.text(key), .text(severity.rawValue), .text(text)])
    }

    private static let clear = EffectKind(
        name: "alarm.clear",
        statement: Statement(
            "alarm.clear", "SELECT fiscal.clear_alarm(a.key) FROM unnest($1::text[]) AS a (key) ORDER BY a.key"),
        columns: [.text])

    package static func clear(_ key: String) -> Effect {
        Effect(clear, [.text(key)])
    }
}
