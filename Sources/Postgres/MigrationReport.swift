/// What a run of migrations did.
package struct MigrationReport: Hashable, Sendable {
    /// One migration that was applied now.
    package struct Step: Hashable, Sendable {
        package let number: Int
        /// `0007_add_lanes.sql`.
        package let fileName: String
        /// By this process's clock.
        package let duration: Duration
    }

    /// In order. Empty: the schema was current.
    package let applied: [Step]
    /// How many had been applied before.
    package let alreadyApplied: Int
}

/// How the schema stands to the migrations at hand.
package struct MigrationStatus: Hashable, Sendable {
    /// Files applied, in order.
    package let applied: [String]
    /// Files to be applied, in order.
    package let pending: [String]
    /// Why ``MigrationRunner/run()`` would refuse; `nil`: it would not.
    package let obstacle: MigrationError?

    /// Whether there is nothing to do.
    package var isCurrent: Bool { pending.isEmpty && obstacle == nil }
}
