import Postgres

/// Which jobs a listing shows or an act concerns; what is `nil` does not matter.
package struct JobFilter: Hashable, Sendable {
    package var states: [JobState]?
    package var shop: String?
    package var kind: String?
    package var lane: String?
    package var queue: String?
    package var step: String?
    package var reasonCode: String?
    package var eventKey: String?
    package var eventID: Int64?
    /// Only jobs with greater ids: for paging.
    package var after: JobID?

    package init() {}

    /// Whether it lets everything pass.
    package var isEmpty: Bool { self == JobFilter() }

    /// A condition over `fiscal.job_listing` for ``parameters``, `$1` to `$10`.
    static let condition = """
        ($1::text[] IS NULL OR state::text = ANY ($1)) AND ($2::text IS NULL OR shop = $2)
        AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR lane = $4)
        AND ($5::text IS NULL OR queue = $5) AND ($6::text IS NULL OR step = $6)
        AND ($7::text IS NULL OR reason_code = $7) AND ($8::text IS NULL OR event_key = $8)
        AND ($9::bigint IS NULL OR event_id = $9) AND ($10::bigint IS NULL OR id > $10)
        """

    var parameters: [Parameter] {
        [
            states.map { .texts($0.map(\.rawValue)) } ?? .null,
            .text(shop), .text(kind), .text(lane), .text(queue), .text(step), .text(reasonCode), .text(eventKey),
            .int(eventID), .int(after?.rawValue),
        ]
    }
}
