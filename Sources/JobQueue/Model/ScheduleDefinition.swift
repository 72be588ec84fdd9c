/// Periodic work: a job without an event, made once for the whole fleet whenever it is due by the database's clock.
///
/// Its checkpoint names the schedule and the moment at which it was due: `{"schedule": …, "due_at": …}`.
package struct ScheduleDefinition: Hashable, Sendable {
    /// Unique; a change of the rest under the same name changes the schedule.
    package let name: String
    package let shop: String
    package let key: StepKey
    package let lane: String
    package let queue: String
    /// At least one second. The first firing comes this long after the schedule is first declared.
    package let every: Duration
    /// Whether firings missed while nobody worked are made up for one by one; otherwise one stands for all.
    package let catchesUp: Bool

    /// - Precondition: `every` is at least a second.
    package init(
        name: String, shop: String = "", key: StepKey, lane: String = "", queue: String = QueueName.local,
        every: Duration, catchesUp: Bool = false
    ) {
        precondition(every >= .seconds(1), "a schedule fires once a second at most")
        self.name = name
        self.shop = shop
        self.key = key
        self.lane = lane
        self.queue = queue
        self.every = every
        self.catchesUp = catchesUp
    }
}
