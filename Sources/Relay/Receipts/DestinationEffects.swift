package import JobQueue
import Postgres

/// What steps order about a destination beside the fate of their job.
package enum DestinationEffects {
    package static let kinds = [rest]

    private static let rest = EffectKind(
        name: "destination.rest",
        statement: Statement(
            "destination.rest",
            """
            SELECT fiscal.rest_destination(r.name, max(r.ms), min(r.code), min(r.reason))
            FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS r (name, ms, code, reason)
            GROUP BY r.name ORDER BY r.name
            """),
        columns: [.text, .bigint, .text, .text])

    /// Nothing is sent to the destination for a while, by any worker; then one run probes it, and the others wait for
    /// what that hears. For where whatever is sent to an account that is away leaves a person with a doubt.
    package static func rest(_ destination: String, for pause: Duration, _ failure: JobFailure) -> Effect {
        let milliseconds = Int64(pause / .milliseconds(1))
        return Effect(
            rest, [.text(destination), .int(milliseconds), .text(failure.code), .text(failure.message)])
    }
}
