package import JobQueue
package import Postgres

/// What steps order about a destination beside the fate of their job.
package enum DestinationEffects {
    package static let kinds = [rest]

    private static let rest = EffectKind(
        name: "destination.rest",
        statement: Statement(
            "destination.rest",
            """
            SELECT fiscal.rest_destination(r.name, r.ms, r.code, r.reason, r.claimed)
            FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[])
                WITH ORDINALITY AS r (name, ms, code, reason, claimed, place)
            ORDER BY r.name, r.place
            """),
        columns: [.text, .bigint, .text, .text, .timestamptz])

    /// Nothing is sent to the destination for a while, by any worker; then one run probes it, and the others wait for
    /// what that hears. For where whatever is sent to an account that is away leaves a person with a doubt.
    ///
    /// `claimedAt` is when the run was claimed that heard it, by the database's clock: one that was under way before an
    /// earlier rest says nothing new after it.
    package static func rest(
        _ destination: String, for pause: Duration, _ failure: JobFailure, claimedAt: Timestamp
    ) -> Effect {
        let milliseconds = Int64(pause / .milliseconds(1))
        return Effect(
            rest,
            [
                .text(destination), .int(milliseconds), .text(failure.code), .text(failure.message),
                .timestamp(claimedAt),
            ])
    }
}
